"""Codes that nobody registered have rows while they carry a fact, and none when it is gone."""

import json
from typing import Any

from models.catalogue import load_catalogue
from models.facts import Record
from tests.support.fold import Tables, fold

PROVINCE = "dong-nai"
CODE = "000.00.99.H19"
MEETING = {
    "meeting_id": "m1",
    "meeting_class": "government_with_province",
    "mode": "in_person",
    "host_agency_id": CODE,
    "participant_agency_ids": [CODE],
    "held_at": "2019-02-06T16:00:00+07:00",
}


def record(offset: int, kind: str, data: dict[str, Any]) -> Record:
    """Return an event on the meeting."""
    event = {
        "specversion": "1.0",
        "id": f"e{offset}",
        "source": "urn:tiendo:dong-nai:a",
        "type": f"vn.tiendo.{kind}.v1",
        "subject": "m1",
        "time": f"2019-02-06T{17 + offset}:00:00+07:00",
        "recordedtime": f"2019-02-06T{17 + offset}:00:00+07:00",
        "province": PROVINCE,
        "agency": CODE,
        "partitionkey": "m1",
        "data": data,
    }
    return Record(PROVINCE, offset, 1_800_000_000_000, None, json.dumps(event).encode())


def folded(count: int, *sizes: int) -> Tables:
    """Fold the first so many records in batches of these sizes."""
    retraction = {"type": "meeting.held", "subject": "m1", "reason": "x"}
    log = [record(0, "meeting.held", MEETING), record(1, "fact.retracted", retraction)]
    return fold(load_catalogue().province(PROVINCE), log[:count], sizes).tables


def codes(tables: Tables) -> set[str]:
    """Return whose figures are stored."""
    return {key.agency for key in tables.kpi}


def test_a_code_that_carries_nothing_any_more_has_no_figures() -> None:
    """Whether its only fact came and went in one batch or in two."""
    assert {"*", CODE} == codes(folded(1))
    assert {"*"} == codes(folded(2, 1, 1)) == codes(folded(2))
    assert folded(2, 1, 1) == folded(2)
