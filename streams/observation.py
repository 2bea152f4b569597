"""What a worker tells its metrics: after each commit, and at each look at how its provinces stand.

What is told of a province that went to another worker is taken back: two workers' answers are never added.
"""

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from typing import Final

from prometheus_client import Gauge

from models.changes import OutboxMessage
from models.operating import Stored
from streams.desks import Folded
from streams.log_check import LogSight
from streams.metrics import Metrics
from streams.owner import OWNED, Health, Spent, Standing


class Observation:
    """Fills the metrics of one process."""

    def __init__(self, metrics: Metrics) -> None:
        self._metrics = metrics
        self._shown: Final = (
            metrics.lag_records,
            metrics.lag_seconds,
            metrics.last_commit,
            metrics.as_of,
            metrics.closed,
            metrics.outbox_messages,
            metrics.outbox_age,
        )

    def committed(self, province: str, folded: Folded, spent: Spent) -> None:
        """Count a committed batch."""
        metrics = self._metrics
        metrics.records.labels(province).inc(folded.records)
        metrics.batch_records.labels(province).observe(folded.records)
        for phase, seconds in spent._asdict().items():
            metrics.batch_seconds.labels(province, phase).observe(seconds)
        for reason, count in folded.dead_letters.items():
            metrics.dead_letters.labels(province, reason).inc(count)
        metrics.dead_letters_unkept.labels(province).inc(folded.unkept)

    def fenced(self, province: str) -> None:
        """Count a commit that was refused."""
        self._metrics.fenced.labels(province).inc()

    def published(self, province: str, messages: Sequence[OutboxMessage]) -> None:
        """Count messages that Kafka has acknowledged."""
        for message in messages:
            kind = message.topic.partition(".")[0]
            self._metrics.published.labels(province, kind).inc()

    def engine(self, version: str) -> None:
        """Say which version folds here."""
        self._metrics.engine.labels(version).set(1)

    def standing(self, health: Mapping[str, Health], assigned: Collection[str]) -> None:
        """Show how the provinces stand here; of what is another worker's by now, nothing that was so here still holds."""
        for province, seen in health.items():
            here = seen.standing if province in assigned else Standing.RELEASED
            self._metrics.owned.labels(province).set(int(here in OWNED))
            for gauge, standing in (
                (self._metrics.parked, Standing.PARKED),
                (self._metrics.waiting, Standing.WAITING),
                (self._metrics.upgrading, Standing.UPGRADING),
            ):
                gauge.labels(province).set(int(here is standing))

    def kafka(self, logs: Mapping[str, LogSight], marks: Mapping[str, int], now: float) -> None:
        """Show how far those provinces are behind whose logs were seen, at `now` (seconds since 1970)."""
        for province, log in logs.items():
            since = log.waiting_since
            lag = 0 if since is None else log.end - marks.get(province, log.start)
            waited = 0.0 if since is None else max(0.0, now - since / 1000)
            self._metrics.lag_records.labels(province).set(max(0, lag))
            self._metrics.lag_seconds.labels(province).set(waited)

    def postgres(self, rows: Collection[Stored]) -> None:
        """Show what is stored of the provinces."""
        for row in rows:
            _set(self._metrics.last_commit, row.province, _seconds(row.committed_at))
            _set(self._metrics.as_of, row.province, _day_seconds(row.as_of))
            _set(self._metrics.closed, row.province, _day_seconds(row.closed_day))
            self._metrics.outbox_messages.labels(row.province).set(row.outbox_pending)
            waits = row.now - (row.outbox_since or row.now)
            self._metrics.outbox_age.labels(row.province).set(waits.total_seconds())

    def services(self, *, kafka: bool, postgres: bool) -> None:
        """Show which services answered."""
        self._metrics.kafka_up.set(int(kafka))
        self._metrics.postgres_up.set(int(postgres))

    def left(self, provinces: Collection[str]) -> None:
        """Say nothing more of what others may know better."""
        for province in provinces:
            for gauge in self._shown:
                _set(gauge, province, None)


def _set(gauge: Gauge, province: str, value: float | None) -> None:
    if value is None:
        gauge.remove(province)
    else:
        gauge.labels(province).set(value)


def _seconds(at: dt.datetime | None) -> float | None:
    return None if at is None else at.timestamp()


def _day_seconds(day: dt.date | None) -> float | None:
    return (
        None
        if day is None
        else dt.datetime(day.year, day.month, day.day, tzinfo=dt.UTC).timestamp()
    )
