"""The simulator's log: deterministic, complete, with the plans' denominators; see test_simulator_trouble for what goes wrong."""

import hashlib
import os
import subprocess
import sys
import unicodedata
from collections import Counter
from datetime import date
from itertools import chain
from pathlib import Path

import msgspec
import pytest

from models.catalogue import load_catalogue
from models.days import date_of, day_from_date, day_of
from models.envelope import decode
from models.errors import UsageError
from models.events.registry import VOCABULARY
from models.facts import Event, Record
from models.topics import PROVINCES
from streams.simulator import CALM, Trouble, simulate, span
from streams.simulator.agencies import agencies_of
from streams.simulator.chance import Curve, line
from streams.simulator.profiles import PROFILES

NOW_MS = 1_750_000_000_000
ROOT = Path(__file__).parents[2]


def decoded(province: str, days: int, trouble: Trouble = CALM) -> list[Event]:
    """Return the accepted events of a run over one province, in order of arrival."""
    lines = simulate(1, [province], days, trouble=trouble)
    records = (Record(province, offset, NOW_MS, None, text) for offset, text in enumerate(lines))
    return [event for event in map(decode, records) if isinstance(event, Event)]


def digest_in_another_process(hash_seed: str, zone: str) -> str:
    """Return the digest of a run in a Python with other hashes, another time zone and another locale."""
    code = (
        "import hashlib\n"
        "from streams.simulator import load, simulate\n"
        "digest = hashlib.sha256()\n"
        "for line in simulate(7, ['tra-vinh', 'binh-thuan'], 40): digest.update(line + b'\\n')\n"
        "for province, line in load(7, 3000): digest.update(province.encode() + line)\n"
        "print(digest.hexdigest())\n"
    )
    environment = {**os.environ, "PYTHONHASHSEED": hash_seed, "TZ": zone, "LC_ALL": "C"}
    environment["PYTHONPATH"] = str(ROOT)
    done = subprocess.run(
        [sys.executable, "-c", code], env=environment, capture_output=True, check=True, text=True
    )
    return done.stdout


def test_the_same_seed_gives_the_same_bytes_in_any_process() -> None:
    """Nothing depends on the hash seed, the time zone or the locale."""
    first = digest_in_another_process("1", "UTC")

    second = digest_in_another_process("2", "America/New_York")

    assert first == second


def test_another_seed_gives_another_log() -> None:
    """The seed is used."""
    logs = [
        hashlib.sha256(b"\n".join(simulate(seed, ["hai-duong"], 5))).digest() for seed in (1, 2)
    ]

    assert 2 == len(set(logs))


def test_the_log_of_fewer_days_is_the_beginning_of_the_log_of_more() -> None:
    """What arrives on a day does not depend on how many days follow."""
    short = list(simulate(3, ["binh-thuan"], 30))
    long = list(simulate(3, ["binh-thuan"], 45))

    assert short == long[: len(short)]
    assert len(short) < len(long)


def test_a_province_does_not_depend_on_its_companions() -> None:
    """Side by side or alone: the same lines in the same order."""
    alone = [set(simulate(3, [province], 8)) for province in PROVINCES[:3]]

    together = list(simulate(3, PROVINCES[:3], 8))

    assert set(chain(*alone)) == set(together)
    assert list(simulate(3, ["tra-vinh"], 8)) == [text for text in together if text in alone[1]]


def test_every_type_of_the_vocabulary_occurs() -> None:
    """All types, and retractions; no day.started, which only a live worker sends."""
    lines = simulate(1, PROVINCES, 365, trouble=Trouble(broken=0.0))
    told = {text.partition(b'"type":"vn.tiendo.')[2].partition(b'.v1"')[0] for text in lines}
    told_names = {name.decode() for name in told}

    assert set(VOCABULARY) | {"fact.retracted"} == told_names
    assert 48 == len(told_names)


@pytest.mark.slow
def test_every_line_of_a_calm_run_is_accepted() -> None:
    """Without trouble there are no dead letters, and the province is that of the run."""
    for province in PROVINCES:
        lines = list(simulate(1, [province], 30, trouble=CALM))

        assert len(lines) == len(decoded(province, 30))


@pytest.mark.parametrize(
    ("province", "levels"),
    [
        ("dong-nai", {"so": 20, "huyen": 11, "xa": 171}),
        ("tra-vinh", {"so": 15, "huyen": 9, "xa": 106}),
        ("ba-ria-vung-tau", {"so": 18, "huyen": 8, "xa": 82}),
        ("hai-duong", {"so": 25, "huyen": 12, "xa": 265}),
        ("binh-thuan", {"so": 20, "huyen": 10, "xa": 127}),
    ],
)
def test_registers_have_the_denominators_of_the_plan(province: str, levels: dict[str, int]) -> None:
    """Communes and districts as printed; one of them registers after some weeks only."""
    told = Counter(
        event.assertion.payload["level"]
        for event in decoded(province, 50)
        if event.type == "agency.registered" and event.assertion and event.assertion.payload
    )

    assert levels == {level: told[level] for level in levels}


@pytest.mark.parametrize(
    ("province", "procedures", "online"),
    [("dong-nai", 1137, 148), ("tra-vinh", 1819, 643), ("hai-duong", 240, 43)],
)
def test_procedures_start_at_the_online_levels_of_the_plan(
    province: str, procedures: int, online: int
) -> None:
    """148 of 1137 are 13.0167 %."""
    events = decoded(province, 1)

    registered = {event.fact for event in events if event.type == "procedure.registered"}
    at_3_or_4 = {
        event.assertion.payload["procedure_id"]
        for event in events
        if event.type == "procedure.online_level_changed"
        and event.assertion is not None
        and event.assertion.payload is not None
        and event.assertion.payload["new_level"] in {3, 4}
    }

    assert (procedures, online) == (len(registered), len(at_3_or_4))


@pytest.mark.parametrize("province", PROVINCES)
def test_a_run_stays_inside_its_plan(province: str) -> None:
    """Nothing is dated before the first day or after the last one of the run."""
    first, last = span(province)

    days = {day_of(event.time) for event in decoded(province, 20, Trouble())}

    assert (first, first + 19) == (min(days), max(days))
    assert first + 19 <= last


def test_spans_are_the_years_of_the_plans() -> None:
    """Five years or one, as the plans' titles say."""
    years = {
        province: tuple(date_of(day).isoformat() for day in span(province))
        for province in PROVINCES
    }

    assert {
        "dong-nai": ("2016-01-01", "2020-12-31"),
        "tra-vinh": ("2019-01-01", "2019-12-31"),
        "ba-ria-vung-tau": ("2011-01-01", "2015-12-31"),
        "hai-duong": ("2017-01-01", "2017-12-31"),
        "binh-thuan": ("2018-01-01", "2018-12-31"),
    } == years


def test_flows_grow_with_the_volume_and_registers_do_not() -> None:
    """Twice the volume, about twice the dossiers, the same register."""
    counts = []
    for volume in (2.0, 4.0):
        types = Counter(
            msgspec.json.decode(text)["type"]
            for text in simulate(1, ["hai-duong"], 60, volume=volume, trouble=CALM)
        )
        counts.append(types)
    dossier, agency = "vn.tiendo.dossier.received.v1", "vn.tiendo.agency.registered.v1"

    assert 1.8 < counts[1][dossier] / counts[0][dossier] < 2.2
    assert counts[0][agency] == counts[1][agency]


def test_texts_are_vietnamese_in_nfc() -> None:
    """Names carry their diacritics, composed."""
    text = b"\n".join(simulate(1, ["binh-thuan"], 2, trouble=CALM)).decode()

    assert "Sở Thông tin và Truyền thông" in text
    assert unicodedata.is_normalized("NFC", text)


def test_an_office_falls_behind_and_catches_up() -> None:
    """In the bad spell of the busiest office ten dossiers and more are overdue at once; later none of them is left."""
    received: dict[str, tuple[str, int]] = {}
    resolved: dict[str, int] = {}
    for event in decoded("tra-vinh", 160):
        if event.fact is None or event.assertion is None or event.assertion.payload is None:
            continue
        due = event.assertion.payload.get("due_at")
        if event.type == "dossier.received" and isinstance(due, int):
            received[event.fact.key] = (event.agency, day_of(due))
        elif event.type == "dossier.resolved":
            resolved[event.fact.key] = event.assertion.day
    first, _ = span("tra-vinh")

    def overdue(day: int) -> Counter[str]:
        return Counter(
            agency
            for dossier, (agency, due) in received.items()
            if due < day < resolved.get(dossier, day + 1)
        )

    worst, number = overdue(first + 90).most_common(1)[0]

    assert number >= 10
    assert overdue(first + 130)[worst] < 10


@pytest.mark.parametrize(
    ("provinces", "days"), [(["ha-noi"], None), (["tra-vinh"], 0), (["tra-vinh"], -1)]
)
def test_a_run_that_cannot_be_is_refused_at_once(provinces: list[str], days: int | None) -> None:
    """An unknown province and no days are the caller's mistake, told before the first line."""
    with pytest.raises(UsageError):
        simulate(1, provinces, days)


def test_a_curve_goes_straight_between_its_points_and_stays_at_the_last() -> None:
    """A drift is read anywhere in the period."""
    curve = Curve(((0.0, 0.2), (0.5, 0.6), (1.0, 0.4)))

    assert [0.2, 0.4, 0.6, 0.5, 0.4] == [
        pytest.approx(curve.at(progress)) for progress in (0.0, 0.25, 0.5, 0.75, 1.0)
    ]


@pytest.mark.parametrize(
    ("value", "progress"), [(0.1, 0.0), (0.2, 0.0), (0.3, 0.5), (0.4, 1.0), (0.41, None)]
)
def test_a_rising_curve_tells_when_it_reaches_a_value(value: float, progress: float | None) -> None:
    """At or below its start: from the first day; above its end: never."""
    reached = line(0.2, 0.4).reaches(value)

    assert (None if progress is None else pytest.approx(progress)) == reached


def test_reports_are_filed_in_time_late_and_not_at_all() -> None:
    """The one date that a plan prints: of 24 offices some file by 14 October 2019, some after, some never."""
    due = day_from_date(date(2019, 10, 14))
    filed = {
        event.agency: day_of(event.time)
        for event in decoded("tra-vinh", 330)
        if event.type == "report.submitted"
        and event.assertion is not None
        and (event.assertion.payload or {}).get("report_type") == "result"
    }
    late = [agency for agency, day in filed.items() if day > due]

    assert 0 < len(late) < len(filed) < 24


@pytest.mark.parametrize("province", PROVINCES)
def test_those_whom_a_plan_charges_by_name_are_in_the_register(province: str) -> None:
    """Under the code that the plan's list gives them; but for a committee, which is no agency."""
    one = load_catalogue().province(province)
    named = {duty.over.members for duty in one.obligations if duty.over.members is not None}
    charged = {row.code for name in named for row in one.lists[name]}

    assert charged - {"bcd-cqdt"} <= {agency.code for agency in agencies_of(PROFILES[province])}


def test_a_plan_in_money_ends_with_the_money_that_it_prints() -> None:
    """Bình Thuận, IV: 7 288 874 942 đồng for 2018 and 6 538 172 960 for projects of 2017; no đồng is lost by division."""
    paid = {
        one.fact: one.assertion.payload
        for one in decoded("binh-thuan", 365)
        if one.fact is not None and one.assertion is not None and one.assertion.payload is not None
    }
    money: Counter[str] = Counter()
    for fact, payload in paid.items():
        plan, amount = payload.get("plan_id"), payload.get("amount_vnd")
        if (fact.type, plan) in {
            ("budget.allocated", "binh-thuan-2018"),
            ("budget.disbursed", "binh-thuan-2017"),
        }:
            assert isinstance(amount, int)
            money[str(plan)] += amount

    assert {"binh-thuan-2018": 7_288_874_942, "binh-thuan-2017": 6_538_172_960} == money
