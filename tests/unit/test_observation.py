"""What a worker's metrics say after a commit, and after a look."""

import datetime as dt
from dataclasses import replace

from models.changes import OutboxMessage
from models.topics import PROVINCES
from streams.desks import Folded
from streams.log_check import LogSight
from streams.metrics import Metrics
from streams.observation import Observation
from streams.owner import Health, Spent, Standing
from tests.support.seen import NOW, READING

PROVINCE, OTHER = PROVINCES[:2]


def value(metrics: Metrics, name: str, **labels: str) -> float | None:
    """Return a sample as Prometheus reads it."""
    return metrics.registry.get_sample_value(name, labels)


def test_what_is_not_kept_of_refused_records_is_counted_beside_all_of_them() -> None:
    """An operator sees a flood by its reasons, and how much of it has no row."""
    metrics = Metrics()
    observation = Observation(metrics)
    spent = Spent(0.2, 0.03)

    observation.committed(
        PROVINCE, Folded(9, {"not_json": 5, "null_value": 2}, 3, [], sends=True), spent
    )
    observation.committed(PROVINCE, Folded(4, {"not_json": 4}, 4, [], sends=False), spent)
    observation.committed(OTHER, Folded(1, {}, 0, [], sends=False), spent)

    assert 13 == value(metrics, "tiendo_records_total", province=PROVINCE)
    assert 9 == value(metrics, "tiendo_dead_letters_total", province=PROVINCE, reason="not_json")
    assert 2 == value(metrics, "tiendo_dead_letters_total", province=PROVINCE, reason="null_value")
    assert 7 == value(metrics, "tiendo_dead_letters_unkept_total", province=PROVINCE)
    assert 0 == value(metrics, "tiendo_dead_letters_unkept_total", province=OTHER)


def test_batches_are_measured_by_size_and_by_phase() -> None:
    """Whether folds or commits are slow is seen without a profiler."""
    metrics = Metrics()
    observation = Observation(metrics)

    for _ in range(2):
        observation.committed(PROVINCE, Folded(9, {}, 0, [], sends=False), Spent(0.2, 0.03))

    batches = {"province": PROVINCE}
    assert (2, 18) == (
        value(metrics, "tiendo_batch_records_count", **batches),
        value(metrics, "tiendo_batch_records_sum", **batches),
    )
    assert 0.4 == value(metrics, "tiendo_batch_seconds_sum", province=PROVINCE, phase="fold")
    assert 0.06 == value(metrics, "tiendo_batch_seconds_sum", province=PROVINCE, phase="commit")


def test_messages_are_counted_by_who_reads_them() -> None:
    """Alerts for supervisors, dead letters for senders."""
    metrics = Metrics()
    topics = ["alerts.dong-nai", "alerts.dong-nai", "deadletters.dong-nai"]

    Observation(metrics).published(
        PROVINCE, [OutboxMessage(seq, topic, None, b"", ()) for seq, topic in enumerate(topics)]
    )

    assert [2, 1] == [
        value(metrics, "tiendo_messages_published_total", province=PROVINCE, kind=kind)
        for kind in ("alerts", "deadletters")
    ]


def test_a_log_whose_end_is_no_record_has_no_lag() -> None:
    """What ends a sender's transaction takes an offset; nobody waits behind it."""
    metrics = Metrics()
    observation = Observation(metrics)

    observation.kafka(
        {PROVINCE: LogSight(0, 11, None), OTHER: LogSight(2, 14, 970_000)}, {PROVINCE: 10}, 1_000.0
    )

    assert (0, 0.0) == (
        value(metrics, "tiendo_lag_records", province=PROVINCE),
        value(metrics, "tiendo_lag_seconds", province=PROVINCE),
    )
    assert (12, 30.0) == (
        value(metrics, "tiendo_lag_records", province=OTHER),
        value(metrics, "tiendo_lag_seconds", province=OTHER),
    )


def test_what_another_worker_tells_is_not_told_here_any_more() -> None:
    """A province that went elsewhere has one lag and one outbox, not two."""
    metrics = Metrics()
    observation = Observation(metrics)
    waits = NOW - dt.timedelta(seconds=90)

    observation.postgres([replace(READING, outbox_pending=3, outbox_since=waits)])
    before = [
        value(metrics, name, province="tra-vinh")
        for name in (
            "tiendo_outbox_messages",
            "tiendo_outbox_age_seconds",
            "tiendo_last_commit_timestamp_seconds",
            "tiendo_as_of_timestamp_seconds",
            "tiendo_closed_timestamp_seconds",
        )
    ]
    observation.left(["tra-vinh"])

    day = dt.datetime(2026, 3, 1, tzinfo=dt.UTC).timestamp()
    assert [3, 90.0, NOW.timestamp() - 4, day, day - 86_400] == before
    assert value(metrics, "tiendo_outbox_messages", province="tra-vinh") is None


def test_a_province_without_a_day_shows_none() -> None:
    """Nothing was accepted yet: no day is not the first of January 1970."""
    metrics = Metrics()

    Observation(metrics).postgres(
        [replace(READING, as_of=None, committed_at=None, closed_day=None)]
    )

    assert value(metrics, "tiendo_as_of_timestamp_seconds", province="tra-vinh") is None
    assert 0 == value(metrics, "tiendo_outbox_age_seconds", province="tra-vinh")


def test_a_province_that_was_parked_here_and_went_elsewhere_is_not_parked_here() -> None:
    """Its next worker may have been told to go on: the alert must not stand for ever."""
    metrics = Metrics()
    observation = Observation(metrics)
    health = {PROVINCE: Health(Standing.PARKED, "bug: KeyError", 7, 0.0)}

    observation.standing(health, [PROVINCE])
    parked = value(metrics, "tiendo_parked", province=PROVINCE)
    observation.standing(health, [])

    assert (1, 0) == (parked, value(metrics, "tiendo_parked", province=PROVINCE))
