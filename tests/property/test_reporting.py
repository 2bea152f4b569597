"""Reporting duties against the oracle: who owes what, how it stands at a close, and the alerts that come of it."""

from collections.abc import Sequence
from datetime import date, timedelta
from functools import cache
from itertools import product
from typing import Any, Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.catalogue import ProvinceCatalogue, load_catalogue
from models.definitions import Measure, MeasuresFile, PlanFile
from models.duties import DutyState
from models.envelope import decode
from models.facts import Record
from models.topics import PROVINCES
from tests.support.drafts import Setting
from tests.support.examples import examples
from tests.support.fold import Tables, fold
from tests.support.histories import histories, last_day, long_log, splits
from tests.support.oracle.alerts import Replay, Revision
from tests.support.oracle.facts import World
from tests.support.oracle.province import accepted, definitions
from tests.support.oracle.reporting import Reporting, Standing
from tests.support.small_catalogue import MEASURES, PLAN_FILE, compiled, files

TYPES: Final = ("agency.registered", "report.submitted")
KINDS: Final = ("result", "result", "six_month", "plan", "estimate", "yearly")
RULES: Final = ("report_due_soon", "report_late")


def filed(kind: str) -> dict[str, Any]:
    """Return the measure of reports of a type, as YAML would give it."""
    where = {"report_type": kind}
    return {
        "subject": "report",
        "flow": {"fact": "report.submitted", "where": where, "bucket": "period_end"},
    }


def duty(name: str, over: dict[str, Any], **given: object) -> dict[str, Any]:
    """Return a duty, as YAML would give it."""
    return {
        "id": name, "section": "I", "text_vi": "Báo cáo", "text_en": "Report", "over": over, "recipient": None, **given,
    }  # fmt: skip


DUTIES: Final = [
    duty("once", {"level": ["so", "huyen"]}, rounds=[{"every": "once", "filed": filed("result"), "due": {"before": "2017-05-11"}}]),
    duty("monthly", {"block": ["nha_nuoc"]}, rounds=[{"every": "month", "filed": filed("result"), "due": {"day": 5, "months": 1}}]),
    duty("both", {"list": "pair"}, rounds=[{"every": "quarter", "filed": [filed("plan"), filed("estimate")], "due": {"day": 31}}]),
    duty("under", {"parent_level": ["so"]}, rounds=[{"every": "half_year", "filed": filed("six_month"), "due": {"day": 20}}]),
    duty("rounds", {"is_administrative": True}, rounds=[
        {"every": "half_year", "filed": filed("six_month")},
        {"every": "year", "filed": filed("yearly"), "due": {"day": 20, "months": 0}},
    ]),
    duty("nobody", {"list": "strangers"}, rounds=[{"every": "once", "filed": filed("plan"), "due": {"by": "2017-05-20"}}]),
    duty("seen", {"level": ["so"]}, never_due="continuous", last_seen=[filed("result"), filed("yearly")]),
    duty("unseen", {"level": ["so"]}, never_due="conditional"),
]  # fmt: skip
"""Every rhythm, every way to date a report, every sort of population."""


@cache
def made_up() -> tuple[ProvinceCatalogue, PlanFile, dict[str, Measure]]:
    """Return a plan with duties of every sort: compiled, and as it was written."""
    data = files()
    plan = data[PLAN_FILE]
    plan["lists"]["pair"] = [{"code": "A1", "name": "a"}, {"code": "A2", "name": "b"}]
    plan["lists"]["strangers"] = [{"code": "Z", "name": "z"}]
    plan["reporting"] = DUTIES
    file = PlanFile.model_validate(plan)
    named = {**MeasuresFile.model_validate(MEASURES).measures, **file.measures}
    return compiled(data).province("dong-nai"), file, named


def real(province: str) -> tuple[ProvinceCatalogue, PlanFile, dict[str, Measure]]:
    """Return a province's plan: compiled, and as it was written."""
    one = definitions()[province]
    return load_catalogue().province(province), one.file, dict(one.named)


def setting(province: str, start: date, days: int) -> Setting:
    """Return where and when registers and reports are told of."""
    preferred: dict[tuple[str, str], Sequence[Any]] = {
        ("agency.registered", "level"): ["so", "huyen"],
        ("agency.registered", "block"): ["nha_nuoc"],
        ("report.submitted", "report_type"): KINDS,
        ("report.submitted", "period_end"): [
            str(start + timedelta(days=days)) for days in (-15, 10, 20, 50, 80)
        ],
    }
    return Setting(province, start, days, TYPES, preferred)


STARTS: Final = {
    "dong-nai": date(2016, 12, 10),
    "tra-vinh": date(2019, 9, 22),
    "ba-ria-vung-tau": date(2011, 6, 10),
    "hai-duong": date(2017, 12, 5),
    "binh-thuan": date(2018, 12, 5),
}
"""Where something of each plan falls due soon after."""


def standings(tables: Tables) -> dict[tuple[str, str, str], Standing]:
    """Return the book's rows as the oracle would write them."""
    return {
        (*key,): (row.due_on, row.state, row.filed_on)
        for key, row in tables.obligations.items()
    }  # fmt: skip


def revisions(tables: Tables) -> list[Revision]:
    """Return the book's history of alerts on reports as the oracle would write it."""
    return sorted(
        Revision(
            row.rule, row.dedup_key.split("/", 3)[3], row.severity, row.state, row.starts_at, row.ends_at,
            row.revision, row.closed_day,
        )
        for row in tables.alert_history
        if row.rule in RULES
    )  # fmt: skip


def check(
    plan: tuple[ProvinceCatalogue, PlanFile, dict[str, Measure]],
    log: Sequence[Record],
    sizes: list[int],
    until: int,
    *,
    restarts: bool,
) -> Tables:
    """Compare the rows of the last close and every revision; return the book's rows."""
    catalogue, file, named = plan

    def reporting(world: World) -> Reporting:
        return Reporting(file, named, world)

    replay = Replay(lambda _world, _first: [], reporting=reporting, agencies=False)
    replay.read(map(decode, log))
    replay.close(until)
    tables = fold(catalogue, log, sizes, until=until, restarts=restarts).tables
    if replay.first_day is None:
        assert {} == tables.obligations
        return tables
    expected = reporting(World(accepted(map(decode, log)))).rows(until)

    assert expected == standings(tables)
    assert sorted(replay.board.history) == revisions(tables)
    return tables


@pytest.mark.slow
@examples(20)
@given(data=st.data(), more=st.integers(0, 40), restarts=st.booleans())
def test_reports_and_their_alerts_are_those_of_the_oracle(
    data: st.DataObject,
    more: int,
    restarts: bool,  # noqa: FBT001 - drawn
) -> None:
    """Every rhythm and population; late, corrected, retracted and repeated facts, any batches, owners that restart."""
    start = date(2017, 4, 10)
    log = data.draw(histories(setting("dong-nai", start, 50), most=32))
    until = last_day(log, start) + more

    check(made_up(), log, data.draw(splits()), until, restarts=restarts)


@pytest.mark.slow
def test_long_logs_see_every_state_of_reports_and_of_their_alerts() -> None:
    """Logs on which reports are filed in time, late and not at all, and facts are taken back: whatever is new in one is compared."""
    wanted: set[object] = {*DutyState, *product(RULES, ("firing", "resolved", "retracted"))}
    for seed in range(10, 50):
        log = long_log(setting("dong-nai", date(2017, 4, 10), 60), seed, recipes=60)
        until = last_day(log, date(2017, 6, 20))
        tables = fold(made_up()[0], log, until=until).tables
        seen = {row.state for row in tables.obligations.values()} | {
            (row.rule, row.state) for row in tables.alert_history
        }
        if not wanted.isdisjoint(seen):
            check(made_up(), log, [7] * len(log), until, restarts=seed % 2 == 1)
            wanted -= seen
        if not wanted:
            return

    assert set() == wanted


@examples(6)
@given(data=st.data(), province=st.sampled_from(PROVINCES), more=st.integers(0, 40))
def test_the_duties_of_the_five_plans_are_read_as_the_oracle_reads_them(
    data: st.DataObject, province: str, more: int
) -> None:
    """The real catalogue, around a day on which something falls due."""
    start = STARTS[province]
    log = data.draw(histories(setting(province, start, 40), most=24))
    until = last_day(log, start) + more

    check(real(province), log, data.draw(splits()), until, restarts=False)
