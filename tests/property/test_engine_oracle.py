"""The oracle and the book on histories worked out by hand: what both must say, said by neither of them."""

import json
from collections import defaultdict
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import pytest

from models.catalogue import load_catalogue
from models.changes import Figure, KpiKey
from models.days import VIETNAM, day_from_date
from models.envelope import decode
from models.facts import DeadLetter, Event, Record
from tests.support.drafts import Draft, Setting
from tests.support.fold import Tables, fold
from tests.support.oracle.alerts import Replay, Revision
from tests.support.oracle.facts import World
from tests.support.oracle.house import House
from tests.support.revisions import revision_of

FIXTURES = Path(__file__).parent.parent / "fixtures"
NOW_MS = 1_800_000_000_000
YEAR = (day_from_date(date(2019, 1, 1)), day_from_date(date(2019, 12, 31)))
AS_OF = day_from_date(date(2019, 10, 31))


def fixture_log() -> list[Record]:
    """Return the lines of the hand-made month, each as a record of its province's topic."""
    records = []
    for offset, line in enumerate((FIXTURES / "first.ndjson").read_bytes().splitlines()):
        province = "dong-nai" if b'"province": "dong-nai"' in line else "tra-vinh"
        records.append(Record(province, offset, NOW_MS, None, line))
    return records


def expected_figures() -> list[Any]:
    """Return (province, agency, window, indicator, figure) for each figure worked out on paper."""
    plain = json.loads((FIXTURES / "first.expected.json").read_text("utf-8"))
    return [
        (*where.split("/"), window, indicator, tuple(figure.values()))
        for where, windows in plain["kpi"].items()
        for window, figures in windows.items()
        for indicator, figure in figures.items()
    ]


def as_printed(figure: Figure) -> tuple[object, object, object]:
    """Return a figure as the expected file prints it: ratios are strings."""
    value = (
        figure.value if isinstance(figure.value, int) or figure.value is None else str(figure.value)
    )
    return value, figure.numerator, figure.denominator


@pytest.fixture(scope="module")
def worlds() -> dict[str, World]:
    """The facts of each province in the hand-made month."""
    events: dict[str, list[Event]] = defaultdict(list)
    for record in fixture_log():
        event = decode(record)
        if isinstance(event, Event):
            events[record.province].append(event)
    return {province: World(found) for province, found in events.items()}


@pytest.fixture(scope="module")
def books() -> dict[str, Tables]:
    """The book's rows of each province in the hand-made month."""
    found = {}
    for province in ("tra-vinh", "dong-nai"):
        log = [record for record in fixture_log() if record.province == province]
        found[province] = fold(
            load_catalogue().province(province), log, [10] * 9, until=AS_OF
        ).tables
    return found


@pytest.mark.parametrize("expected", expected_figures(), ids=lambda one: "-".join(one[:4]))
def test_the_hand_made_month_has_the_figures_worked_out_on_paper(
    expected: Any,  # noqa: ANN401 - a row of the file
    worlds: dict[str, World],
    books: dict[str, Tables],
) -> None:
    """Oracle and book agree with the file, figure by figure."""
    province, agency, window, indicator, figure = expected
    windows = next(
        one.windows for one in load_catalogue().province(province).indicators if one.id == indicator
    )

    assert figure == as_printed(
        House(worlds[province], YEAR).rows(AS_OF)[indicator, agency, window]
    )
    row = books[province].kpi[KpiKey("house", indicator, agency)]
    assert figure == as_printed(row[[str(one) for one in windows].index(window)])


def test_the_hand_made_month_has_three_dead_letters(books: dict[str, Tables]) -> None:
    """A bad value, a subject that is not the key, and no event at all."""
    dead = [one for one in map(decode, fixture_log()) if isinstance(one, DeadLetter)]

    assert ["bad_payload", "key_mismatch", "not_cloudevent"] == sorted(one.reason for one in dead)
    assert 3 == sum(len(tables.dead_letters) for tables in books.values())


def at(day: date, hour: int = 8) -> datetime:
    """Return an hour of a day in Việt Nam."""
    return datetime.combine(day, time(hour), VIETNAM)


def sent(
    name: str, kind: str, data: dict[str, Any], when: datetime, arrival: datetime | None = None
) -> Draft:
    """Return an event of the agency in the worked example."""
    data = {
        key: str(value) if isinstance(value, date) and not isinstance(value, datetime) else value
        for key, value in data.items()
    }
    data = {
        key: value.isoformat() if isinstance(value, datetime) else value
        for key, value in data.items()
    }
    return Draft(kind, data, "A1", when, when, arrival or when, name)


def worked_example() -> list[Record]:
    """Thirty dossiers due on 20 May, an agency that reports daily, and late word that all were resolved on 15 May."""
    first = date(2019, 5, 2)
    entry = {
        "agency_id": "A1", "name": "Sở", "level": "so", "block": "nha_nuoc", "is_administrative": True,
        "handles_procedures": True, "has_one_stop_unit": True, "active": True, "valid_from": first,
    }  # fmt: skip
    drafts = [sent("register", "agency.registered", entry, at(first, 7))]
    for number in range(30):
        case = {"dossier_id": f"d{number}", "procedure_id": "p", "agency_id": "A1"}
        received = case | {
            "intake_channel": "counter", "procedure_online_level": 2, "received_at": at(first),
            "due_at": at(date(2019, 5, 20), 17), "submitter_type": "citizen",
        }  # fmt: skip
        resolved = case | {
            "resolved_at": at(date(2019, 5, 15)), "outcome": "granted", "processing_level": 2, "result_channel": "counter"
        }  # fmt: skip
        drafts.append(sent(f"in{number}", "dossier.received", received, at(first)))
        late = at(date(2019, 6, 30), 10)
        drafts.append(
            sent(f"out{number}", "dossier.resolved", resolved, at(date(2019, 5, 15)), late)
        )
    for number in range(1, 61):
        day = first + timedelta(days=number)
        survey = {
            "survey_id": f"s{number}",
            "agency_id": "A1",
            "score": 5,
            "electronic": True,
            "responded_at": at(day, 9),
        }
        drafts.append(sent(f"daily{number}", "survey.responded", survey, at(day, 9)))
    setting = Setting("tra-vinh", first)
    return [
        Record(
            "tra-vinh",
            offset,
            int(one.arrival.timestamp() * 1000),
            None,
            one.line(setting.province),
        )
        for offset, one in enumerate(sorted(drafts, key=lambda one: one.arrival))
    ]


def day(month: int, number: int) -> int:
    """Return a day of 2019."""
    return day_from_date(date(2019, month, number))


EXPECTED = [
    Revision("dossiers_overdue", "A1", "error", "firing", day(5, 21), None, 1, day(5, 23)),
    Revision("dossiers_overdue", "A1", "error", "retracted", day(5, 21), day(5, 21), 2, day(6, 30)),
]


def test_the_oracle_publishes_the_worked_example_of_the_design() -> None:
    """Fired at the close of 23 May, retracted at that of 30 June."""
    replay = Replay(lambda _world, _first: ())

    replay.read(map(decode, worked_example()))
    replay.close(day(6, 30))

    assert EXPECTED == replay.board.history


@pytest.mark.parametrize(
    "sizes", [[], [1] * 200, [40] * 5], ids=["one batch", "each alone", "forties"]
)
def test_the_book_publishes_the_worked_example_of_the_design(sizes: Sequence[int]) -> None:
    """As the oracle, and the retraction shows the recomputed figure."""
    log = worked_example()

    tables = fold(load_catalogue().province("tra-vinh"), log, sizes, until=day(6, 30)).tables

    rows = [row for row in tables.alert_history if row.rule == "dossiers_overdue"]
    assert EXPECTED == [revision_of(row, row.agency or "") for row in rows]
    assert [30, 0] == [row.value for row in rows]
