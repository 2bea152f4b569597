"""What a worker's metrics say after a commit."""

from models.topics import PROVINCES
from streams.desks import Folded
from streams.metrics import Metrics
from streams.observation import Observation

PROVINCE, OTHER = PROVINCES[:2]


def value(metrics: Metrics, name: str, **labels: str) -> float | None:
    """Return a sample as Prometheus reads it."""
    return metrics.registry.get_sample_value(name, labels)


def test_what_is_not_kept_of_refused_records_is_counted_beside_all_of_them() -> None:
    """An operator sees a flood by its reasons, and how much of it has no row."""
    metrics = Metrics()
    observation = Observation(metrics)

    observation.committed(
        PROVINCE, Folded(9, {"not_json": 5, "null_value": 2}, 3, [], sends=True), 0.1
    )
    observation.committed(PROVINCE, Folded(4, {"not_json": 4}, 4, [], sends=False), 0.1)
    observation.committed(OTHER, Folded(1, {}, 0, [], sends=False), 0.1)

    assert 13 == value(metrics, "tiendo_records_total", province=PROVINCE)
    assert 9 == value(metrics, "tiendo_dead_letters_total", province=PROVINCE, reason="not_json")
    assert 2 == value(metrics, "tiendo_dead_letters_total", province=PROVINCE, reason="null_value")
    assert 7 == value(metrics, "tiendo_dead_letters_unkept_total", province=PROVINCE)
    assert 0 == value(metrics, "tiendo_dead_letters_unkept_total", province=OTHER)
