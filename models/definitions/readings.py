"""The shapes of what a plan says beside its targets: where it starts from, when it is read, and where it contradicts itself.

A target names the baseline that it starts from; validation puts that baseline in the name's place, so no reader looks it up.
"""

import datetime as dt
from collections.abc import Mapping
from decimal import Decimal
from enum import StrEnum
from typing import Any, Literal, Self

from pydantic import Field, model_validator

from models.definitions.base import Definition, Text


class Qualifier(StrEnum):
    """How exactly a plan states a value."""

    EXACT = "exact"
    """As printed."""
    OVER = "over"
    """'hơn', 'trên': more than the value, by nobody knows how much."""
    ABOUT = "about"
    """'khoảng', 'ước': near the value."""
    NEARLY = "nearly"
    """'gần': a little less than the value."""


class Baseline(Definition):
    """A state that a target starts from; `value` None where the plan gives no number."""

    value: Decimal | int | None = None
    unit: str | None = None
    qualifier: Qualifier = Qualifier.EXACT
    date: dt.date | None = None
    """The day that the value holds for; of a period its last day."""
    section: str | None = None
    note: str | None = None
    of: list[str] = Field(default_factory=list)
    """Ids of the printed baselines that it is, or that it is made of."""


class PrintedBaseline(Definition):
    """A state as the plan prints it."""

    id: str
    section: str
    metric: Text
    value: Decimal | int | None
    """None only of a day (unit `date`): the day itself is what is printed."""
    unit: str
    qualifier: Qualifier = Qualifier.EXACT
    since: dt.date | None = None
    """The first day of a period; None: a state on `date`."""
    date: dt.date
    golden: bool = False
    """The value checks the engine: events that carry it must give it."""
    note: str | None = None

    @model_validator(mode="after")
    def _valued(self) -> Self:
        if (self.value is None) != (self.unit == "date"):
            raise ValueError("value is needed, except of a day (unit date)")
        if self.since is not None and self.since > self.date:
            raise ValueError("since is after date")
        return self


class ContradictionStatus(StrEnum):
    """What was found where two places of a plan were set against each other."""

    OK = "ok"
    """They agree."""
    MISMATCH = "mismatch"
    """They cannot both hold."""
    AMBIGUOUS = "ambiguous"
    """They leave more than one reading open."""
    NOTE = "note"
    """Odd, but of no effect on a figure."""


class Inconsistency(Definition):
    """Where a plan contradicts itself or leaves a reading open, and the reading that the definitions take."""

    id: str
    section: str
    status: ContradictionStatus
    contradiction: Text
    reading: Text
    targets: list[str] | Literal["all"] = Field(default_factory=list)
    """The targets whose definition takes the reading."""


class ReadingDate(Definition):
    """A day before the deadlines on which the plan wants its targets read, such as the cut-off of a report."""

    day: dt.date
    section: str
    name: Text


def with_baselines(plan: Any) -> Any:  # noqa: ANN401 - YAML before it is validated
    """Return a plan as YAML gives it, with the baselines of its targets in the place of their ids.

    What is not of the right shape stays as it is, for validation to complain of.
    """
    match plan:
        case {"baselines": list(printed), "targets": list(targets)}:
            named = [one for one in printed if isinstance(one, dict)]
            known = {one["id"]: one for one in named if isinstance(one.get("id"), str)}
            return {**plan, "targets": [_with_baseline(one, known) for one in targets]}
        case _:
            return plan


def _with_baseline(target: Any, printed: Mapping[object, Any]) -> Any:  # noqa: ANN401 - YAML before it is validated
    match target:
        case {"baseline": str(name)} if name in printed:
            shared = {
                field: value
                for field, value in printed[name].items()
                if field in Baseline.model_fields
            }
            return {**target, "baseline": {**shared, "of": [name]}}
        case _:
            return target
