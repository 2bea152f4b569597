"""`make bench-agency`: how fast the agencies' package builds, keeps and delivers; a JSON line on stdout.

The ceiling is librdkafka with the same events and nothing of ours around it, on the same Kafka in the same run.
"""

import argparse
import asyncio
import tempfile
from collections.abc import Callable
from pathlib import Path
from time import perf_counter
from typing import Final

from tests.bench.report import report, tell
from tests.support.agency import SENDER, dossier, opening
from tests.support.kafka import apache_kafka, create_topics
from tiendo_agency import Agency, Event, Security
from tiendo_agency.kafka import producer

FLUSH_SECONDS: Final = 300.0
BATCH: Final = 1000


def main() -> None:
    """Measure on a Kafka of its own."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.sdk", description=__doc__)
    parser.add_argument("--events", type=int, default=50_000)
    parser.add_argument("--single", type=int, default=2_000, help="sent one by one")
    options = parser.parse_args()
    with apache_kafka() as kafka, tempfile.TemporaryDirectory() as folder:
        asyncio.run(create_topics(kafka.bootstrap, [SENDER.topic]))
        tell("the package on its own Kafka ...")
        with Agency(**opening(Path(folder), kafka.bootstrap)) as agency:
            events: list[Event] = []
            built = _seconds(
                lambda: events.extend(
                    agency.event("dossier.received", **dossier(f"D{number}"))  # type: ignore[arg-type]  # fields of any type
                    for number in range(options.events)
                )
            )
            started = perf_counter()
            for start in range(0, len(events), BATCH):
                agency.send_events(events[start : start + BATCH])
            kept = perf_counter() - started
            left = agency.flush(FLUSH_SECONDS)
            delivered = perf_counter() - started
            single = _seconds(
                lambda: [
                    agency.send("dossier.received", **dossier(f"S{number}"))  # type: ignore[arg-type]  # as above
                    for number in range(options.single)
                ]
            )
            left += agency.flush(FLUSH_SECONDS)
        tell("librdkafka alone ...")
        ceiling = _seconds(lambda: _bare(kafka.bootstrap, events))
    report(
        bench="sdk",
        events=options.events,
        left=left,
        built_per_second=round(options.events / built),
        kept_per_second=round(options.events / kept),
        sent_singly_per_second=round(options.single / single),
        delivered_per_second=round(options.events / delivered),
        ceiling_per_second=round(options.events / ceiling),
        ratio=round(ceiling / delivered, 3),
    )


def _seconds(work: Callable[[], object]) -> float:
    started = perf_counter()
    work()
    return perf_counter() - started


def _bare(brokers: str, events: list[Event]) -> None:
    """Send events with the package's producer and no spool."""
    bare = producer(brokers, Security(), idempotent=True, on_error=lambda error: tell(error.str()))
    for event in events:
        while True:
            try:
                bare.produce(event.topic, event.value, event.subject.encode())
            except BufferError:
                bare.poll(0.1)
            else:
                break
    bare.flush()


if __name__ == "__main__":
    main()
