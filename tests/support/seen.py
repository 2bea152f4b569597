"""What an operator sees of a province that is well: others are this one with a difference."""

import datetime as dt

from models.operating import Stored

NOW = dt.datetime(2026, 3, 1, 2, 30, tzinfo=dt.UTC)
READING = Stored(
    province="tra-vinh",
    now=NOW,
    next_offset=10,
    epoch=3,
    engine_version="v1",
    latest_version="v1",
    as_of=dt.date(2026, 3, 1),
    closed_day=dt.date(2026, 2, 28),
    committed_at=NOW - dt.timedelta(seconds=4),
    dead_letters=2,
    dead_letters_kept=2,
    parked_reason=None,
    parked_detail=None,
    parked_at=None,
    worker="w1",
    standing="reading",
    detail="",
    seen_at=NOW - dt.timedelta(seconds=3),
    outbox_pending=0,
    outbox_since=None,
    decision=None,
)
