"""A province's next owner says of its agencies what the last one did."""

from datetime import date
from pathlib import Path

from models.catalogue import load_catalogue
from models.days import Day, day_from_date
from models.facts import Record
from tests.support.fold import Worker, fold

PROVINCE = "tra-vinh"
NOW_MS = 1_800_000_000_000
CLOSED = day_from_date(date(2019, 10, 31))
SILENT = "000.00.03.H59"
"""Registered on 1 January 2019 and never heard of: silent from the 31st."""

LINES = [
    line
    for line in (Path(__file__).parents[1] / "fixtures" / "first.ndjson").read_bytes().splitlines()
    if b'"tra-vinh"' in line
]


def closed_month() -> Worker:
    """Return the hand-made month, folded and closed."""
    log = [Record(PROVINCE, offset, NOW_MS, None, line) for offset, line in enumerate(LINES)]
    return fold(load_catalogue().province(PROVINCE), log, until=CLOSED)


def test_an_earlier_day_read_back_by_the_next_owner_knows_who_was_silent() -> None:
    """`--as-of` an earlier day claims the province anew: its figures are as provisional as for the owner that closed it."""
    worker = closed_month()
    day = Day(CLOSED - 16)
    before = worker.read_back(day).agencies

    worker.restart()

    assert before == worker.read_back(day).agencies
    assert day_from_date(date(2019, 1, 31)) == before[SILENT].silent_since


def test_a_claim_does_not_end_a_silence() -> None:
    """A record applied between a claim and the next close leaves the agencies' rows as they were."""
    worker = closed_month()
    before = dict(worker.tables.agencies)

    worker.restart()
    worker.batch([Record(PROVINCE, len(LINES), NOW_MS, None, LINES[3])])

    assert before == worker.tables.agencies
