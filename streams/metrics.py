"""What a worker tells Prometheus: every metric stands here, with its help text, unit and labels.

Labels are bounded: a province is one, an agency or an id never.
"""

from typing import Final

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, start_http_server

_BATCH_SECONDS: Final = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)


class Metrics:
    """The metrics of one process, in a registry of their own."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.records = Counter(
            "tiendo_records",
            "Records committed to Postgres, refused ones included.",
            ["province"],
            registry=self.registry,
        )
        self.dead_letters = Counter(
            "tiendo_dead_letters",
            "Records refused, by reason code.",
            ["province", "reason"],
            registry=self.registry,
        )
        self.dead_letters_unkept = Counter(
            "tiendo_dead_letters_unkept",
            "Records refused beyond their day's limit: counted, not kept.",
            ["province"],
            registry=self.registry,
        )
        self.batch_seconds = Histogram(
            "tiendo_batch_seconds",
            "From a fetched batch to its commit.",
            ["province"],
            buckets=_BATCH_SECONDS,
            registry=self.registry,
        )
        self.lag_records = Gauge(
            "tiendo_lag_records",
            "Committed records in the topic that the mark does not include yet.",
            ["province"],
            registry=self.registry,
        )
        self.owned = Gauge(
            "tiendo_owned",
            "1: this worker owns the province.",
            ["province"],
            registry=self.registry,
        )
        self.parked = Gauge(
            "tiendo_parked",
            "1: the province is parked and nothing of it is read; the log says why.",
            ["province"],
            registry=self.registry,
        )
        self.waiting = Gauge(
            "tiendo_waiting",
            "1: the province holds a batch that Postgres does not take yet.",
            ["province"],
            registry=self.registry,
        )

    def serve(self, port: int) -> int:
        """Answer GET /metrics on `port` (0: a free one) from a thread of its own; return the port."""
        server, _ = start_http_server(port, registry=self.registry)
        return server.server_port
