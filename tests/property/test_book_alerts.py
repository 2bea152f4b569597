"""The book against the oracle: every close of a log, what it judges, what it publishes, and what that becomes."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from operator import attrgetter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.catalogue import ProvinceCatalogue, load_catalogue
from models.changes import AgencyRow, AlertRow, Figure
from models.days import Day, date_of
from models.definitions import Measurability, ReadingDate, Target, Text
from models.envelope import decode
from models.facts import Record
from models.topics import PROVINCES
from tests.support.examples import examples
from tests.support.fold import Tables, fold
from tests.support.histories import histories, last_day, long_log, splits
from tests.support.oracle.alerts import Replay, Revision, silent
from tests.support.oracle.facts import World
from tests.support.oracle.judgement import Judge
from tests.support.oracle.province import Province, accepted, definitions, setting, types_of
from tests.support.revisions import revision_of

DAYS = 50


def catalogue(province: str) -> ProvinceCatalogue:
    """Return what is computed for a province."""
    return load_catalogue().province(province)


def firm(province: str) -> list[Target]:
    """Return the defined targets that raise alerts."""
    raising = {Measurability.QUANTIFIED, Measurability.DATED}
    return [one for one in definitions()[province].defined if one.measurability in raising]


def replayed(province: str, targets: Sequence[Target], log: Sequence[Record], until: int) -> Replay:
    """Return the oracle's reading of a log, closed up to a day."""

    def judges(world: World, first_day: int) -> Iterable[Judge]:
        reader = Province(definitions()[province], world).reader
        return [Judge(reader, target, first_day) for target in targets]

    replay = Replay(judges)
    replay.read(map(decode, log))
    replay.close(until)
    return replay


def revisions(rows: Iterable[AlertRow], targets: Sequence[Target]) -> list[Revision]:
    """Return the book's history of some targets, and of all agencies, as the oracle would write it."""
    watched = {target.id for target in targets}
    return sorted(
        revision_of(row) for row in rows if row.agency is not None or row.target in watched
    )


def check_attainment(tables: Tables, judges: Iterable[Judge], day: int) -> None:
    """Compare the statuses of targets on a closed day."""
    for judge in judges:
        row = tables.attainment[judge.target.id]
        status, since, expected = judge.shown(day)
        forecast = None if status == "not_measurable" else judge.forecast(day)
        figure = judge.reader.figure(judge.target, day)

        assert (judge.target.id, day, status, since, expected, forecast, figure) == (
            row.target,
            row.as_of,
            row.status,
            row.status_since,
            row.expected,
            row.forecast,
            row.figure,
        )


def read_as_well(province: str, day: int) -> ProvinceCatalogue:
    """Return a province's catalogue whose plan is read on a day before its end as well."""
    known = catalogue(province)
    name = Text(vi="báo cáo", en="reports")
    reading = ReadingDate(day=date_of(Day(day)), section="VI", name=name)
    return replace(known, plan=known.plan.model_copy(update={"reading_dates": [reading]}))


def check_agencies(tables: Tables, world: World, first_day: int) -> None:
    """Compare what the views are told of each agency."""
    day = tables.mark.closed or 0
    expected = {}
    for code in world.codes():
        since = day + 1
        while since > first_day and silent(world, code, since - 1):
            since -= 1
        registered, active = code in world.registered(), code in world.active(day)
        expected[code] = AgencyRow(code, registered, active, Day(since) if since <= day else None)

    assert expected == tables.agencies


def check(province: str, targets: Sequence[Target], log: Sequence[Record], sizes: list[int]) -> int:
    """Compare all that a log publishes; return how many revisions that were."""
    until = last_day(log, setting(province, DAYS).start, DAYS)
    replay = replayed(province, targets, log, until)
    read_on = Day(until - 10)
    worker = fold(read_as_well(province, read_on), log, sizes, until=until)
    if replay.first_day is None:
        return len(worker.tables.alert_history)

    assert sorted(replay.board.history) == revisions(worker.tables.alert_history, targets)
    world = World(accepted(map(decode, log)))
    reader = Province(definitions()[province], world).reader
    judges = [Judge(reader, target, replay.first_day) for target in targets]
    check_attainment(worker.tables, judges, until)
    check_agencies(worker.tables, world, replay.first_day)
    readings = {target: row for (target, _), row in worker.tables.readings.items()}
    assert bool(readings) == (read_on >= replay.first_day)
    if readings:
        check_attainment(Tables(attainment=readings), judges, read_on)
    for back in (5, 30):
        if until - back >= replay.first_day:
            check_attainment(worker.read_back(until - back), judges, until - back)
    return len(replay.board.history)


@examples(15)
@given(data=st.data(), province=st.sampled_from(PROVINCES))
def test_statuses_and_alerts_are_those_of_the_oracle(data: st.DataObject, province: str) -> None:
    """At every close: the statuses of the day, and the revisions of each alert, from the facts known by then."""
    targets = data.draw(
        st.lists(
            st.sampled_from(firm(province)), min_size=1, max_size=3, unique_by=attrgetter("id")
        )
    )
    types = types_of(definitions()[province], targets)
    log = data.draw(histories(setting(province, DAYS, types), most=40))

    check(province, targets, log, data.draw(splits()))


@pytest.mark.slow
@pytest.mark.parametrize("province", PROVINCES)
def test_alerts_of_a_long_log_are_those_of_the_oracle(province: str) -> None:
    """A log on which many alerts fire, end, come back and are taken back."""
    targets = firm(province)[::4]
    types = types_of(definitions()[province], targets)
    log = long_log(setting(province, DAYS, types), seed=3, recipes=40)

    assert check(province, targets, log, [9] * len(log)) > 0


@examples(8)
@given(data=st.data(), province=st.sampled_from(PROVINCES))
def test_what_a_close_publishes_is_what_differs_from_what_was_published(
    data: st.DataObject, province: str
) -> None:
    """`kpi_history` has a row for each figure that differs at a close from its latest row, as known at that close."""
    log = data.draw(histories(setting(province, DAYS), most=24))
    until = last_day(log, setting(province, DAYS).start, DAYS)
    published: dict[tuple[str, str, str, str], Figure] = {}
    expected: list[tuple[int, tuple[str, str, str, str], Figure]] = []

    def publish(world: World, day: int) -> None:
        for key, figure in Province(definitions()[province], world).kpi(day).items():
            shown = key[2] == "*" or key[3] in {"year", "now"}
            if shown and published.get(key) != figure:
                published[key] = figure
                expected.append((day, key, figure))

    replay = Replay(lambda _world, _first: [], at_close=publish)
    replay.read(map(decode, log))
    replay.close(until)
    tables = fold(catalogue(province), log, data.draw(splits()), until=until).tables

    assert sorted(expected, key=repr) == sorted(
        [
            (
                row.closed_day,
                (row.key.plan, row.key.indicator, row.key.agency, row.window),
                row.figure,
            )
            for row in tables.history
        ],
        key=repr,
    )
    versions = {(one.plan, one.id): one.version for one in catalogue(province).indicators}
    assert [versions[row.key.plan, row.key.indicator] for row in tables.history] == [
        row.definition_version for row in tables.history
    ]
