"""Accepted records as the built-in measure `records` counts them: by agency and day of the event, whatever came of what they say.

A record is counted once for each time that it came: duplicates, corrections and retractions are records too.
"""

from collections.abc import Mapping
from typing import Final, NamedTuple

from models.days import Day, day_of
from models.events import VOCABULARY
from models.facts import Event

_REGISTRATIONS: Final = frozenset(name for name in VOCABULARY if name.endswith(".registered"))
"""Types that tell of whom there is, not that an agency is at work."""


class Place(NamedTuple):
    """Where a record is counted."""

    agency: str
    day: Day
    """Of the event's time, not of when it was recorded or came."""


def counted_at(event: Event) -> Place | None:
    """Return where a record is counted; None of one that tells of no fact, or only of whom there is."""
    if event.fact is None or event.type in _REGISTRATIONS:
        return None
    return Place(event.agency, day_of(event.time))


class Sought:
    """Looks for the records behind some counts, as many of each as are wanted; each record is to be shown once."""

    def __init__(self, counts: Mapping[Place, int], limit: int | None) -> None:
        """Look for the records of each place, no more than were counted there, and no more than `limit`."""
        self._wanted = {
            place: count if limit is None else min(count, limit) for place, count in counts.items()
        }
        self._found: dict[Place, list[Event]] = {place: [] for place in counts}
        self._lacking = {place for place, wanted in self._wanted.items() if wanted > 0}

    def take(self, event: Event) -> None:
        """Keep a record that is behind one of the counts."""
        place = counted_at(event)
        if place in self._lacking:
            found = self._found[place]
            found.append(event)
            if len(found) == self._wanted[place]:
                self._lacking.remove(place)

    def is_done(self) -> bool:
        """Whether nothing is wanted any more."""
        return not self._lacking

    def found(self, place: Place) -> tuple[Event, ...]:
        """Return the records of a place in the order of the log."""
        return tuple(sorted(self._found[place], key=lambda event: event.offset))
