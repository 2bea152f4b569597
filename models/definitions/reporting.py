"""The shapes of reporting duties: who owes whom which report, how often and until when, as a plan prints it.

A duty either has rounds, whose reports fall due, or says why no report of it ever does.
"""

import datetime as dt
from enum import StrEnum
from typing import Annotated, Self

from pydantic import Field, model_validator

from models.definitions.base import Definition, Text
from models.definitions.indicators import Population
from models.definitions.measures import Measures


class Every(StrEnum):
    """How often a report is owed: once for each period of this length that the plan's own period meets."""

    ONCE = "once"
    """One period: the plan's."""
    MONTH = "month"
    QUARTER = "quarter"
    HALF_YEAR = "half_year"
    YEAR = "year"


class NeverDue(StrEnum):
    """Why no report of a duty ever falls due."""

    NO_PERIOD = "no_period"
    """The plan says neither how often nor until when."""
    CONTINUOUS = "continuous"
    """It is watching or urging without end; no report is named."""
    CONDITIONAL = "conditional"
    """It is owed only if something happens that no event tells of."""


class Due(Definition):
    """The last day for a report: `before` or `by` a printed date, or a `day` so many `months` after the period's last month."""

    before: dt.date | None = None
    """The day before this date is the last."""
    by: dt.date | None = None
    day: Annotated[int | None, Field(ge=1, le=31)] = None
    """Of the month; in a shorter one its last day."""
    months: Annotated[int, Field(ge=0, le=12)] = 0

    @model_validator(mode="after")
    def _exactly_one(self) -> Self:
        self.state_one_of("before", "by", "day")
        if self.day is None and self.months:
            raise ValueError("months belong to day")
        return self


class Round(Definition):
    """Reports that are owed at one rhythm: for each period every measure of `filed` must have a report about it."""

    every: Every
    filed: Measures
    """Flows that count what is filed, with the bucket `period_end`: it says which period a report is about."""
    due: Due | None = None
    """As the plan prints it, and then watched by alerts; None: it prints none, the period's last day is taken and no alert raised."""

    @model_validator(mode="after")
    def _dates_fit(self) -> Self:
        dated = self.due is not None and self.due.day is None
        if dated and self.every is not Every.ONCE:
            raise ValueError("before and by are for a report that is owed once")
        return self


class Duty(Definition):
    """A reporting duty as its plan prints it."""

    id: str
    section: str
    text_vi: str
    text_en: str
    over: Population
    """Who owes: the active agencies that the register says this of."""
    recipient: Text | None
    """None: the plan names none."""
    rounds: list[Round] = Field(default_factory=list)
    never_due: NeverDue | None = None
    last_seen: Measures | None = None
    """Of a duty that is never due: the reports that show when it was last done, counted as in a round."""
    house_rule: Text | None = None
    """The assumption taken where the plan leaves a word open."""

    @model_validator(mode="after")
    def _shape(self) -> Self:
        if bool(self.rounds) is (self.never_due is not None):
            raise ValueError("give either rounds or never_due")
        if self.rounds and self.last_seen is not None:
            raise ValueError("last_seen is for a duty that is never due")
        return self
