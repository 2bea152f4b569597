"""The post between the agencies and the log: each report gets its trouble and its arrival here, and leaves in order of arrival.

Whatever arrives after the last simulated day is not in the log; the log of fewer days is the beginning of the log of more.
On the last evening of the period the books are closed: whatever is still to be said of it arrives by then.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from heapq import heappop, heappush
from typing import NamedTuple

from streams.simulator.chance import Chance
from streams.simulator.trouble import (
    AGENCY_IN_KEY,
    BROKEN,
    MISTAKES,
    MOMENT_FIELDS,
    Mistake,
    Trouble,
)
from streams.simulator.wire import SECONDS_PER_DAY, Data, Happening, Letter, encode, envelope, stamp

TYPING_SECONDS = 900
"""A report in time is written at most so long after the event."""

CORRECTION_DAYS = 20
"""A correction or retraction follows within so many days."""


OUT_OF_ORDER_SECONDS = 2 * SECONDS_PER_DAY
"""A report that is overtaken is on its way at most so long."""


class Fate(NamedTuple):
    """What became of the report of one happening."""

    stands: bool
    """Whether the log says in the end that it happened: its report was not withdrawn for good."""
    settled: int
    """The moment from which the log says what is true of it."""


class Delivery(NamedTuple):
    """A line on its way to the log."""

    arrival: int
    """A moment."""
    number: int
    """Lines that arrive at one moment keep the order in which they were posted."""
    line: bytes


class Report(NamedTuple):
    """That a readable report, whatever it says, comes from an agency."""

    agency: str
    """Under whose code it came: a mistaken one is that of another agency."""
    at: int
    """The event time that it bears."""
    arrival: int


@dataclass(frozen=True, slots=True)
class Office:
    """Where the reports are written."""

    province: str
    closing: int
    """The moment when the period ends and its books are closed."""
    pools: Mapping[str, Sequence[str]]
    """The codes that a clerk may take for the right one."""


class Post:
    """Takes happenings, gives lines; tells `hear` of every readable report that is no register entry."""

    def __init__(
        self,
        office: Office,
        trouble: Trouble,
        chance: Chance,
        hear: Callable[[Report], None] | None = None,
    ) -> None:
        self._office = office
        self._trouble = trouble
        self._chance = chance
        self._hear = hear
        self._waiting: list[Delivery] = []
        self._written = 0
        self._posted = 0
        self._broken = 0
        self._choices = (
            (trouble.late, self._late),
            (trouble.duplicated, self._twice),
            (trouble.corrected, self._corrected),
            (trouble.retracted, self._retracted),
            (trouble.broken, self._broken_first),
            (trouble.out_of_order, self._overtaken),
        )

    def tell(self, happening: Happening) -> Fate:
        """Take the report of `happening`, and let happen to it what happens to reports."""
        if not is_register(happening):
            draw = self._chance.random()
            for share, go_wrong in self._choices:
                if draw < share:
                    return go_wrong(happening)
                draw -= share
        return self._send(happening, self._typed(happening))

    def until(self, end: int) -> Iterator[Delivery]:
        """Yield the lines that arrive before the moment `end`, in order of arrival."""
        while self._waiting and self._waiting[0].arrival < end:
            yield heappop(self._waiting)

    def _letter(self, system: str, recorded: int, correction_of: str | None = None) -> Letter:
        self._written += 1
        number = f"{system}-{self._written:07d}"
        return Letter(self._office.province, number, recorded, correction_of)

    def _arrive(self, arrival: int, line: bytes) -> None:
        self._posted += 1
        heappush(self._waiting, Delivery(arrival, self._posted, line))

    def _deliver(self, arrival: int, happening: Happening, letter: Letter) -> None:
        """Let a readable report arrive."""
        self._arrive(arrival, encode(envelope(happening, letter)))
        if self._hear is not None and not is_register(happening):
            self._hear(Report(happening.agency, happening.at, arrival))

    def _send(self, happening: Happening, recorded: int) -> Fate:
        self._deliver(recorded, happening, self._letter(happening.system, recorded))
        return Fate(stands=True, settled=recorded)

    def _by_closing(self, happening: Happening, moment: int) -> int:
        """Return `moment`, or the last one before the books of what has happened are closed."""
        closing = self._office.closing
        return moment if happening.at >= closing else min(moment, closing - 1)

    def _typed(self, happening: Happening) -> int:
        """Return when a report in time is written."""
        return self._by_closing(happening, happening.at + self._chance.below(TYPING_SECONDS))

    def _days_later(self, happening: Happening, moment: int, most: int) -> int:
        later = (
            moment
            + self._chance.between(1, most) * SECONDS_PER_DAY
            - self._chance.below(SECONDS_PER_DAY)
        )
        return self._by_closing(happening, later)

    def _late(self, happening: Happening) -> Fate:
        arrival = self._days_later(happening, happening.at, self._trouble.late_days)
        entered_late = self._chance.happens(0.5)
        recorded = arrival if entered_late else self._typed(happening)
        self._deliver(arrival, happening, self._letter(happening.system, recorded))
        return Fate(stands=True, settled=arrival)

    def _overtaken(self, happening: Happening) -> Fate:
        recorded = self._typed(happening)
        arrival = recorded + self._chance.below(OUT_OF_ORDER_SECONDS)
        arrival = self._by_closing(happening, arrival)
        self._deliver(arrival, happening, self._letter(happening.system, recorded))
        return Fate(stands=True, settled=arrival)

    def _twice(self, happening: Happening) -> Fate:
        recorded = self._typed(happening)
        letter = self._letter(happening.system, recorded)
        self._deliver(recorded, happening, letter)
        again = recorded + self._chance.below(3 * SECONDS_PER_DAY)
        self._deliver(self._by_closing(happening, again), happening, letter)
        return Fate(stands=True, settled=recorded)

    def _corrected(self, happening: Happening) -> Fate:
        first = self._letter(happening.system, self._typed(happening))
        mended = self._days_later(happening, first.recorded, CORRECTION_DAYS)
        arrival = first.recorded
        if self._chance.happens(0.2):  # the correction overtakes what it corrects
            arrival = self._days_later(happening, mended, 3)
        self._deliver(arrival, self._mistaken(happening), first)
        self._deliver(mended, happening, self._letter(happening.system, mended, first.id))
        return Fate(stands=True, settled=mended)

    def _retracted(self, happening: Happening) -> Fate:
        first = self._letter(happening.system, self._typed(happening))
        withdrawn = self._days_later(happening, first.recorded, CORRECTION_DAYS)
        way = self._chance.random()
        arrival = first.recorded if way < 0.7 else self._days_later(happening, withdrawn, 3)
        self._deliver(arrival, happening, first)
        retraction = _retraction(happening, withdrawn)
        self._deliver(withdrawn, retraction, self._letter(happening.system, withdrawn))
        if way < 0.25:
            return self._send(happening, self._days_later(happening, withdrawn, CORRECTION_DAYS))
        return Fate(stands=False, settled=withdrawn)

    def _broken_first(self, happening: Happening) -> Fate:
        recorded = self._typed(happening)
        reason, spoil = BROKEN[self._broken % len(BROKEN)]
        if reason == "too_large" and self._broken >= len(BROKEN):
            reason, spoil = BROKEN[0]  # one line of a MiB is enough
        self._broken += 1
        self._arrive(recorded, spoil(envelope(happening, self._letter(happening.system, recorded))))
        mended = recorded + 60 * self._chance.between(5, 120)
        return self._send(happening, self._by_closing(happening, mended))

    def _mistaken(self, happening: Happening) -> Happening:
        mistakes = MISTAKES.get(happening.type, ())
        place = self._chance.below(len(mistakes) + 1)
        if place == len(mistakes):
            return self._other_agency(happening)
        field = mistakes[place].field
        data: Data = {**happening.data, field: self._wrong(happening, mistakes[place])}
        return happening._replace(data=data)

    def _wrong(
        self, happening: Happening, mistake: Mistake
    ) -> str | float | bool | list[str] | None:
        if mistake.pool == "earlier":
            return stamp(happening.at - SECONDS_PER_DAY * self._chance.between(1, 5))
        options = self._office.pools[mistake.pool] if mistake.pool else mistake.choices
        return self._chance.pick(options)

    def _other_agency(self, happening: Happening) -> Happening:
        other = self._chance.pick(self._office.pools["agencies"])
        data = happening.data
        if "agency_id" in data and happening.type not in AGENCY_IN_KEY:
            data = {**data, "agency_id": other}
        return happening._replace(agency=other, data=data)


def is_register(happening: Happening) -> bool:
    """Whether it is an entry of a register: those are never in trouble and are no sign of life."""
    return happening.type.endswith(".registered")


def _retraction(happening: Happening, at: int) -> Happening:
    data: Data = {"type": happening.type, "subject": happening.key, "reason": "Nhập nhầm"}
    field = MOMENT_FIELDS.get(happening.type)
    if field is not None:
        data["moment"] = happening.data[field]
    return Happening("fact.retracted", happening.key, at, happening.agency, happening.system, data)
