"""The watch over provinces that ought to move: a worker that does not apply what is there must end, so that another takes over.

Pure: it is shown what can be seen, with the time, and says who has stood still for too long.
"""

from collections.abc import Mapping
from typing import Final, NamedTuple

from streams.owner import Health, Standing

LONGEST_LOOK_SECONDS: Final = 15.0
FOLD_PATIENCE: Final = 10
"""A batch in hand may take so many times as long: on a busy machine it does, and a restart would only fold it again."""


class Sight(NamedTuple):
    """What can be seen of a province that is assigned to this worker."""

    health: Health
    log_end: int
    """Offset after the last record of its log."""

    @property
    def ought_to_move(self) -> bool:
        """Return whether the worker has something to do here that depends on nobody else."""
        match self.health.standing:
            case Standing.READING:
                return self.log_end > (self.health.next_offset or 0)
            case Standing.RELEASED | Standing.CLAIMING | Standing.FOLDING:
                return True
            case Standing.UPGRADING | Standing.WAITING | Standing.PARKED:
                return False


class StallWatch:
    """Adds up for how long each province has stood still."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._still: dict[str, tuple[float, float]] = {}
        """Province -> seconds of standing still, and when it had moved last before."""
        self._looked_at: float | None = None

    def stalled(self, now: float, sights: Mapping[str, Sight]) -> list[str]:
        """Return the provinces that ought to have moved and have not, for as long as is allowed; call it every few seconds.

        A long time between two calls is one in which this process did not run, or folded: it counts as a short one.
        """
        passed = (
            0.0 if self._looked_at is None else min(now - self._looked_at, LONGEST_LOOK_SECONDS)
        )
        self._looked_at = now
        before, self._still = self._still, {}
        for province, sight in sights.items():
            still, moved_at = before.get(province, (-passed, sight.health.moved_at))
            stands = sight.ought_to_move and moved_at == sight.health.moved_at
            self._still[province] = (still + passed if stands else 0.0, sight.health.moved_at)
        return sorted(
            province
            for province, (still, _) in self._still.items()
            if still >= self._allowed(sights[province])
        )

    def _allowed(self, sight: Sight) -> float:
        folding = sight.health.standing is Standing.FOLDING
        return self._seconds * FOLD_PATIENCE if folding else self._seconds
