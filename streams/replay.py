"""Dead letters sent again: read, published, acknowledged, marked, portion by portion.

A replay that dies between the acknowledgement and the mark sends those of one portion twice: natural keys make that harmless,
and what is refused again is only refused once more.
"""

from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Final, NamedTuple

from msgspec import structs

from models.changes import OutboxMessage
from models.envelope import decode
from models.errors import TiendoError
from models.facts import DeadLetter, Record
from models.mending import refusal_of
from models.topics import progress_topic
from sinks.kafka import Publisher
from sinks.postgres import dead_letters
from sinks.postgres.connection import Connection
from sinks.postgres.dead_letters import Wanted
from streams.inputs import now_ms
from streams.lines import key_named
from streams.publisher import STRUCTURED
from streams.settings import Settings

AT_ONCE_BYTES: Final = 8 * 1024 * 1024
"""A portion ends with the record that reaches this size."""


class Replayed(NamedTuple):
    """What a replay did in a province, or would do."""

    province: str
    records: int
    refused: dict[str, int]
    """Reason -> records that this release refuses again."""


class StillRefused(TiendoError):  # noqa: N818 - named for what it says of the repaired lines
    """A repaired line is no better than what it replaces; nothing was sent."""


async def replay(  # noqa: PLR0913 - what the command was told
    settings: Settings,
    connection: Connection,
    wanted: Wanted,
    *,
    repaired: Mapping[int, bytes] | None = None,
    dry_run: bool = False,
    done: Callable[[int], None] = lambda _: None,
) -> list[Replayed]:
    """Send the wanted dead letters to their topics again, as they came or as they were `repaired`, and mark them.

    Args:
        settings: Where Kafka is.
        connection: Of a role that may read the records, and mark them.
        wanted: Which.
        repaired: Offset -> the event to send in place of the record; one province only.
        dry_run: Only say what would be done.
        done: Told how many were acknowledged.

    Raises:
        NotAllowed: the role may not; Busy: another replay is under way.
        Unavailable: Kafka or Postgres went away; what is marked was sent, another call goes on behind it.
        StillRefused: a repaired line would be refused.
    """
    for offset, value in (repaired or {}).items():
        _check(offset, value, wanted)
    async with _publisher(settings) as publisher:
        return [
            await _province(
                publisher, connection, province, wanted, repaired or {}, dry_run=dry_run, done=done
            )
            for province in sorted(wanted.provinces)
        ]


async def _province(  # noqa: PLR0913 - what the command was told
    publisher: Publisher,
    connection: Connection,
    province: str,
    wanted: Wanted,
    repaired: Mapping[int, bytes],
    *,
    dry_run: bool,
    done: Callable[[int], None],
) -> Replayed:
    refused: Counter[str] = Counter()
    records = 0
    async with dead_letters.alone(connection, province):
        rows = await dead_letters.listed(connection, replace(wanted, provinces=[province]))
        offsets = [row["offset"] for row in rows]
        for portion in await dead_letters.portions(connection, province, offsets, AT_ONCE_BYTES):
            originals = await dead_letters.originals(connection, province, portion)
            sent = [_repaired(one, repaired.get(one.offset)) for one in originals]
            refused.update(_refusals(sent))
            records += len(sent)
            if dry_run:
                continue
            await publisher.publish([_message(one) for one in sent])
            await dead_letters.mark_replayed(connection, province, portion)
            done(len(sent))
    return Replayed(province, records, dict(refused))


def _check(offset: int, value: bytes, wanted: Wanted) -> None:
    (province,) = wanted.provinces
    verdict = decode(_repaired(Record(province, offset, now_ms(), None, None), value))
    if isinstance(verdict, DeadLetter):
        raise StillRefused(
            f"the line for offset {offset} would be refused again: {refusal_of(verdict)}"
        )


def _repaired(original: Record, value: bytes | None) -> Record:
    """Return what is sent for a record: itself, or the structured event that replaces it."""
    if value is None:
        return original
    return Record(
        original.province,
        original.offset,
        original.timestamp_ms,
        key_named(value),
        value,
        STRUCTURED,
    )


def _refusals(records: Sequence[Record]) -> Iterator[str]:
    """Yield the reasons for which records would be refused if they came now."""
    sent_ms = now_ms()
    for one in records:
        verdict = decode(structs.replace(one, timestamp_ms=sent_ms))
        if isinstance(verdict, DeadLetter):
            yield verdict.reason


def _message(record: Record) -> OutboxMessage:
    return OutboxMessage(
        record.offset, progress_topic(record.province), record.key, record.value, record.headers
    )


@asynccontextmanager
async def _publisher(settings: Settings) -> AsyncIterator[Publisher]:
    publisher = Publisher(
        settings.brokers,
        client_id="tiendo-replay",
        idempotent=settings.kafka_idempotence,
    )
    try:
        yield publisher
    finally:
        await publisher.close()
