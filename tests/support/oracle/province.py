"""The oracle of a whole province: its log read record by record, its figures on any day."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources import files
from typing import Any

from models.catalogue.yaml12 import parse
from models.changes import Figure
from models.days import day_from_date
from models.definitions import (
    HouseFile,
    Measure,
    MeasuresFile,
    PlanFile,
    Problem,
    Target,
)
from models.facts import DeadLetter, Event, FactKey
from tests.support.drafts import Setting
from tests.support.oracle.facts import World, order
from tests.support.oracle.figures import Reader
from tests.support.oracle.house import House
from tests.support.oracle.judgement import Judge
from tests.support.oracle.known import Known
from tests.support.oracle.reads import types_read
from tests.support.oracle.vocabulary import VOCABULARY
from tests.support.preferences import preferences


@dataclass(frozen=True)
class Definitions:
    """What a province's plan and the shared files say, as they were written."""

    file: PlanFile
    named: Mapping[str, Measure]

    @property
    def defined(self) -> list[Target]:
        """The targets that have a figure."""
        return [target for target in self.file.targets if target.indicator is not None]

    @property
    def period(self) -> tuple[int, int]:
        """The first and last day of the plan."""
        plan = self.file.plan
        return day_from_date(plan.period_start), day_from_date(plan.period_end)


@cache
def definitions() -> Mapping[str, Definitions]:
    """Return the definitions of every province, read from the catalogue's files."""
    folder = files("models.catalogue")
    shared = MeasuresFile.model_validate(
        parse((folder / "measures.yaml").read_text("utf-8"), "measures.yaml")
    )
    house = HouseFile.model_validate(
        parse((folder / "house.yaml").read_text("utf-8"), "house.yaml")
    )
    found = {}
    for entry in (folder / "plans").iterdir():
        if entry.name.endswith(".yaml"):
            plan = PlanFile.model_validate(parse(entry.read_text("utf-8"), entry.name))
            named = {**shared.measures, **house.measures, **plan.measures}
            found[plan.plan.province] = Definitions(plan, named)
    return found


@dataclass
class Province:
    """A province's figures from a set of accepted events."""

    definitions: Definitions
    world: World

    def __post_init__(self) -> None:
        """Prepare the readers."""
        known = Known(self.world, self.definitions.named, self.definitions.file.lists)
        self.reader = Reader(known, self.definitions.file.plan)

    def kpi(self, day: int) -> dict[tuple[str, str, str, str], Figure]:
        """Return every row of `kpi`: (plan, indicator, agency, window) -> figure."""
        rows = {
            ("house", indicator, agency, window): figure
            for (indicator, agency, window), figure in House(self.world, self.definitions.period)
            .rows(day)
            .items()
        }
        for target in self.definitions.defined:
            if target.indicator is not None:
                window = self.reader.shown_window(target.indicator)
                place = (self.definitions.file.plan.id, target.id, "*", window)
                rows[place] = self.reader.figure(target, day, until=day)
        return rows

    def judges(self, first_day: int) -> list[Judge]:
        """Return a judge for every target."""
        return [Judge(self.reader, target, first_day) for target in self.definitions.file.targets]


def feeds(log: Sequence[Event | DeadLetter]) -> dict[tuple[str, str], tuple[int, int, int, int]]:
    """Return by (agency, source): accepted, duplicates, stale, dead letters; an equal of the winner is a duplicate."""
    rows: dict[tuple[str, str], list[int]] = {}
    winners: dict[FactKey, tuple[Any, ...]] = {}
    for record in log:
        row = rows.setdefault((record.agency, record.source), [0, 0, 0, 0])
        if isinstance(record, DeadLetter):
            row[3] += 1
            continue
        row[0] += 1
        if record.fact is None or record.assertion is None:
            continue
        mine, held = order(record.assertion), winners.get(record.fact)
        row[1] += mine == held
        row[2] += held is not None and mine < held
        winners[record.fact] = mine if held is None else max(mine, held)
    return {place: (row[0], row[1], row[2], row[3]) for place, row in rows.items()}


def accepted(log: Iterable[Event | DeadLetter]) -> list[Event]:
    """Return the accepted events of a decoded log."""
    return [record for record in log if isinstance(record, Event)]


STARTS = {
    "dong-nai": date(2018, 11, 1),  # two calendar years of a long plan
    "tra-vinh": date(2019, 3, 1),  # within the plan's year
    "ba-ria-vung-tau": date(2011, 9, 1),  # over the end of a year, with deadlines in it
    "hai-duong": date(2017, 10, 15),  # over the plan's end
    "binh-thuan": date(2017, 11, 15),  # over the plan's start
}


@cache
def setting(province: str, days: int, types: tuple[str, ...] = tuple(VOCABULARY)) -> Setting:
    """Return where and when histories of a province play, with the values that its definitions ask for."""
    one = definitions()[province]
    wanted = [*one.named, *(target.indicator for target in one.file.targets)]
    wanted += [problem.raised_when for problem in one.file.problems]
    return Setting(
        province, STARTS[province], days, types, preferences(wanted, one.named, one.file.lists)
    )


def types_of(one: Definitions, targets: Sequence[Target]) -> tuple[str, ...]:
    """Return the event types that matter to some targets, and to the rules on agencies."""
    found = {"agency.registered", "dossier.received", "dossier.resolved"}
    for target in targets:
        if target.indicator is not None:
            found |= types_read(target.indicator, one.named)
    return tuple(kind for kind in VOCABULARY if kind in found)


def types_of_problems(one: Definitions, problems: Sequence[Problem]) -> tuple[str, ...]:
    """Return the event types that matter to some problems, and the register's."""
    found = {"agency.registered"}
    for problem in problems:
        if problem.raised_when is not None:
            found |= types_read(problem.raised_when, one.named)
    return tuple(kind for kind in VOCABULARY if kind in found)
