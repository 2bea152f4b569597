"""How a province stands for whoever operates tiendo: one word, and what is to be done about it.

Pure: what was seen comes in with the time it was seen at. A province in no need of anybody has an empty list of things to do.
"""

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

TENDED_SECONDS: Final = 30.0
"""A worker that has said nothing of its province for so long has left it, or is stuck."""
BEHIND_SECONDS: Final = 60.0
"""A record that has waited for so long is late: usually it takes a fraction of a second."""
OUTBOX_SECONDS: Final = 300.0
"""A message that has waited for so long is not on its way."""


class Choice(StrEnum):
    """What an operator decided about a parked province."""

    RETRY = "retry"
    """Go on at the same mark: the cause is gone."""
    GO_ON = "go_on"
    """Go on at another offset and keep what is stored."""
    REFOLD = "refold"
    """Empty the province's tables and fold its log from its start."""


class State(StrEnum):
    """How a province stands, the word that needs somebody most first."""

    PARKED = "parked"
    """Nothing of it is read until an operator decides."""
    UNTENDED = "untended"
    """No worker has it."""
    WAITING = "waiting"
    """Its worker waits for a service that is away."""
    UPGRADING = "upgrading"
    """Its rows are brought to another version of the definitions; read from then on."""
    TAKING_OVER = "taking_over"
    """Its worker claims it and reads its book."""
    BEHIND = "behind"
    """Records wait longer than they should."""
    FOLDING = "folding"
    """Records are there and are applied as they come."""
    TENDED = "tended"
    """A worker has it; whether records wait is not known, for Kafka did not answer."""
    IDLE = "idle"
    """Everything in the log is applied."""


@dataclass(frozen=True, slots=True)
class Decision:
    """What an operator decided about a parked province; offsets as they were before and after."""

    number: int
    decided_at: dt.datetime
    decided_by: str
    reason: str
    choice: str
    mark_before: int
    mark_after: int
    log_start: int
    log_end: int


@dataclass(frozen=True, slots=True)
class Stored:
    """What the ledger says of a province at `now`, by Postgres's clock; None where nothing was ever folded."""

    province: str
    now: dt.datetime
    next_offset: int | None
    epoch: int | None
    engine_version: str | None
    latest_version: str | None
    """The one that the province is to be folded by, as `tiendo migrate` has it."""
    as_of: dt.date | None
    closed_day: dt.date | None
    committed_at: dt.datetime | None
    dead_letters: int
    """Of the as-of day."""
    dead_letters_kept: int
    parked_reason: str | None
    parked_detail: str | None
    parked_at: dt.datetime | None
    worker: str | None
    """Who tended it last."""
    standing: str | None
    detail: str | None
    seen_at: dt.datetime | None
    outbox_pending: int
    outbox_since: dt.datetime | None
    """When the oldest message that is not sent was written."""
    decision: Decision | None
    """The last one that changed what the province's tables are made of."""


@dataclass(frozen=True, slots=True)
class Log:
    """What the log of a province has beyond its mark."""

    start: int
    end: int
    waiting_since: dt.datetime | None
    """Kafka timestamp of the first record that is not applied; None where there is none."""


@dataclass(frozen=True, slots=True)
class Status:
    """A province as an operator sees it."""

    stored: Stored
    log: Log | None
    """None: Kafka did not answer, or has no such topic."""
    state: State
    detail: str
    lag_records: int | None
    lag_seconds: float | None
    to_do: tuple[str, ...]


def status(stored: Stored, log: Log | None, *, no_topic: bool = False) -> Status:
    """Judge what was seen of a province; `no_topic`: Kafka answered, and does not have its log."""
    lag = None if log is None else _lag(stored, log)
    waited = 0.0
    if log is not None and log.waiting_since is not None:
        waited = max(0.0, (stored.now - log.waiting_since).total_seconds())
    state, detail = _state(stored, lag, waited)
    return Status(
        stored,
        log,
        state,
        detail,
        lag,
        None if log is None else waited,
        (
            *(("its topic is not there: `tiendo topics` makes it, empty",) if no_topic else ()),
            *_to_do(stored, state, detail, waited),
        ),
    )


def decided_note(decision: Decision) -> str | None:
    """Say what a decision left out of the figures, or in them; None where it left them whole."""
    before, after = decision.mark_before, decision.mark_after
    who = f"{decision.decided_at:%Y-%m-%d} by {decision.decided_by} ({decision.reason})"
    match decision.choice:
        case Choice.GO_ON if after > before:
            return f"records {before} to {after - 1} were never folded: decided {who}"
        case Choice.GO_ON:
            return (
                f"figures hold records of another log, this one is read from {after}: decided {who}"
            )
        case Choice.REFOLD if after > 0:
            return f"the log before {after} is gone and was never folded: decided {who}"
        case _:
            return None


def _lag(stored: Stored, log: Log) -> int:
    if log.waiting_since is None and stored.next_offset is not None:
        return 0
    return max(0, log.end - max(stored.next_offset or 0, log.start))


def _state(stored: Stored, lag: int | None, waited: float) -> tuple[State, str]:
    if stored.parked_reason is not None:
        return State.PARKED, f"{stored.parked_reason}: {stored.parked_detail}"
    seen = stored.seen_at
    if seen is None or (stored.now - seen).total_seconds() > TENDED_SECONDS:
        return (
            State.UNTENDED,
            "no worker has it" if seen is None else f"last tended {seen:%Y-%m-%d %H:%M:%S} UTC",
        )
    detail = stored.detail or ""
    match stored.standing:
        case "parked":
            return State.PARKED, detail
        case "waiting":
            return State.WAITING, detail
        case "upgrading":
            return State.UPGRADING, detail
        case "claiming" | "released":
            return State.TAKING_OVER, detail
    if lag is None:
        return State.TENDED, detail
    if waited > BEHIND_SECONDS:
        return State.BEHIND, detail
    return (State.FOLDING if lag > 0 else State.IDLE), detail


def _to_do(stored: Stored, state: State, detail: str, waited: float) -> list[str]:
    province, to_do = stored.province, []
    match state:
        case State.PARKED:
            to_do.append(
                f"it is parked ({detail}): `tiendo release {province}` shows how it can go on"
            )
        case State.UNTENDED:
            to_do.append(
                "start a worker, or look why those that run do not have it: their /readyz says"
            )
        case State.WAITING:
            to_do.append(f"bring back what its worker waits for: {detail}")
        case State.BEHIND:
            to_do.append(
                f"a record has waited for {waited:.0f} s: add a worker if that grows, unless a backlog is being read"
            )
    since = stored.outbox_since
    if since is not None and (waits := (stored.now - since).total_seconds()) > OUTBOX_SECONDS:
        to_do.append(
            f"{stored.outbox_pending} messages to supervisors and senders wait since {waits:.0f} s:"
            " see that Kafka is up and takes records of its out topics (`tiendo topics`)"
        )
    version = stored.engine_version
    if version is not None and stored.latest_version not in {None, version}:
        to_do.append(
            f"version {stored.latest_version} is registered and {version} folds it: restart its workers"
        )
    if stored.dead_letters > stored.dead_letters_kept:
        to_do.append(
            f"{stored.dead_letters - stored.dead_letters_kept} refused records of the day are only counted:"
            " find their senders in api.feed_health and have them mend their systems"
        )
    return to_do
