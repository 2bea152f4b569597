"""The simulator's truth against tiendo's figures: two ways of counting that share nothing but the written rules."""

import json
from collections.abc import Iterator
from datetime import date
from decimal import Decimal

import pytest

from models.days import Day, day_from_date
from models.topics import PROVINCES
from streams.simulator import CALM, Scenario, Simulation, Trouble
from streams.simulator.post import Fate, Report
from streams.simulator.profiles import PROFILES
from streams.simulator.truth import Truth, written
from streams.simulator.truth.works import Works
from streams.simulator.wire import SECONDS_PER_DAY, Data, Happening, stamp
from streams.simulator.witness import Witness
from tests.support.told import Told, told
from tests.support.world_facts import KNOWN

SORE = Trouble(
    late=0.15, duplicated=0.08, corrected=0.12, retracted=0.06, broken=0.02, out_of_order=0.1
)
"""Half of the reports go wrong in some way."""

USUAL = Scenario(seed=1, volume=0.1, agencies=12, officials=30)
SORELY = Scenario(seed=2, volume=0.1, trouble=SORE, agencies=8, officials=20)
WHOLE_PLANS = [
    *((USUAL, province) for province in PROVINCES),
    *((SORELY, province) for province in ("tra-vinh", "hai-duong", "binh-thuan")),
]
"""The plans of the other two last five years: a minute each."""


def days_of(truth: Truth) -> Iterator[Day]:
    """Yield days to compare: the last two, one in the late reports' reach, the middle, the first weeks."""
    middle = (truth.first + truth.last) // 2
    for day in (truth.last, truth.last - 1, truth.last - 37, middle, truth.first + 40, truth.first):
        yield Day(day)


def disagreements(run: Told) -> list[object]:
    """Return where tiendo and the truth differ."""
    found: list[object] = []
    for day in days_of(run.truth):
        figures, true = run.house(day), run.true(day)
        found += [(day - run.truth.first, key) for key in figures.keys() ^ true.keys()]
        found += [
            (day - run.truth.first, key, figures[key], true[key])
            for key in figures.keys() & true.keys()
            if figures[key] != true[key]
        ]
    return found


def misjudged(run: Told) -> list[object]:
    """Return the targets whose figure on the last day is not what the world knows."""
    found: list[object] = []
    plan = PROFILES[run.truth.province].plan
    targets = {one.definition.id: one for one in run.worker.catalogue.targets}
    for name, known in KNOWN[plan].items():
        target = f"{plan}-{name}"
        day = min(run.truth.last, targets[target].terms.deadline)
        true = known(Works(run.truth, day))
        figure = run.tables(run.truth.last).attainment[target].figure
        shown = (figure.numerator, figure.denominator) if isinstance(true, tuple) else figure.value
        if shown != true:
            found.append((target, shown, true))
    return found


@pytest.mark.slow
@pytest.mark.parametrize("trouble", [CALM, SORE], ids=["calm", "sore"])
def test_a_year_in_tra_vinh_has_the_figures_of_the_truth(trouble: Trouble) -> None:
    """All fourteen indicators, windows and agencies, on six days: whatever happens to the reports on their way."""
    run = told(Scenario(seed=1, volume=0.4, officials=60, trouble=trouble), "tra-vinh")

    assert [] == disagreements(run)
    assert [] == misjudged(run)
    assert 0 == run.truth.pending


@pytest.mark.slow
@pytest.mark.timeout(600)
@pytest.mark.parametrize(("scenario", "province"), WHOLE_PLANS)
def test_whole_plans_have_the_figures_of_the_truth(scenario: Scenario, province: str) -> None:
    """Each province over the whole period of its plan."""
    run = told(scenario, province)

    assert [] == disagreements(run)
    assert [] == misjudged(run)


@pytest.mark.slow
def test_a_run_that_stops_early_has_the_truth_of_what_the_log_tells_by_then() -> None:
    """On a day so long ago that the last word on it has come, the figures are right; the newest days wait for some."""
    run = told(Scenario(seed=5, days=150), "binh-thuan")
    settled = Day(run.truth.first + 60)

    assert run.true(settled) == run.house(settled)
    assert run.truth.pending > 0


@pytest.mark.slow
def test_a_run_on_other_days_is_counted_in_the_period_of_the_plan() -> None:
    """Moved to 2026 everything happens after the plan of 2019: 'plan' is empty, 'year' and the rest are not."""
    start = day_from_date(date(2026, 3, 2))
    run = told(Scenario(seed=1, days=120, start=start, trouble=CALM), "tra-vinh")
    day = Day(start + 100)

    assert run.true(day) == run.house(day)
    figures = run.true(day)
    assert (0, None, None) == figures["dossiers_received", "*", "plan"]
    assert figures["dossiers_received", "*", "year"][0] not in {0, None}


def received(key: str, day: int, due: int | None, second: int = 28_800) -> Happening:
    """Return that a dossier was taken in at eight."""
    data: Data = {
        "due_at": None if due is None else stamp(due * SECONDS_PER_DAY + 61_200),
        "procedure_online_level": 3,
        "intake_channel": "online",
    }
    return Happening("dossier.received", key, day * SECONDS_PER_DAY + second, "A", "m", data)


def resolved(key: str, day: int, outcome: str = "granted", second: int = 36_000) -> Happening:
    """Return that a dossier was resolved at ten."""
    data: Data = {"outcome": outcome}
    return Happening("dossier.resolved", key, day * SECONDS_PER_DAY + second, "A", "m", data)


def status(key: str, day: int, to: str) -> Happening:
    """Return that a dossier changed its status at nine."""
    at = day * SECONDS_PER_DAY + 32_400
    return Happening("dossier.status_changed", key, at, "A", "m", {"to_status": to})


def truth_of(*happened: Happening, withdrawn: tuple[Happening, ...] = (), days: int = 40) -> Truth:
    """Return the truth of a world in which only this happened, in Trà Vinh."""
    witness = Witness()
    for one in happened:
        witness.see(one, Fate(stands=True, settled=one.at))
    for one in withdrawn:
        witness.see(one, Fate(stands=False, settled=one.at))
    profile = PROFILES["tra-vinh"]
    return Truth(profile, witness, Day(profile.first + days))


FIRST = PROFILES["tra-vinh"].first
"""Tuesday 1 January 2019, a holiday; Monday the 7th is `FIRST + 6`."""


def figure(truth: Truth, indicator: str, day: int, window: str = "plan") -> tuple[object, ...]:
    """Return what a single agency has."""
    (row,) = [
        row
        for row in truth.rows(day)
        if (row.indicator, row.agency, row.window) == (indicator, "A", window)
    ]
    return row.value, row.numerator, row.denominator


@pytest.mark.parametrize(
    ("happened", "share"),
    [
        ((received("D", FIRST + 6, FIRST + 8), resolved("D", FIRST + 8)), (Decimal(100), 1, 1)),
        (
            (received("D", FIRST + 6, FIRST + 8), resolved("D", FIRST + 8, second=61_201)),
            (Decimal(0), 0, 1),
        ),
        ((received("D", FIRST + 6, None), resolved("D", FIRST + 8)), (None, 0, 0)),
        (
            (received("D", FIRST + 6, FIRST + 8), resolved("D", FIRST + 7, "withdrawn")),
            (None, 0, 0),
        ),
        (
            (
                received("D", FIRST + 6, FIRST + 8),
                status("D", FIRST + 7, "paused"),
                status("D", FIRST + 9, "in_process"),
                resolved("D", FIRST + 10),
            ),
            (Decimal(100), 1, 1),
        ),
        (
            (
                received("D", FIRST + 6, FIRST + 8),
                status("D", FIRST + 7, "paused"),
                status("D", FIRST + 8, "in_process"),
                resolved("D", FIRST + 10),
            ),
            (Decimal(0), 0, 1),
        ),
    ],
    ids=["in time", "a second late", "never due", "withdrawn", "clock stood", "stood too short"],
)
def test_the_truth_knows_what_was_in_time(
    happened: tuple[Happening, ...], share: tuple[object, ...]
) -> None:
    """Worked out by hand, from the rules as they are written."""
    assert share == figure(truth_of(*happened), "dossiers_on_time_share", FIRST + 30)


def test_the_truth_knows_what_is_overdue() -> None:
    """From the day after the due day until it is resolved; not while its clock stands."""
    truth = truth_of(
        received("D", FIRST + 6, FIRST + 8),
        received("E", FIRST + 6, FIRST + 8),
        status("E", FIRST + 7, "waiting_for_payment"),
        resolved("D", FIRST + 12),
    )

    overdue = [figure(truth, "dossiers_overdue", FIRST + day, "now")[0] for day in (8, 9, 11, 12)]

    assert [0, 1, 1, 0] == overdue


def test_what_was_withdrawn_never_happened() -> None:
    """It is in no figure, and the truth says how much there was of it."""
    truth = truth_of(received("D", FIRST + 6, None), withdrawn=(received("E", FIRST + 6, None),))

    assert (1, None, None) == figure(truth, "dossiers_received", FIRST + 30)
    assert 1 == truth.withdrawn


def test_an_agency_reports_by_any_readable_record_under_its_code() -> None:
    """Within thirty days; also by one that is wrong, withdrawn or sent twice."""
    entry: Data = {"valid_from": "2019-01-01"}
    witness = Witness()
    at = FIRST * SECONDS_PER_DAY
    for code in ("A", "B"):
        registered = Happening("agency.registered", code, at, code, "danhba", entry)
        witness.see(registered, Fate(stands=True, settled=at))
    witness.hear(Report("A", at, at))
    truth = Truth(PROFILES["tra-vinh"], witness, Day(FIRST + 40))

    shares = {
        (row.agency, row.as_of - FIRST): (row.numerator, row.denominator)
        for day in (FIRST + 29, FIRST + 30)
        for row in truth.rows(day)
        if row.indicator == "agencies_reporting_share"
    }

    assert {
        ("*", 29): (1, 2),
        ("A", 29): (1, 1),
        ("B", 29): (0, 1),
        ("*", 30): (0, 2),
        ("A", 30): (0, 1),
        ("B", 30): (0, 1),
    } == shares


def test_the_document_has_the_last_day_the_months_and_the_days() -> None:
    """JSON by the rules of `tiendo kpi --json`: shares are strings with four decimals."""
    simulation = Simulation(Scenario(days=62, trouble=CALM), ["tra-vinh"], witnessed=True)
    assert list(simulation.lines())

    document = json.loads(json.dumps(written(simulation.truth())))["tra-vinh"]

    assert ("2019-01-01", "2019-03-03") == (document["first_day"], document["last_day"])
    assert {"2019-03-03"} == {row["as_of"] for row in document["kpi"]}
    assert ["2019-01-31", "2019-02-28"] == sorted({row["as_of"] for row in document["monthly"]})
    assert {"*"} == {row["agency"] for row in document["monthly"] + document["daily"]}
    (share,) = [
        row
        for row in document["kpi"]
        if (row["indicator"], row["agency"], row["window"])
        == ("documents_signed_share", "*", "plan")
    ]
    assert share["value"] == f"{100 * share['numerator'] / share['denominator']:.4f}"
    received_by_day = sum(
        row["value"] for row in document["daily"] if row["indicator"] == "dossiers_received"
    )
    (all_received,) = [
        row["value"]
        for row in document["kpi"]
        if (row["indicator"], row["agency"], row["window"]) == ("dossiers_received", "*", "plan")
    ]
    assert all_received == received_by_day > 0
    works = {
        (row["what"], row["of"]): (row["value"], row["denominator"]) for row in document["works"]
    }
    assert (15, 15) == works["system one_stop", "so"]
    assert (1819, 1819) == works["procedures online at level 2 or above", "*"]
    assert (0, 1) == works["wan-lan", "*"]
    assert works["budget.allocated (VND)", "tra-vinh-2019"][1] is None


@pytest.mark.slow
def test_a_completed_project_stays_completed() -> None:
    """Once a plan's named project is done it is not begun again."""
    statuses: dict[str, list[str]] = {}
    for line in Simulation(Scenario(trouble=CALM), PROVINCES).lines():
        if b"project.status_changed" in line:
            data = json.loads(line)["data"]
            statuses.setdefault(data["project_id"], []).append(data["to_status"])

    completed = [changes for changes in statuses.values() if "completed" in changes]
    assert completed
    assert {"completed"} == {changes[-1] for changes in completed}


def test_only_a_run_with_a_witness_has_a_truth() -> None:
    """To ask for it otherwise is a mistake of the caller's."""
    simulation = Simulation(Scenario(days=1), ["tra-vinh"])

    with pytest.raises(RuntimeError, match="no witness"):
        simulation.truth()
