"""Panes: the sums of signed amounts by measure, bucket, agency and day, and the sums of them over spans of days.

A series keeps running totals up to the first day that changed since they were last asked for, so a late fact costs what lies after it.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from models.changes import Amount, PaneKey
from models.days import Day

ALL: Final = "*"
"""Stands for all agencies together."""


Span = tuple[int | None, int]
"""The days from the first (None: from ever) to the last, both inside."""


class Series:
    """Amounts by day of one measure, bucket and agency (or of many agencies together)."""

    __slots__ = ("_amounts", "_days", "_totals")

    def __init__(self) -> None:
        self._days: list[int] = []
        self._amounts: list[Amount] = []
        self._totals: list[Amount] = []
        """Running totals; shorter than `_days` where they must be made anew."""

    def __bool__(self) -> bool:
        """Return whether any day has an amount."""
        return bool(self._days)

    def add(self, day: int, amount: Amount) -> Amount:
        """Add to a day's amount and return the sum; a day whose amount reaches 0 is forgotten."""
        days, amounts = self._days, self._amounts
        index = len(days) if not days or days[-1] < day else bisect_left(days, day)
        if index < len(self._totals):
            del self._totals[index:]
        if index < len(days) and days[index] == day:
            total = amounts[index] + amount
            if total == 0:
                del days[index], amounts[index]
            else:
                amounts[index] = total
            return total
        if amount != 0:
            days.insert(index, day)
            amounts.insert(index, amount)
        return amount

    def upto(self, day: int) -> Amount:
        """Return the sum of all days up to and including `day`."""
        return self.sums(((None, day),))[0]

    def between(self, first: int | None, last: int) -> Amount:
        """Return the sum of the days from `first` (None: from ever) to `last`, both inside."""
        return self.sums(((first, last),))[0]

    def sums(self, spans: Sequence[Span]) -> list[Amount]:
        """Return the sums of the days of several spans, in one call because figures ask for many at once."""
        days, totals = self._days, self._totals
        if not days:
            return [0] * len(spans)
        earliest, latest = days[0], days[-1]
        found: list[Amount] = []
        for first, last in spans:
            if last < earliest or (first is not None and first > last):
                found.append(0)
                continue
            end = len(days) if latest <= last else bisect_right(days, last)
            if len(totals) < end:
                self._add_up(end)
            if first is None or first <= earliest:
                found.append(totals[end - 1])
            else:
                begin = bisect_left(days, first)
                found.append(totals[end - 1] - totals[begin - 1])
        return found

    def _add_up(self, count: int) -> None:
        """Let there be running totals of the first `count` days."""
        totals = self._totals
        total: Amount = totals[-1] if totals else 0
        for amount in self._amounts[len(totals) : count]:
            total += amount
            totals.append(total)

    def days(self, first: int | None = None, last: int | None = None) -> list[int]:
        """Return the days that have an amount, in order, from `first` to `last`, both inside; None: no bound."""
        begin = 0 if first is None else bisect_left(self._days, first)
        end = len(self._days) if last is None else bisect_right(self._days, last)
        return self._days[begin:end]

    def items(self) -> Iterator[tuple[int, Amount]]:
        """Yield (day, amount) in order of days."""
        return zip(self._days, self._amounts, strict=True)


EMPTY: Final = Series()
"""A series without amounts; never added to."""


class PaneTable:
    """All panes of a province."""

    def __init__(self) -> None:
        self._series: dict[str, dict[str, dict[str, Series]]] = {}
        """measure -> bucket -> agency (or `ALL`) -> series"""
        self._groups: dict[tuple[str, str], dict[frozenset[str], Series]] = {}
        """Sums over groups of agencies that were asked for."""
        self._on_day: dict[int, set[tuple[str, str]]] = {}
        """day -> (measure, agency) that ever had an amount on it."""
        self._by_bucket: dict[tuple[str, str], dict[str, Series]] = {}
        """(measure, agency or `ALL`) -> bucket -> series, of the buckets that it ever had an amount in"""

    def add_all(
        self, measure: str, amounts: Mapping[tuple[str, str, Day], Amount]
    ) -> dict[tuple[str, str, Day], Amount]:
        """Add to panes of a measure, named by (bucket, agency, day), and to the sums that they are part of; return what those that changed are now."""
        buckets = self._series.setdefault(measure, {})
        changed: dict[tuple[str, str, Day], Amount] = {}
        together: dict[tuple[str, Day], Amount] = {}
        for pane, amount in amounts.items():
            if amount == 0:
                continue
            bucket, agency, day = pane
            agencies = buckets.get(bucket)
            if agencies is None:
                agencies = buckets[bucket] = {ALL: Series()}
                self._by_bucket.setdefault((measure, ALL), {})[bucket] = agencies[ALL]
            series = agencies.get(agency)
            if series is None:
                series = agencies[agency] = Series()
                self._by_bucket.setdefault((measure, agency), {})[bucket] = series
            changed[pane] = series.add(day, amount)
            together[bucket, day] = together.get((bucket, day), 0) + amount
            for members, group in self._groups.get((measure, bucket), {}).items():
                if agency in members:
                    group.add(day, amount)
            touched = self._on_day.get(day)
            if touched is None:
                touched = self._on_day[day] = set()
            touched.add((measure, agency))
        for (bucket, day), amount in together.items():
            if amount != 0:
                buckets[bucket][ALL].add(day, amount)
        return changed

    def series(self, measure: str, bucket: str, agency: str) -> Series:
        """Return the series of one agency, or of `ALL`."""
        try:
            return self._series[measure][bucket][agency]
        except KeyError:
            return EMPTY

    def group(self, measure: str, bucket: str, members: frozenset[str]) -> Series:
        """Return the sum over a group of agencies; it is kept up to date from then on."""
        groups = self._groups.setdefault((measure, bucket), {})
        group = groups.get(members)
        if group is None:
            group = groups[members] = Series()
            for agency, series in self._series.get(measure, {}).get(bucket, {}).items():
                if agency in members:
                    for day, amount in series.items():
                        group.add(day, amount)
        return group

    def by_bucket(self, measure: str, agency: str) -> Mapping[str, Series]:
        """Return the series of one agency, or of `ALL`, by bucket: of those in which it ever had an amount."""
        return self._by_bucket.get((measure, agency), {})

    def group_by_bucket(self, measure: str, members: frozenset[str]) -> Mapping[str, Series]:
        """Return the sums over a group of agencies by bucket."""
        buckets = self._series.get(measure, {})
        return {bucket: self.group(measure, bucket, members) for bucket in buckets}

    def agencies(self, measure: str, bucket: str = "") -> list[str]:
        """Return the agencies that ever had an amount of a measure."""
        return [agency for agency in self._series.get(measure, {}).get(bucket, {}) if agency != ALL]

    def touched_on(self, day: int) -> set[tuple[str, str]]:
        """Return the (measure, agency) that may have an amount on a day."""
        return self._on_day.get(day, set())

    def panes(self) -> Mapping[PaneKey, Amount]:
        """Return every pane that is not 0."""
        return {
            PaneKey(measure, bucket, agency, day): amount  # type: ignore[arg-type]  # a Day
            for measure, buckets in self._series.items()
            for bucket, agencies in buckets.items()
            for agency, series in agencies.items()
            if agency != ALL
            for day, amount in series.items()
        }
