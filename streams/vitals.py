"""What a worker shows of itself to whoever asks from another thread: its pulse, its place in the group, its provinces.

The worker's loop replaces what is here, each value whole; who asks only reads, and waits for nothing.
"""

import time
from collections.abc import Callable, Mapping
from typing import Final

from models.operating import Stored
from streams.log_check import LogSight
from streams.owner import Health, Standing

PULSE_SECONDS: Final = 1.0
"""How often the loop shows that it turns."""
STILL_SECONDS: Final = 30.0
"""A loop that has not turned for so long hangs; a long fold in this very process takes less."""
TAKEN_OVER: Final = frozenset(
    {Standing.READING, Standing.FOLDING, Standing.UPGRADING, Standing.PARKED}
)
"""How a province stands that its worker has dealt with: a parked one waits for an operator, and not for this worker."""

Report = dict[str, object]


class Vitals:
    """The worker as its endpoint sees it."""

    def __init__(
        self,
        health: Callable[[], Mapping[str, Health]],
        monotonic: Callable[[], float] = time.monotonic,
        clock: Callable[[], float] = time.time,
    ) -> None:
        """Begin a life; `health` may be called from any thread."""
        self._health = health
        self._monotonic = monotonic
        self._clock = clock
        self._beat_at = monotonic()
        self.joined = False
        """Whether the worker is a member of its group, with no rebalance on its way."""
        self.assigned: tuple[str, ...] = ()
        """The provinces that the group gave it."""
        self.stopping = False
        self.kafka_away: str | None = None
        self.postgres_away: str | None = None
        """Why a service did not answer at the last look; None: it did."""
        self.stored: Mapping[str, Stored] = {}
        self.logs: Mapping[str, LogSight] = {}

    def beat(self) -> None:
        """Show that the loop turns."""
        self._beat_at = self._monotonic()

    def alive(self) -> tuple[bool, Report]:
        """Return whether the loop turns, and since when it does not."""
        still = self._monotonic() - self._beat_at
        return still < STILL_SECONDS, {"loop_seconds": round(still, 1)}

    def ready(self) -> tuple[bool, Report]:
        """Return whether the worker does all that it is there for, what is missing, and how each province stands."""
        health = self._health()
        missing = list(self._missing(health))
        provinces = {province: self._province(province, seen) for province, seen in health.items()}
        return not missing, {"missing": missing, "provinces": provinces}

    def _missing(self, health: Mapping[str, Health]) -> list[str]:
        missing = []
        if not self.alive()[0]:
            missing.append("its loop does not turn: restart it")
        if self.stopping:
            missing.append("it is stopping")
        if not self.joined:
            missing.append("it has not joined its group yet, or the group is being shared out anew")
        for name, away in (("Kafka", self.kafka_away), ("Postgres", self.postgres_away)):
            if away is not None:
                missing.append(f"{name} is away: {away}")
        for province in self.assigned:
            if health[province].standing not in TAKEN_OVER:
                seen = health[province]
                missing.append(
                    f"{province} is {seen.standing}{': ' * bool(seen.detail)}{seen.detail}"
                )
        return missing

    def _province(self, province: str, seen: Health) -> Report:
        now = self._clock()
        stored, log = self.stored.get(province), self.logs.get(province)
        mark = seen.next_offset
        if mark is None and stored is not None:
            mark = stored.next_offset
        report: Report = {
            "owned": province in self.assigned,
            "standing": str(seen.standing),
            "detail": seen.detail,
            "next_offset": mark,
            "seconds_in_this_state": round(self._monotonic() - seen.moved_at, 1),
        }
        if log is not None:
            since = log.waiting_since
            report["lag_records"] = 0 if since is None else max(0, log.end - (mark or 0))
            report["lag_seconds"] = 0.0 if since is None else round(max(0.0, now - since / 1000), 1)
        if stored is not None:
            at, as_of = stored.committed_at, stored.as_of
            report["seconds_since_commit"] = None if at is None else round(now - at.timestamp(), 1)
            report["as_of"] = None if as_of is None else as_of.isoformat()
            report["outbox_messages"] = stored.outbox_pending
        if seen.standing is Standing.PARKED and province in self.assigned:
            report["mend"] = f"`tiendo release {province}` shows how it can go on"
        return report
