"""The post between the agencies and the log: each report gets its trouble and its arrival here, and leaves in order of arrival.

Whatever arrives after the last simulated day is not in the log; the log of fewer days is the beginning of the log of more.
"""

from collections.abc import Iterator, Mapping, Sequence
from heapq import heappop, heappush

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


class Post:
    """Takes happenings, gives lines; `pools` are the codes that a clerk may take for the right one."""

    def __init__(
        self, province: str, trouble: Trouble, pools: Mapping[str, Sequence[str]], chance: Chance
    ) -> None:
        self._province = province
        self._trouble = trouble
        self._pools = pools
        self._chance = chance
        self._waiting: list[tuple[int, int, bytes]] = []
        self._written = 0
        self._posted = 0
        self._broken = 0
        self._choices = (
            (trouble.late, self._late),
            (trouble.duplicated, self._twice),
            (trouble.corrected, self._corrected),
            (trouble.retracted, self._retracted),
            (trouble.broken, self._broken_first),
        )

    def tell(self, happening: Happening) -> None:
        """Take the report of `happening`, and let happen to it what happens to reports."""
        if happening.type.endswith(".registered"):
            self._send(happening, happening.at + self._chance.below(TYPING_SECONDS))
            return
        draw = self._chance.random()
        for share, go_wrong in self._choices:
            if draw < share:
                go_wrong(happening)
                return
            draw -= share
        self._send(happening, happening.at + self._chance.below(TYPING_SECONDS))

    def until(self, end: int) -> Iterator[bytes]:
        """Yield the lines that arrive before the moment `end`, in order of arrival."""
        while self._waiting and self._waiting[0][0] < end:
            yield heappop(self._waiting)[2]

    def _letter(self, system: str, recorded: int, correction_of: str | None = None) -> Letter:
        self._written += 1
        return Letter(self._province, f"{system}-{self._written:07d}", recorded, correction_of)

    def _arrive(self, arrival: int, line: bytes) -> None:
        self._posted += 1
        heappush(self._waiting, (arrival, self._posted, line))

    def _send(self, happening: Happening, recorded: int) -> None:
        self._arrive(
            recorded, encode(envelope(happening, self._letter(happening.system, recorded)))
        )

    def _days_later(self, moment: int, most: int) -> int:
        return (
            moment
            + self._chance.between(1, most) * SECONDS_PER_DAY
            - self._chance.below(SECONDS_PER_DAY)
        )

    def _late(self, happening: Happening) -> None:
        arrival = self._days_later(happening.at, self._trouble.late_days)
        entered_late = self._chance.happens(0.5)
        recorded = arrival if entered_late else happening.at + self._chance.below(TYPING_SECONDS)
        self._arrive(arrival, encode(envelope(happening, self._letter(happening.system, recorded))))

    def _twice(self, happening: Happening) -> None:
        recorded = happening.at + self._chance.below(TYPING_SECONDS)
        line = encode(envelope(happening, self._letter(happening.system, recorded)))
        self._arrive(recorded, line)
        self._arrive(recorded + self._chance.below(3 * SECONDS_PER_DAY), line)

    def _corrected(self, happening: Happening) -> None:
        first = self._letter(happening.system, happening.at + self._chance.below(TYPING_SECONDS))
        mended = self._days_later(first.recorded, CORRECTION_DAYS)
        arrival = first.recorded
        if self._chance.happens(0.2):
            arrival = self._days_later(mended, 3)  # the correction overtakes what it corrects
        self._arrive(arrival, encode(envelope(self._mistaken(happening), first)))
        second = self._letter(happening.system, mended, first.id)
        self._arrive(mended, encode(envelope(happening, second)))

    def _retracted(self, happening: Happening) -> None:
        first = self._letter(happening.system, happening.at + self._chance.below(TYPING_SECONDS))
        withdrawn = self._days_later(first.recorded, CORRECTION_DAYS)
        way = self._chance.random()
        arrival = first.recorded if way < 0.7 else self._days_later(withdrawn, 3)
        self._arrive(arrival, encode(envelope(happening, first)))
        retraction = _retraction(happening, withdrawn)
        self._arrive(
            withdrawn, encode(envelope(retraction, self._letter(happening.system, withdrawn)))
        )
        if way < 0.25:
            self._send(happening, self._days_later(withdrawn, CORRECTION_DAYS))

    def _broken_first(self, happening: Happening) -> None:
        recorded = happening.at + self._chance.below(TYPING_SECONDS)
        reason, spoil = BROKEN[self._broken % len(BROKEN)]
        if reason == "too_large" and self._broken >= len(BROKEN):
            reason, spoil = BROKEN[0]  # one line of a MiB is enough
        self._broken += 1
        self._arrive(recorded, spoil(envelope(happening, self._letter(happening.system, recorded))))
        self._send(happening, recorded + 60 * self._chance.between(5, 120))

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
        options = self._pools[mistake.pool] if mistake.pool else mistake.choices
        return self._chance.pick(options)

    def _other_agency(self, happening: Happening) -> Happening:
        other = self._chance.pick(self._pools["agencies"])
        data = happening.data
        if "agency_id" in data and happening.type not in AGENCY_IN_KEY:
            data = {**data, "agency_id": other}
        return happening._replace(agency=other, data=data)


def _retraction(happening: Happening, at: int) -> Happening:
    data: Data = {"type": happening.type, "subject": happening.key, "reason": "Nhập nhầm"}
    field = MOMENT_FIELDS.get(happening.type)
    if field is not None:
        data["moment"] = happening.data[field]
    return Happening("fact.retracted", happening.key, at, happening.agency, happening.system, data)
