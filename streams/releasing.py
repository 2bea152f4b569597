"""What an operator is shown of a parked province before deciding, and what each choice would mean.

A choice that would only park the province again, or that the log cannot follow, is refused before anything is recorded.
"""

from typing import NamedTuple

from models.changes import Mark
from models.errors import TiendoError, UsageError
from models.operating import Choice, State, Stored, status
from models.topics import progress_topic
from sinks.postgres.queries import reading
from sinks.postgres.release import NotParked, Order
from sinks.postgres.tending import stored
from sinks.postgres.verification import stands
from streams.log_check import Fault, LogSight, find_fault, look
from streams.settings import Settings


class Findings(NamedTuple):
    """A parked province and its log, as they are now."""

    stored: Stored
    detail: str
    """Why it is parked."""
    mark: Mark
    log: LogSight
    fault: Fault | None
    """What a worker would find at the mark now; None: the log is the one that the mark was made from."""


async def find(settings: Settings, province: str) -> Findings:
    """Look at a parked province.

    Raises:
        NotParked: it is not.
        Unavailable: Postgres or Kafka is away.
    """
    async with reading(settings.dsn) as connection:
        (row,) = await stored(connection, [province])
        marked = await stands(connection, province)
    seen = status(row, None)
    if seen.state is not State.PARKED or marked is None:
        raise NotParked(f"{province} is not parked ({seen.state}): there is nothing to release")
    mark, topic = marked.mark, progress_topic(province)
    logs = await look(settings.brokers, {topic: mark.next_offset})
    if topic not in logs:
        raise TiendoError(f"{topic} is not there: restore it, or make it with `tiendo topics`")
    fault = await find_fault(settings.brokers, topic, mark)
    return Findings(row, seen.detail, mark, logs[topic], fault)


def shown(found: Findings) -> list[str]:
    """Return what was found and what each choice means, a line each."""
    province, mark, log = found.stored.province, found.mark.next_offset, found.log
    crc = "none kept" if found.mark.last_crc is None else f"{found.mark.last_crc:08x}"
    since = found.stored.parked_at or found.stored.seen_at
    now = "it is the log that the mark was made from" if found.fault is None else found.fault.detail
    return [
        f"{province} is parked since {since:%Y-%m-%d %H:%M:%S} UTC"
        if since
        else f"{province} is parked",
        f"  why   {found.detail}",
        f"  mark  offset {mark}, CRC of the record before it: {crc}",
        f"  log   {progress_topic(province)} has offsets {log.start} to {log.end}; checked now: {now}",
        "It can go on in one of these ways, each with --reason TEXT:",
        f"  --at-mark          the cause is gone (topic restored, worker mended): on from {mark}",
        *(f"                     {line}" for line in _at_mark(found)),
        f"  --from-offset N    {log.start} to {log.end}; figures stay as they are",
        f"                     above {mark}: the records between are never folded",
        f"                     below {mark}: what is read again changes no figure that holds it, but feed counters count it twice",
        f"  --from-beginning   the same with N = {log.start}: for a topic that was created anew",
        f"  --refold --yes     empty all tables of {province} and fold its log from {log.start}: figures are those of this log alone,",
        "                     and are gone until it has been read; alerts are sent again under the ids they had",
        "After --from-offset and --from-beginning `tiendo verify` can compare the panes with the subjects only.",
    ]


def _at_mark(found: Findings) -> list[str]:
    return (
        [] if found.fault is None else [f"not now: it would be parked again ({found.fault.reason})"]
    )


def ordered(
    found: Findings, choice: Choice, offset: int | None, *, decided_by: str, reason: str
) -> Order:
    """Return the order to carry out; `offset` None is the log's start.

    Raises:
        UsageError: the log has no such offset, or nobody says why.
        TiendoError: a worker would park the province again at once.
    """
    mark, log = found.mark.next_offset, found.log
    if not reason.strip():
        raise UsageError("say why: --reason TEXT is kept with the decision")
    after = mark if choice is Choice.RETRY else log.start if offset is None else offset
    if choice is Choice.RETRY and found.fault is not None:
        raise TiendoError(f"it would be parked again at once: {found.fault.detail}")
    if found.fault is not None and found.fault.reason == "partition_count":
        raise TiendoError(
            f"{found.fault.detail}: create it anew with one partition, then release it"
        )
    if choice is not Choice.RETRY and not log.start <= after <= log.end:
        raise UsageError(f"the log has offsets {log.start} to {log.end}, and no {after}")
    return Order(
        found.stored.province, choice, mark, after, log.start, log.end, decided_by, reason.strip()
    )
