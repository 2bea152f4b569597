"""Statuses and alerts against the oracle, on made-up figures: what real histories reach too rarely."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.alerts import AlertKey, Wording, reconcile
from models.attainment import Reading, StatusSeries, Thin
from models.changes import AlertRow
from models.days import Day, day_from_date
from models.definitions import Plan, Target
from models.episodes import Timeline, episodes
from models.messages import Message
from models.rules import RULES, TARGET_RULES
from models.trajectory import Operator, Terms
from tests.support.examples import examples
from tests.support.oracle.alerts import TARGET_RULES as WATCHED
from tests.support.oracle.alerts import Board, Revision
from tests.support.oracle.alerts import episodes as oracle_episodes
from tests.support.oracle.facts import World
from tests.support.oracle.figures import Reader
from tests.support.oracle.judgement import Judge, Read
from tests.support.oracle.known import Known
from tests.support.revisions import revision_of

START = date(2018, 11, 20)
FIRST = day_from_date(START)

Figures = Mapping[int, Reading]


@dataclass
class Told(Judge):
    """A judge who is told the figures."""

    figures: Figures = field(default_factory=dict)

    def reading(self, day: int) -> Read:
        """Return the figure of a day; after the deadline, that of the deadline."""
        value = self.figures[min(day, day_from_date(self.target.deadline))]
        if value is None:
            return None, False, False
        if isinstance(value, Thin):
            return Fraction(value.p, value.q), True, False
        if not isinstance(value, tuple):
            return None, False, True
        return Fraction(*value), False, False


def plan() -> Plan:
    """Return a plan of some months around a turn of the year."""
    return Plan.model_validate(
        {
            "id": "p",
            "province": "tra-vinh",
            "name_vi": "x",
            "number": None,
            "issued": None,
            "issuing_body": "x",
            "period_start": START + timedelta(days=10),
            "period_end": date(2019, 12, 31),
        }
    )


numbers = st.sampled_from([0, 1, 5, 40, 45, 50, 55, 60, 90, 100])


@st.composite
def targets(draw: st.DrawFn) -> Target:
    """Draw a target that falls due within the days that are judged, or after them."""
    milestone = draw(st.booleans())
    deadline = START + timedelta(days=draw(st.sampled_from([5, 30, 60, 100, 300])))
    plain: dict[str, Any] = {
        "id": "t",
        "section": "I",
        "text_vi": "x",
        "text_en": "x",
        "kind": "milestone" if milestone else "count",
        "operator": "at_least" if milestone else draw(st.sampled_from([*Operator][:4])),
        "value": 1 if milestone else draw(numbers),
        "unit": "u",
        "measurability": "quantified",
        "value_basis": "stated",
        "deadline": deadline,
        "deadline_basis": "plan_end",
        "recurrence": draw(st.sampled_from([None, None, "yearly"])),
        "indicator": {"value": "records"},
    }
    if draw(st.booleans()):
        plain["baseline"] = {"value": draw(numbers), "unit": "u"}
    if draw(st.booleans()):
        plain["start"] = START + timedelta(days=draw(st.sampled_from([-200, 0, 20, 50])))
    if draw(st.sampled_from([False, False, True])):
        days = draw(st.lists(st.integers(0, 90), min_size=1, max_size=2, unique=True))
        plain["steps"] = [
            {"day": START + timedelta(days=day), "value": draw(numbers)} for day in sorted(days)
        ]
    return Target.model_validate(plain)


def readings() -> st.SearchStrategy[Reading]:
    """Draw a figure: mostly a value, sometimes a thin one, or none."""
    value = st.tuples(numbers, st.sampled_from([1, 1, 3]))
    return st.one_of(value, value, value, value.map(lambda one: Thin(*one)), st.none())


def terms_of(target: Target, start: date) -> Terms:
    """Return the engine's terms of a target."""
    baseline = target.baseline.value if target.baseline is not None else None
    return Terms(
        operator=Operator(target.operator),
        target=(int(target.value or 0), 1),
        baseline=None if baseline is None else (int(baseline), 1),
        period_start=day_from_date(target.start or start),
        deadline=day_from_date(target.deadline),
        milestone=target.kind == "milestone",
        steps=tuple((day_from_date(step.day), (int(step.value), 1)) for step in target.steps),
        yearly=target.recurrence == "yearly",
    )


@dataclass
class Engine:
    """The engine's series and alerts of one target."""

    series: StatusSeries
    rows: dict[str, AlertRow] = field(default_factory=dict)
    history: list[Revision] = field(default_factory=list)

    def close(self, day: int) -> None:
        """Bring the alerts in line with the series."""
        for rule in TARGET_RULES:
            key = AlertKey("tra-vinh", "p", rule, target="t")
            mine = [row for row in self.rows.values() if row.dedup_key == key.dedup_key]
            line = Timeline.of_statuses(rule, self.series.runs())
            found = episodes(line.runs, Day(day), RULES[rule].minimum_days)
            for row in reconcile(
                mine,
                found,
                key=key,
                closed_day=Day(day),
                wording=lambda _: Wording(None, None, Message("x", "x")),
            ):
                self.rows[row.alert_id] = row
                self.history.append(revision_of(row, "t"))


def publish(board: Board, judge: Judge, day: int) -> None:
    """Let the oracle judge all days up to one anew."""
    statuses = [judge.status(one) for one in range(FIRST, day + 1)]
    for rule, (status, least, severity) in WATCHED.items():
        holds = [None if now == "no_data" else now == status for now in statuses]
        board.judge(rule, "t", severity, oracle_episodes(FIRST, holds, least), day)


Runs = Sequence[tuple[int, Reading]]


def spread(runs: Runs, days: int) -> dict[int, Reading]:
    """Return a figure for each day from runs of (length, figure), and for the days before the first."""
    found: list[Reading] = []
    for length, value in runs:
        found += [value] * length
    found = [*found, *[runs[-1][1]] * days][:days]
    before: list[Reading] = [(number % 3 * 10, 1) for number in range(120)]
    return dict(enumerate([*before, *found], FIRST - 120))


@pytest.mark.slow
@examples(30)
@given(
    target=targets(),
    runs=st.lists(st.tuples(st.integers(1, 25), readings()), min_size=1, max_size=10),
    edits=st.lists(
        st.tuples(st.integers(0, 110), st.integers(0, 110), st.integers(1, 15), readings()),
        max_size=8,
    ),
)
def test_statuses_and_alerts_follow_figures_that_change_afterwards(
    target: Target, runs: Runs, edits: list[tuple[int, int, int, Reading]]
) -> None:
    """A close judges its day and all days whose figures were corrected since; alerts move, end, come back or are retracted."""
    figures = spread(runs, days=330)
    deadline = day_from_date(target.deadline)
    engine = Engine(
        StatusSeries(terms_of(target, plan().period_start), FIRST, prior=figures.__getitem__)
    )
    board = Board()
    reader = Reader(Known(World([]), {}), plan())
    for day in range(FIRST, FIRST + 110):
        since = day
        for when, first, length, value in edits:
            if FIRST + when == day:
                for number in range(FIRST + first, FIRST + first + length):
                    figures[number] = value
                since = min(since, FIRST + first)
        told = [figures[min(one, deadline)] for one in range(since, day + 1)]
        engine.series.update(Day(since), told)
        judge = Told(reader, target, FIRST, figures=dict(figures))

        assert [(one, judge.status(one)) for one in range(FIRST, day + 1)] == [
            (one, engine.series.status(Day(one)).value) for one in range(FIRST, day + 1)
        ]
        standing = engine.series.standing(Day(day))
        assert (*judge.shown(day), judge.forecast(day)) == (
            standing.status.value,
            standing.since,
            standing.expected,
            standing.forecast,
        )
        engine.close(day)
        publish(board, judge, day)
        assert sorted(board.history) == sorted(engine.history)
