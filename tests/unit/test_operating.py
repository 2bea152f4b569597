"""How a province stands for whoever operates tiendo."""

import datetime as dt
from dataclasses import replace

import pytest

from models.operating import (
    BEHIND_SECONDS,
    OUTBOX_SECONDS,
    TENDED_SECONDS,
    Choice,
    Decision,
    Log,
    State,
    Stored,
    decided_note,
    status,
)
from tests.support.seen import NOW, READING

WHOLE = Log(0, 10, None)


def ago(seconds: float) -> dt.datetime:
    """Return an instant before now."""
    return NOW - dt.timedelta(seconds=seconds)


@pytest.mark.parametrize(
    ("stored", "log", "state", "lag", "to_do"),
    [
        (READING, WHOLE, State.IDLE, 0, ""),
        (READING, Log(0, 11, None), State.IDLE, 0, ""),
        (READING, Log(0, 14, ago(1)), State.FOLDING, 4, ""),
        (READING, Log(0, 14, ago(BEHIND_SECONDS)), State.FOLDING, 4, ""),
        (READING, Log(0, 14, ago(BEHIND_SECONDS + 1)), State.BEHIND, 4, "waited for 61 s"),
        (READING, None, State.TENDED, None, ""),
        (replace(READING, seen_at=ago(TENDED_SECONDS)), WHOLE, State.IDLE, 0, ""),
        (replace(READING, seen_at=ago(TENDED_SECONDS + 1)), WHOLE, State.UNTENDED, 0, "start a"),
        (replace(READING, seen_at=None, standing=None), WHOLE, State.UNTENDED, 0, "start a worker"),
        (replace(READING, standing="claiming"), WHOLE, State.TAKING_OVER, 0, ""),
        (replace(READING, standing="upgrading"), WHOLE, State.UPGRADING, 0, ""),
        (
            replace(READING, standing="waiting", detail="Postgres is not available"),
            WHOLE,
            State.WAITING,
            0,
            "bring back what its worker waits for: Postgres is not available",
        ),
        (
            replace(READING, standing="parked", detail="bug: KeyError"),
            Log(0, 12, ago(1)),
            State.PARKED,
            2,
            "(bug: KeyError): `tiendo release tra-vinh`",
        ),
        (
            replace(READING, parked_reason="retention_loss", parked_detail="gone", seen_at=None),
            Log(20, 30, ago(9)),
            State.PARKED,
            10,
            "(retention_loss: gone): `tiendo release tra-vinh`",
        ),
    ],
)
def test_the_state_is_the_one_that_needs_somebody_most(
    stored: Stored, log: Log | None, state: State, lag: int | None, to_do: str
) -> None:
    """Parked before untended before waiting before behind; nothing to do where nobody is needed."""
    seen = status(stored, log)

    assert (state, lag) == (seen.state, seen.lag_records)
    assert bool(to_do) == bool(seen.to_do)
    assert to_do in " ".join(seen.to_do)


def test_nothing_that_was_never_folded_is_missing() -> None:
    """A province that nobody has claimed yet lags by its whole log."""
    new = replace(READING, next_offset=None, epoch=None, as_of=None, closed_day=None)

    assert (5, 60.0) == (
        (seen := status(new, Log(2, 7, ago(60)))).lag_records,
        seen.lag_seconds,
    )


@pytest.mark.parametrize(
    ("stored", "words"),
    [
        (replace(READING, outbox_pending=4, outbox_since=ago(OUTBOX_SECONDS)), ""),
        (
            replace(READING, outbox_pending=4, outbox_since=ago(OUTBOX_SECONDS + 1)),
            "4 messages to supervisors and senders wait since 301 s",
        ),
        (replace(READING, dead_letters=9), "7 refused records of the day are only counted"),
        (replace(READING, latest_version="v2"), "version v2 is registered and v1 folds it"),
        (replace(READING, engine_version=None, latest_version="v2"), ""),
    ],
)
def test_what_waits_beside_the_log_is_said_too(stored: Stored, words: str) -> None:
    """Messages that do not leave, a flood of refused records, a version that nobody runs."""
    assert bool(words) == bool(status(stored, WHOLE).to_do)
    assert words in " ".join(status(stored, WHOLE).to_do)


def test_a_topic_that_is_gone_is_named() -> None:
    """It is not the same as a broker that does not answer."""
    assert "its topic is not there" in status(READING, None, no_topic=True).to_do[0]


@pytest.mark.parametrize(
    ("choice", "before", "after", "note"),
    [
        (Choice.GO_ON, 5, 9, "records 5 to 8 were never folded"),
        (Choice.GO_ON, 5, 0, "figures hold records of another log, this one is read from 0"),
        (Choice.REFOLD, 5, 3, "the log before 3 is gone"),
        (Choice.REFOLD, 5, 0, None),
        (Choice.RETRY, 5, 5, None),
    ],
)
def test_a_decision_is_told_for_as_long_as_the_figures_bear_it(
    choice: Choice, before: int, after: int, note: str | None
) -> None:
    """Who decided it, when and why; a fold of the whole log needs no note."""
    said = decided_note(Decision(1, NOW, "lan", "disk lost", choice, before, after, 0, 10))

    if note is None:
        assert said is None
    else:
        assert said is not None
        assert note in said
        assert "2026-03-01 by lan (disk lost)" in said
