"""How all provinces stand, seen from outside any worker: the ledger and the logs, asked once.

Without Kafka it says what the ledger knows; without Postgres there is nothing to say.
"""

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from models.errors import Unavailable
from models.operating import Log, Status, status
from models.topics import progress_topic
from sinks.postgres.queries import reading
from sinks.postgres.tending import dead_letters, stored
from streams.log_check import LogSight, look
from streams.settings import Settings


class Survey(NamedTuple):
    """What was seen."""

    provinces: list[Status]
    dead_letters: Mapping[str, Mapping[str, int]]
    """Province -> reason code -> refused records that are kept."""
    kafka_away: str | None
    """Why nothing is known of the logs; None: Kafka answered."""


async def survey(settings: Settings, provinces: Sequence[str]) -> Survey:
    """Look at provinces; Unavailable when Postgres is away."""
    async with reading(settings.dsn) as connection:
        rows = await stored(connection, provinces)
        letters = await dead_letters(connection, provinces)
    marks = {progress_topic(row.province): row.next_offset for row in rows}
    logs: dict[str, LogSight] = {}
    away = None
    try:
        logs = await look(settings.brokers, marks)
    except Unavailable as error:
        away = str(error)
    return Survey(
        [
            status(
                row,
                _log(logs.get(progress_topic(row.province))),
                no_topic=away is None and progress_topic(row.province) not in logs,
            )
            for row in rows
        ],
        letters,
        away,
    )


def _log(seen: LogSight | None) -> Log | None:
    if seen is None:
        return None
    since = seen.waiting_since
    return Log(
        seen.start,
        seen.end,
        None if since is None else dt.datetime.fromtimestamp(since / 1000, dt.UTC),
    )
