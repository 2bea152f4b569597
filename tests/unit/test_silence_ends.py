"""A silence that a late record ends is resolved at the next close, from the day of the record on."""

import json
from datetime import date
from pathlib import Path

import pytest

from models.catalogue import load_catalogue
from models.days import Day, date_of, day_from_date
from models.facts import Record
from models.rules import Rule
from tests.support.fold import fold

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


@pytest.mark.parametrize("days_late", [0, 1, 2])
def test_a_record_ends_a_silence_on_its_own_day(days_late: int) -> None:
    """Whether its day is the one that closes next, the last closed one or the one before."""
    log = [Record(PROVINCE, offset, NOW_MS, None, line) for offset, line in enumerate(LINES)]
    worker = fold(load_catalogue().province(PROVINCE), log, until=CLOSED)
    heard = Day(CLOSED + 1 - days_late)
    event = json.loads(LINES[3])
    event |= {
        "id": "late",
        "agency": SILENT,
        "time": f"{date_of(heard).isoformat()}T10:00:00+07:00",
    }
    firing = [row for row in worker.tables.alerts.values() if row.agency == SILENT]

    worker.batch([Record(PROVINCE, len(log), NOW_MS, None, json.dumps(event).encode())])
    worker.close(CLOSED + 1)

    resolved = [row for row in worker.tables.alerts.values() if row.agency == SILENT]
    assert [(Rule.SILENT, "firing", None)] == [(r.rule, r.state, r.ends_at) for r in firing]
    assert [(Rule.SILENT, "resolved", heard)] == [(r.rule, r.state, r.ends_at) for r in resolved]
