"""What a worker tells Prometheus: every metric stands here, with its help text, unit and labels.

Labels are bounded: a province is one, an agency or an id never.
"""

from typing import Final

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

_BATCH_SECONDS: Final = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)
_BATCH_RECORDS: Final = (1, 10, 100, 500, 1_000, 5_000, 10_000, 20_000, 40_000)
_PROVINCE: Final = ("province",)


class Metrics:
    """The metrics of one process, in a registry of their own."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.records = self._counter(
            "tiendo_records", "Records committed to Postgres, refused ones included."
        )
        self.dead_letters = self._counter(
            "tiendo_dead_letters", "Records refused, by reason code.", "reason"
        )
        self.dead_letters_unkept = self._counter(
            "tiendo_dead_letters_unkept",
            "Records refused beyond their day's limit: counted, not kept.",
        )
        self.fenced = self._counter(
            "tiendo_fenced_writes",
            "Commits that the ledger refused: another worker owned the province.",
        )
        self.published = self._counter(
            "tiendo_messages_published",
            "Messages sent to supervisors and senders, by topic: alerts or deadletters.",
            "kind",
        )
        self.batch_seconds = self._histogram(
            "tiendo_batch_seconds",
            "What a batch took, by phase: its fold with what it reads, its commit.",
            _BATCH_SECONDS,
            "phase",
        )
        self.batch_records = self._histogram(
            "tiendo_batch_records", "Records of a batch.", _BATCH_RECORDS
        )
        self.lag_records = self._gauge(
            "tiendo_lag_records", "Offsets between the mark and the log's end; 0: nothing waits."
        )
        self.lag_seconds = self._gauge(
            "tiendo_lag_seconds", "For how long the first record after the mark has been in Kafka."
        )
        self.last_commit = self._gauge(
            "tiendo_last_commit_timestamp_seconds", "When the province's mark last moved."
        )
        self.as_of = self._gauge(
            "tiendo_as_of_timestamp_seconds",
            "Beginning of the province's as-of day, taken as UTC: its date is the day's.",
        )
        self.closed = self._gauge(
            "tiendo_closed_timestamp_seconds", "The same of the last day that was closed."
        )
        self.outbox_messages = self._gauge(
            "tiendo_outbox_messages", "Messages that are written and not sent yet."
        )
        self.outbox_age = self._gauge(
            "tiendo_outbox_age_seconds", "For how long the oldest of them has waited."
        )
        self.owned = self._gauge("tiendo_owned", "1: this worker reads the province.")
        self.parked = self._gauge(
            "tiendo_parked", "1: the province is parked and nothing of it is read."
        )
        self.waiting = self._gauge(
            "tiendo_waiting", "1: the province waits for a service that is away."
        )
        self.upgrading = self._gauge(
            "tiendo_upgrading", "1: the province is brought to this version's definitions."
        )
        self.kafka_up = Gauge(
            "tiendo_kafka_up", "1: Kafka answered at the last look.", registry=self.registry
        )
        self.postgres_up = Gauge(
            "tiendo_postgres_up", "1: Postgres answered at the last look.", registry=self.registry
        )
        self.engine = Gauge(
            "tiendo_engine_info",
            "1, with the version of catalogue and engine that this worker folds with.",
            ["version"],
            registry=self.registry,
        )

    def _counter(self, name: str, text: str, *labels: str) -> Counter:
        return Counter(name, text, [*_PROVINCE, *labels], registry=self.registry)

    def _gauge(self, name: str, text: str) -> Gauge:
        return Gauge(name, text, _PROVINCE, registry=self.registry)

    def _histogram(
        self, name: str, text: str, buckets: tuple[float, ...], *labels: str
    ) -> Histogram:
        return Histogram(name, text, [*_PROVINCE, *labels], buckets=buckets, registry=self.registry)
