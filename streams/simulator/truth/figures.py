"""What the fourteen house indicators must say of a province on a day, counted from what happened.

A count is None where an agency never had anything of its kind, a ratio of nothing is None, and a median is the lower one.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from functools import cached_property
from typing import Final, NamedTuple

from models.days import Day, date_of, day_from_date
from streams.simulator.post import Report
from streams.simulator.profiles import PROFILES, Profile
from streams.simulator.truth.dossiers import Dossier, followed
from streams.simulator.wire import SECONDS_PER_DAY, Happening
from streams.simulator.witness import Witness

PROVINCE: Final = "*"
"""Stands for all agencies together."""

ONLINE_LEVEL: Final = 3
EXPIRES_WITHIN: Final = 30
REPORTS_WITHIN: Final = 30
FLOW_WINDOWS: Final = ("7d", "30d", "90d", "year", "plan")


class Row(NamedTuple):
    """A figure, under the names of `api.kpi_current`."""

    indicator: str
    agency: str
    window: str
    as_of: Day
    value: int | Decimal | None
    numerator: int | None
    denominator: int | None


class Case(NamedTuple):
    """One thing that an indicator counts."""

    agency: str
    day: int
    amount: int = 1
    """A ratio: 1 where it belongs to the numerator too. A median: the value."""


@dataclass(frozen=True, slots=True)
class Indicator:
    """How an indicator is counted."""

    id: str
    shape: str
    """`count`, `ratio` or `median`."""
    cases: Sequence[Case]
    types: tuple[str, ...] = ()
    """A count is None for an agency that has nothing of these types."""


class Truth:
    """What really happened in a province up to the last day of its run."""

    def __init__(self, profile: Profile, witness: Witness, last: Day) -> None:
        self.province = profile.province
        self.first = profile.first
        self.last = last
        self._plan = PROFILES[profile.province]
        self._witness = witness
        self._end = (last + 1) * SECONDS_PER_DAY

    @property
    def pending(self) -> int:
        """How much the log tells rightly only after the last day; 0: the figures of the last day are the truth's."""
        return self._witness.pending(self._end)

    @property
    def withdrawn(self) -> int:
        """How many reports were withdrawn for good: what they told never happened."""
        return self._witness.withdrawn(self._end)

    @property
    def missed(self) -> int:
        """How much silent agencies never report; it is in no figure."""
        return self._witness.missed(self._end)

    def happened(self, kind: str) -> Iterator[Happening]:
        """Yield what happened of one type, up to the end of the last day."""
        return self._witness.happened(kind, self._end)

    def rows(self, day: int) -> Iterator[Row]:
        """Yield every house figure at the end of `day`, for the province and for each of its agencies."""
        for indicator in self._flows:
            for window in FLOW_WINDOWS:
                inside = self._window(window, day)
                cases = [case for case in indicator.cases if case.day in inside]
                yield from self._shown(indicator, cases, window, day)
        for indicator in self._stocks(day):
            yield from self._shown(indicator, indicator.cases, "now", day)

    def daily(self) -> Iterator[Row]:
        """Yield, for the province, the flows of each day on which something was counted, and the stocks of every day."""
        for indicator in self._flows:
            by_day = defaultdict(list)
            for case in indicator.cases:
                by_day[case.day].append(case)
            for day in sorted(by_day):
                yield self._figure(indicator, PROVINCE, by_day[day], "day", day)
        for day in range(self.first, self.last + 1):
            for indicator in self._stocks(day):
                yield self._figure(indicator, PROVINCE, indicator.cases, "now", day)

    def _window(self, window: str, day: int) -> range:
        match window:
            case "year":
                first = day_from_date(date(date_of(day).year, 1, 1))
            case "plan":
                return range(self._plan.first, min(day, self._plan.last) + 1)
            case _:
                first = Day(day + 1 - int(window.removesuffix("d")))
        return range(first, day + 1)

    def _shown(
        self, indicator: Indicator, cases: Sequence[Case], window: str, day: int
    ) -> Iterator[Row]:
        of_agency = defaultdict(list)
        for case in cases:
            of_agency[case.agency].append(case)
        yield self._figure(indicator, PROVINCE, cases, window, day)
        for agency in self._agencies:
            yield self._figure(indicator, agency, of_agency[agency], window, day)

    def _figure(
        self, indicator: Indicator, agency: str, cases: Sequence[Case], window: str, day: int
    ) -> Row:
        value: int | Decimal | None = None
        numerator: int | None = None
        denominator: int | None = len(cases)
        match indicator.shape:
            case "ratio":
                numerator = sum(case.amount for case in cases)
                value = _percent(numerator, len(cases))
            case "median":
                ranked = sorted(case.amount for case in cases)
                value = ranked[(len(ranked) - 1) // 2] if ranked else None
            case _:
                known = self._known[agency]
                value = len(cases) if known.intersection(indicator.types) else None
                denominator = None
        return Row(indicator.id, agency, window, Day(day), value, numerator, denominator)

    @cached_property
    def _known(self) -> Mapping[str, set[str]]:
        """Agency, or `PROVINCE` -> the types of what it ever had."""
        known: dict[str, set[str]] = defaultdict(set)
        for kind in self._witness.types:
            for one in self.happened(kind):
                known[one.agency].add(kind)
                known[PROVINCE].add(kind)
        return known

    @cached_property
    def _agencies(self) -> Sequence[str]:
        return sorted(agency for agency in self._known if agency != PROVINCE)

    @cached_property
    def _dossiers(self) -> Sequence[Dossier]:
        return followed(
            self.happened("dossier.received"),
            self.happened("dossier.resolved"),
            self.happened("dossier.status_changed"),
        )

    @cached_property
    def _flows(self) -> Sequence[Indicator]:
        return [*self._dossier_flows(), *self._document_flows()]

    def _dossier_flows(self) -> Iterator[Indicator]:
        received = list(self.happened("dossier.received"))
        resolved = list(self.happened("dossier.resolved"))
        ended = [one for one in self._dossiers if one.resolved is not None]
        yield _count("dossiers_received", "dossier.received", received)
        yield _count("dossiers_resolved", "dossier.resolved", resolved)
        yield _judged("dossiers_on_time_share", "ratio", ended, Dossier.on_time)
        yield _judged("dossier_working_days_median", "median", ended, Dossier.working_days)
        level_3 = [
            one for one in received if _number(one, "procedure_online_level") >= ONLINE_LEVEL
        ]
        yield _share(
            "dossiers_online_share", level_3, lambda one: one.data["intake_channel"] == "online"
        )

    def _document_flows(self) -> Iterator[Indicator]:
        exchanged = list(self.happened("document.exchanged"))
        public = [one for one in exchanged if not one.data["secret"]]
        electronic = [one for one in public if one.data["medium"] != "paper_only"]
        yield _count("documents_exchanged", "document.exchanged", exchanged)
        yield _share(
            "documents_electronic_only_share",
            public,
            lambda one: one.data["medium"] == "electronic_only",
        )
        yield _share("documents_signed_share", electronic, lambda one: one.data["signed"] is True)
        signed = self.happened("signature.applied")
        yield _count("signatures_applied", "signature.applied", signed)

    def _stocks(self, day: int) -> Iterator[Indicator]:
        begun, ended = "dossier.received", "dossier.resolved"
        is_open = [one for one in self._dossiers if one.open_on(day)]
        overdue = [one for one in is_open if one.overdue_on(day)]
        yield Indicator("dossiers_open", "count", _owners(is_open, day), (begun, ended))
        read = (begun, ended, "dossier.status_changed")
        yield Indicator("dossiers_overdue", "count", _owners(overdue, day), read)
        yield from self._certificates(day)
        yield self._reporting(day)

    def _certificates(self, day: int) -> Iterator[Indicator]:
        issued, revoked = "signature.certificate_issued", "signature.certificate_revoked"
        ended = {one.key for one in self.happened(revoked) if _day(one) <= day}
        valid, expiring = [], []
        for one in self.happened(issued):
            first = _named_day(one, "valid_from")
            last = _named_day(one, "valid_to")
            if one.key not in ended and first <= day <= last:
                valid.append(Case(one.agency, day))
                if day >= last - EXPIRES_WITHIN:
                    expiring.append(Case(one.agency, day))
        yield Indicator("certificates_valid", "count", valid, (issued, revoked))
        yield Indicator("certificates_expiring_30d", "count", expiring, (issued, revoked))

    def _reporting(self, day: int) -> Indicator:
        heard = {
            report.agency
            for report in self._heard
            if day - REPORTS_WITHIN < report.at // SECONDS_PER_DAY <= day
        }
        cases = [
            Case(one.key, day, int(one.key in heard))
            for one in self.happened("agency.registered")
            if _named_day(one, "valid_from") <= day
        ]
        return Indicator("agencies_reporting_share", "ratio", cases)

    @cached_property
    def _heard(self) -> Sequence[Report]:
        return list(self._witness.reports(self._end))


def _count(name: str, kind: str, happened: Iterable[Happening]) -> Indicator:
    return Indicator(name, "count", [Case(one.agency, _day(one)) for one in happened], (kind,))


def _share(
    name: str, happened: Iterable[Happening], belongs: Callable[[Happening], bool]
) -> Indicator:
    cases = [Case(one.agency, _day(one), int(belongs(one))) for one in happened]
    return Indicator(name, "ratio", cases)


def _judged(
    name: str, shape: str, dossiers: Iterable[Dossier], judge: Callable[[Dossier], int | None]
) -> Indicator:
    """Return what is counted when a dossier is resolved, where it can be judged."""
    cases = []
    for dossier in dossiers:
        verdict = judge(dossier)
        if verdict is not None and dossier.resolved is not None:
            cases.append(Case(dossier.resolved.agency, _day(dossier.resolved), int(verdict)))
    return Indicator(name, shape, cases)


def _owners(dossiers: Iterable[Dossier], day: int) -> list[Case]:
    return [Case(one.received.agency, day) for one in dossiers if one.received is not None]


def _day(happening: Happening) -> int:
    return happening.at // SECONDS_PER_DAY


def _named_day(happening: Happening, field: str) -> int:
    return day_from_date(date.fromisoformat(str(happening.data[field])))


def _number(happening: Happening, field: str) -> int:
    value = happening.data[field]
    return value if isinstance(value, int) else 0


def _percent(numerator: int, denominator: int) -> Decimal | None:
    """Return a share in percent, rounded half up to four decimals."""
    if denominator == 0:
        return None
    exact = Decimal(100 * numerator) / Decimal(denominator)
    return exact.quantize(Decimal("0.0001"), ROUND_HALF_UP)
