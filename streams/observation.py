"""What a worker tells its metrics: after each commit, and at each look at how its provinces stand."""

from collections.abc import Mapping

from streams.desks import Folded
from streams.metrics import Metrics
from streams.owner import OWNED, Health, Standing


class Observation:
    """Fills the metrics of one process."""

    def __init__(self, metrics: Metrics) -> None:
        self._metrics = metrics

    def committed(self, province: str, folded: Folded, seconds: float) -> None:
        """Count a committed batch."""
        self._metrics.records.labels(province).inc(folded.records)
        self._metrics.batch_seconds.labels(province).observe(seconds)
        for reason, count in folded.dead_letters.items():
            self._metrics.dead_letters.labels(province, reason).inc(count)
        self._metrics.dead_letters_unkept.labels(province).inc(folded.unkept)

    def looked(self, health: Mapping[str, Health], log_ends: Mapping[str, int]) -> None:
        """Show how the provinces stand, and how far those are behind whose log's end is known."""
        for province, seen in health.items():
            self._metrics.owned.labels(province).set(int(seen.standing in OWNED))
            self._metrics.parked.labels(province).set(int(seen.standing is Standing.PARKED))
            self._metrics.waiting.labels(province).set(int(seen.standing is Standing.WAITING))
        for province, end in log_ends.items():
            behind = end - (health[province].next_offset or 0)
            self._metrics.lag_records.labels(province).set(max(0, behind))
