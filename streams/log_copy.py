"""A province's log as a file and back: for taking records out of an archive that is otherwise only ever added to.

Whatever a fold can see of a record is kept: key, value, headers, and Kafka's timestamp, which decides about days. Offsets are
given anew, so the province is parked until an operator has it folded from its start.
"""

import asyncio
import base64
import json
from collections.abc import AsyncIterator, Iterable
from typing import Final

from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError

from models.errors import TiendoError, Unavailable, UsageError
from models.facts import Record
from models.topics import progress_topic
from streams.log_check import LogSight, look
from streams.log_reader import log_reader
from streams.publisher import producing
from streams.settings import Settings

_AT_ONCE: Final = 1_000
"""Records whose acknowledgements are awaited together."""


async def saved(settings: Settings, province: str) -> AsyncIterator[str]:
    """Yield a line of JSON for each committed record of a province's log, in its order.

    Raises:
        Unverifiable: the log's beginning is gone.
        Unavailable: Kafka is away.
    """
    end = (await _sight(settings, province)).end
    async with log_reader(settings.brokers, province) as reader:
        async for records in reader.batches(0, end):
            for record in records:
                yield line_of(record)


async def put_back(settings: Settings, province: str, lines: Iterable[str]) -> int:
    """Send a file's records to the province's topic, which must be empty; return how many.

    Raises:
        UsageError: a line is none of `saved`; what stands before it is sent.
        TiendoError: the topic has records already.
        Unavailable: Kafka is away.
    """
    sight = await _sight(settings, province)
    if sight.end > 0:
        raise TiendoError(
            f"{progress_topic(province)} has had records, up to offset {sight.end}: delete it, and make it anew with `tiendo topics`"
        )
    sent = 0
    async with producing(settings) as producer:
        waiting: list[asyncio.Future[object]] = []
        for number, line in enumerate(lines, start=1):
            waiting.append(await _send(producer, record_of(province, number, line)))
            sent += 1
            if len(waiting) >= _AT_ONCE:
                await _acknowledged(waiting)
        await _acknowledged(waiting)
    return sent


def line_of(record: Record) -> str:
    """Return a record as a line; bytes are text where they are UTF-8, so that a person can look for words."""
    return json.dumps(
        {
            "offset": record.offset,
            "timestamp_ms": record.timestamp_ms,
            "key": _shown(record.key),
            "value": _shown(record.value),
            "headers": [[name, _shown(value)] for name, value in record.headers],
        },
        ensure_ascii=False,
    )


def record_of(province: str, number: int, line: str) -> Record:
    """Return the record of a line; UsageError where it is none."""
    try:
        found = json.loads(line)
        return Record(
            province,
            int(found["offset"]),
            int(found["timestamp_ms"]),
            _bytes(found["key"]),
            _bytes(found["value"]),
            tuple((str(name), _bytes(value)) for name, value in found["headers"]),
        )
    except (ValueError, KeyError, TypeError) as error:
        raise UsageError(
            f"line {number} is no record as `tiendo log save` writes it: take whole lines out, and change none by hand"
        ) from error


def _shown(value: bytes | None) -> str | dict[str, str] | None:
    if value is None:
        return None
    try:
        return value.decode()
    except UnicodeDecodeError:
        return {"base64": base64.b64encode(value).decode()}


def _bytes(shown: str | dict[str, str] | None) -> bytes | None:
    if shown is None:
        return None
    if isinstance(shown, str):
        return shown.encode()
    return base64.b64decode(shown["base64"], validate=True)


async def _sight(settings: Settings, province: str) -> LogSight:
    topic = progress_topic(province)
    seen = await look(settings.brokers, {topic: None})
    if topic not in seen:
        raise TiendoError(f"{topic} is not there: `tiendo topics` makes it")
    return seen[topic]


async def _send(producer: AIOKafkaProducer, record: Record) -> "asyncio.Future[object]":
    try:
        future: asyncio.Future[object] = await producer.send(
            progress_topic(record.province),
            value=record.value,
            key=record.key,
            headers=list(record.headers),
            timestamp_ms=record.timestamp_ms,
        )
    except KafkaError as error:
        raise Unavailable(
            f"the record of offset {record.offset} was not sent ({type(error).__name__})"
        ) from error
    return future


async def _acknowledged(waiting: "list[asyncio.Future[object]]") -> None:
    for future in waiting:
        try:
            await future
        except KafkaError as error:
            raise Unavailable(
                f"a record was not acknowledged ({type(error).__name__}): make the topic anew, and begin again"
            ) from error
    waiting.clear()
