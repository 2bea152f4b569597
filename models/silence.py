"""Which agencies are silent on which days, kept up to date record by record.

A silence between two records depends on those before it only, so a new record day changes what lies after the one before it.
"""

from bisect import bisect_left
from typing import Final, cast

from models.days import FOREVER, Day
from models.measures import RECORDS
from models.panes import PaneTable
from models.register import Register
from models.rules import GAP_WINDOW_DAYS, Registration, silence, silence_limit

_FAR: Final = Day(FOREVER - 1)
"""Silences are computed as if nothing were ever heard again."""

Silences = list[tuple[Day, Day | None]]
"""Half-open intervals of days, ascending; the end None: until something is heard."""


class SilenceTable:
    """The silences of all agencies of a province, as far into the future as nothing more is heard."""

    def __init__(self, panes: PaneTable, register: Register, first_day: Day) -> None:
        self._panes = panes
        self._register = register
        self._first_day = first_day
        self._silences: dict[str, Silences] = {}

    def update(self, agency: str, since: Day | None) -> Day | None:
        """Take note that the record days from `since` on (None: or the registration) changed; return the first day that differs."""
        before = self._silences.get(agency, [])
        after = self._recomputed(agency, since, before)
        if after == before:
            return None
        self._silences[agency] = after
        common = 0
        while common < min(len(before), len(after)) and before[common] == after[common]:
            common += 1
        return Day(min(_first_difference(before[common : common + 1], after[common : common + 1])))

    def _recomputed(self, agency: str, since: Day | None, before: Silences) -> Silences:
        days = cast("list[Day]", self._panes.series(RECORDS, "", agency).days())
        registrations = self._registrations(agency)
        index = bisect_left(days, since) - 1 if since is not None else -1
        if index < 0:
            return silence(days, registrations, self._first_day, _FAR)
        last_before = days[index]
        if last_before <= self._first_day:
            return silence(days, registrations, self._first_day, _FAR)
        kept = [span for span in before if span[1] is not None and span[1] <= last_before]
        recent = days[bisect_left(days, last_before - GAP_WINDOW_DAYS) :]
        return kept + silence(recent, registrations, last_before, _FAR)

    def _registrations(self, agency: str) -> list[Registration]:
        return [
            Registration(Day(entry.start), Day(entry.active_until), Day(entry.start))
            for entry in self._register.entries(agency)
            if entry.start < entry.active_until
        ]

    def silences(self, agency: str) -> Silences:
        """Return the silences of an agency."""
        return self._silences.get(agency, [])

    def since(self, agency: str, day: Day) -> Day | None:
        """Return the first day of the silence that runs on `day`."""
        for start, end in reversed(self._silences.get(agency, [])):
            if start <= day:
                return start if end is None or day < end else None
        return None

    def turning(self, day: Day) -> list[str]:
        """Return the agencies of which a silence starts or ends on `day`."""
        return [
            agency
            for agency, silences in self._silences.items()
            if any(day in span for span in silences)
        ]

    def last_record(self, agency: str, day: Day) -> tuple[Day | None, int | None]:
        """Return the last record day up to `day`, and after how many days without a record the agency is silent."""
        days = cast("list[Day]", self._panes.series(RECORDS, "", agency).days(None, day))
        if not days:
            return None, None
        return days[-1], silence_limit(days, len(days) - 1)


def _first_difference(before: Silences, after: Silences) -> list[int]:
    """Return the first days on which the first spans that differ differ; both lists have at most one span."""
    if before and after and before[0][0] == after[0][0]:
        ends = [FOREVER if end is None else end for _, end in (before[0], after[0])]
        return [min(ends)]
    return [span[0] for span in (*before, *after)]
