"""Feeds: counters of the records of each agency and source, so that nobody's silence or faults stay invisible."""

from collections.abc import Mapping

from models.changes import FeedRow
from models.days import Instant
from models.facts import DeadLetter, Event
from models.subjects import Verdict


class FeedTable:
    """The feeds of a province, and which of them changed since they were last taken."""

    def __init__(self, rows: Mapping[tuple[str, str], FeedRow]) -> None:
        self._rows = dict(rows)
        self._changed: set[tuple[str, str]] = set()

    def accept(self, event: Event, verdict: Verdict) -> None:
        """Count an accepted record."""
        row = self._row(event.agency, event.source, event.timestamp_ms)
        last = (
            event.time
            if row.last_event_time is None
            else Instant(max(row.last_event_time, event.time))
        )
        self._rows[event.agency, event.source] = row._replace(
            last_event_time=last,
            events=row.events + 1,
            duplicates=row.duplicates + (verdict is Verdict.DUPLICATE),
            stale=row.stale + (verdict is Verdict.STALE),
        )

    def refuse(self, dead: DeadLetter) -> None:
        """Count a dead letter."""
        row = self._row(dead.agency, dead.source, dead.record.timestamp_ms)
        self._rows[dead.agency, dead.source] = row._replace(dead_letters=row.dead_letters + 1)

    def _row(self, agency: str, source: str, timestamp_ms: int) -> FeedRow:
        self._changed.add((agency, source))
        received = Instant(timestamp_ms * 1000)
        row = self._rows.get((agency, source))
        if row is None:
            return FeedRow(agency, source, None, received, 0, 0, 0, 0)
        return row._replace(last_received=max(row.last_received, received))

    def take_changed(self) -> dict[tuple[str, str], FeedRow]:
        """Return the rows that changed since the last call."""
        changed = {key: self._rows[key] for key in sorted(self._changed)}
        self._changed.clear()
        return changed
