"""Feeds: counters of the records of each agency and source, so that nobody's silence or faults stay invisible."""

from collections.abc import Mapping

from models.changes import FeedRow
from models.days import Instant
from models.facts import DeadLetter, Event
from models.subjects import Verdict

_NEVER = Instant(-(2**63))


class _Feed:
    """The counters of one feed, being counted up."""

    __slots__ = ("dead_letters", "duplicates", "events", "last_event", "last_ms", "stale")

    def __init__(self, row: FeedRow | None) -> None:
        self.last_event = (
            _NEVER if row is None or row.last_event_time is None else row.last_event_time
        )
        self.last_ms = _NEVER if row is None else row.last_received // 1000
        self.events = 0 if row is None else row.events
        self.duplicates = 0 if row is None else row.duplicates
        self.stale = 0 if row is None else row.stale
        self.dead_letters = 0 if row is None else row.dead_letters


class FeedTable:
    """The feeds of a province, and which of them changed since they were last taken."""

    def __init__(self, rows: Mapping[tuple[str, str], FeedRow]) -> None:
        self._feeds = {key: _Feed(row) for key, row in rows.items()}
        self._changed: dict[tuple[str, str], _Feed] = {}

    @property
    def records(self) -> int:
        """How many records all feeds have had, accepted or refused."""
        return sum(feed.events + feed.dead_letters for feed in self._feeds.values())

    def accept(self, event: Event, verdict: Verdict) -> None:
        """Count an accepted record."""
        feed = self._received(event.agency, event.source, event.timestamp_ms)
        feed.events += 1
        feed.last_event = max(feed.last_event, event.time)
        if verdict is Verdict.DUPLICATE:
            feed.duplicates += 1
        elif verdict is Verdict.STALE:
            feed.stale += 1

    def refuse(self, dead: DeadLetter) -> None:
        """Count a dead letter."""
        self._received(dead.agency, dead.source, dead.record.timestamp_ms).dead_letters += 1

    def _received(self, agency: str, source: str, timestamp_ms: int) -> _Feed:
        key = (agency, source)
        feed = self._changed.get(key)
        if feed is None:
            feed = self._changed[key] = self._feeds.setdefault(key, _Feed(None))
        feed.last_ms = max(feed.last_ms, timestamp_ms)
        return feed

    def take_changed(self) -> dict[tuple[str, str], FeedRow]:
        """Return the rows that changed since the last call."""
        changed = {key: self._row(key) for key in sorted(self._changed)}
        self._changed.clear()
        return changed

    def _row(self, key: tuple[str, str]) -> FeedRow:
        feed = self._feeds[key]
        return FeedRow(
            *key,
            last_event_time=None if feed.last_event == _NEVER else feed.last_event,
            last_received=Instant(feed.last_ms * 1000),
            events=feed.events,
            duplicates=feed.duplicates,
            stale=feed.stale,
            dead_letters=feed.dead_letters,
        )
