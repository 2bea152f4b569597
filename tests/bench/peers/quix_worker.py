"""Quix Streams: a stateful count per province, exactly once in Kafka, and its own Postgres sink upserting by primary key.

The state is scoped to the record's key, which is the province: no repartitioning. A checkpoint writes the rows first, then changelog
and offsets in one Kafka transaction; rows are absolute, so a repeated checkpoint mends them. A transactional id and
a group instance id that stay over restarts, so that a restart need not wait for what the killed process held.

`python -m tests.bench.peers.quix_worker`, with PEER_BOOTSTRAP, PEER_TOPICS, PEER_PGHOST, PEER_STATE and PEER_COMMIT_SECONDS in the environment.
"""

import os
from typing import Any

from quixstreams import Application, State
from quixstreams.sinks.community.postgresql import PostgreSQLSink

from tests.bench.peers.counting import row_of


def count(event: dict[str, Any], state: State) -> dict[str, Any]:
    """Count an event and return its row."""
    row = row_of(event)
    key = "\t".join(map(str, row))
    number = state.get(key, 0) + 1
    state.set(key, number)
    return {**row._asdict(), "count": number}


def main() -> None:
    """Run until killed."""
    app = Application(
        broker_address=os.environ["PEER_BOOTSTRAP"],
        consumer_group="peer-quix",
        auto_offset_reset="earliest",
        processing_guarantee="exactly-once",
        commit_interval=float(os.environ["PEER_COMMIT_SECONDS"]),
        state_dir=os.environ["PEER_STATE"],
        consumer_extra_config={"group.instance.id": "peer-quix"},
        producer_extra_config={"transactional.id": "peer-quix"},
    )
    sink = PostgreSQLSink(
        host=os.environ["PEER_PGHOST"],
        port=5432,
        dbname="postgres",
        user="postgres",
        password="",
        table_name="counts",
        schema_auto_update=False,
        primary_key_columns=["province", "agency", "level", "channel", "day"],
        upsert_on_primary_key=True,
        include_metadata=False,
    )
    for name in os.environ["PEER_TOPICS"].split(","):
        topic = app.topic(name, key_deserializer="str", value_deserializer="json")
        app.dataframe(topic).apply(count, stateful=True).sink(sink)
    app.run()


if __name__ == "__main__":
    main()
