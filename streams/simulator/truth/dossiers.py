"""Dossiers as a clerk would follow them by hand: when each was due, and whether its clock stood.

Days are counted one by one.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from models.calendar import is_working_day
from models.days import Day, day_from_date
from streams.simulator.wire import SECONDS_PER_DAY, Happening

STANDING = frozenset({"waiting_for_applicant", "waiting_for_payment", "paused"})
"""The clock stands in these."""


def moment_of(text: str) -> int:
    """Return the moment that a stamp names."""
    at = datetime.fromisoformat(text)
    seconds = at.hour * 3600 + at.minute * 60 + at.second
    return day_from_date(at.date()) * SECONDS_PER_DAY + seconds


def working_days_between(start: int, end: int) -> int:
    """Count the working days d with start < d <= end."""
    return sum(is_working_day(Day(day)) for day in range(start + 1, end + 1))


@dataclass(slots=True)
class Dossier:
    """One dossier: what is known of it at the end."""

    received: Happening | None = None
    resolved: Happening | None = None
    statuses: list[tuple[int, str]] = field(default_factory=list)
    """Moment and status."""

    def resolved_by(self, day: int) -> bool:
        """Whether it was resolved on `day` or before."""
        return self.resolved is not None and self.resolved.at < (day + 1) * SECONDS_PER_DAY

    def open_on(self, day: int) -> bool:
        """Whether it was received and not yet resolved at the end of `day`."""
        return (
            self.received is not None
            and self.received.at < (day + 1) * SECONDS_PER_DAY
            and not self.resolved_by(day)
        )

    def due(self, day: int) -> int | None:
        """Return when it is due as seen at the end of `day`, moved by the days that its clock stood; None: never."""
        printed = None if self.received is None else self.received.data["due_at"]
        if not isinstance(printed, str):
            return None
        due_day, of_day = divmod(moment_of(printed), SECONDS_PER_DAY)
        stood = sum(working_days_between(start, end) for start, end in self._stays(day))
        while stood > 0:
            due_day += 1
            stood -= is_working_day(Day(due_day))
        return due_day * SECONDS_PER_DAY + of_day

    def overdue_on(self, day: int) -> bool:
        """Whether it was open at the end of `day`, after its due day, and its clock ran."""
        due = self.due(day)
        if due is None or not self.open_on(day):
            return False
        known = self._known(day)
        standing = bool(known) and known[-1][1] in STANDING
        return day > due // SECONDS_PER_DAY and not standing

    def on_time(self) -> bool | None:
        """Whether it was decided in time; None where it was not decided, or was never due."""
        if self.resolved is None or self.resolved.data["outcome"] == "withdrawn":
            return None
        due = self.due(self.resolved.at // SECONDS_PER_DAY)
        return None if due is None else self.resolved.at <= due

    def working_days(self) -> int | None:
        """Return how many working days it took; None where it did not end, or nobody knows when it began."""
        if self.received is None or self.resolved is None:
            return None
        return working_days_between(
            self.received.at // SECONDS_PER_DAY, self.resolved.at // SECONDS_PER_DAY
        )

    def _known(self, day: int) -> list[tuple[int, str]]:
        """Return the statuses up to the end of `day`, while it was not resolved."""
        end = (day + 1) * SECONDS_PER_DAY
        if self.resolved is not None:
            end = min(end, self.resolved.at + 1)
        return sorted(status for status in self.statuses if status[0] < end)

    def _stays(self, day: int) -> Iterator[tuple[int, int]]:
        """Yield first and last day of each time that its clock stood and went on again."""
        known = self._known(day)
        ends = [moment for moment, _ in known[1:]]
        if self.resolved_by(day) and self.resolved is not None:
            ends.append(self.resolved.at)
        for (start, status), end in zip(known, ends, strict=False):
            if status in STANDING:
                yield start // SECONDS_PER_DAY, end // SECONDS_PER_DAY


def followed(
    received: Iterable[Happening], resolved: Iterable[Happening], statuses: Iterable[Happening]
) -> Sequence[Dossier]:
    """Put together what belongs to each dossier."""
    found: dict[str, Dossier] = {}
    for one in received:
        found.setdefault(one.key, Dossier()).received = one
    for one in resolved:
        found.setdefault(one.key, Dossier()).resolved = one
    for one in statuses:
        found.setdefault(one.key, Dossier()).statuses.append((one.at, str(one.data["to_status"])))
    return list(found.values())
