"""Stock Faust: a table of counts, and a timer that upserts the rows that changed.

At least once, what Faust does unless told otherwise: its `exactly_once` covers Kafka only. The table is in memory with a
changelog topic, the default. It is changed event by event, since Faust allows that nowhere else: not in `Stream.take`, and
not beside a stream. The rows go by asyncpg in one statement every 100 ms, and all of them after a recovery, so that none
stays behind what the table says. A row takes the table's value: writing it twice does no harm, counting twice does.

`python -m tests.bench.peers.faust_worker worker`, with PEER_BOOTSTRAP, PEER_TOPICS, PEER_DSN and PEER_STATE in the environment.
"""

import os
from typing import Any, Final

import asyncpg
import faust

from tests.bench.peers.counting import row_of

WRITE_SECONDS: Final = 0.1
_UPSERT: Final = """
INSERT INTO counts (province, agency, level, channel, day, count)
SELECT province, agency, level::integer, channel, day::date, count
FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::bigint[])
    AS given (province, agency, level, channel, day, count)
ON CONFLICT (province, agency, level, channel, day) DO UPDATE SET count = excluded.count"""

app = faust.App(
    "peer-faust",
    broker=f"kafka://{os.environ['PEER_BOOTSTRAP']}",
    datadir=os.environ["PEER_STATE"],
    autodiscover=False,
    web_enabled=False,
    topic_partitions=1,
    consumer_auto_offset_reset="earliest",
    consumer_group_instance_id="peer-faust",  # a restart takes its partitions back at once
)
events = app.topic(
    *os.environ["PEER_TOPICS"].split(","), key_serializer="raw", value_serializer="json"
)
counts = app.Table("counts", default=int, partitions=1)
changed: set[str] = set()
"""Keys whose rows are behind the table."""


@app.agent(events)
async def count(stream: Any) -> None:  # noqa: ANN401 - faust.Stream, whose iteration is untyped
    """Count each event."""
    async for event in stream:
        key = "\t".join(map(str, row_of(event)))
        counts[key] += 1
        changed.add(key)


class Writer(faust.Service):
    """Keeps one connection, and writes what has changed."""

    @faust.Service.task
    async def _write(self) -> None:
        connection = await asyncpg.connect(os.environ["PEER_DSN"])
        async for _ in self.itertimer(WRITE_SECONDS):
            if changed:
                rows = [(*key.split("\t"), counts[key]) for key in changed]
                changed.clear()
                await connection.execute(_UPSERT, *map(list, zip(*rows, strict=True)))


@counts.on_recover
async def write_everything() -> None:
    """Let the rows follow the recovered table."""
    changed.update(counts.keys())


if __name__ == "__main__":
    app.service(Writer)
    app.main()
