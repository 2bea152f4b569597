"""Dossiers of the one-stop units: taken in, handled, passed on, resolved early or late, and what citizens say of it.

One busy office has a bad spell in which nothing is resolved in time; it catches up, so its alert can be seen to resolve.
"""

from dataclasses import dataclass
from typing import Final

from streams.simulator.agencies import Agency
from streams.simulator.registers import procedure_id
from streams.simulator.wire import SECONDS_PER_DAY, Data, Happening, key_of, stamp
from streams.simulator.world import WEEKEND, World

DOSSIERS_PER_WEEKDAY: Final = 2.8
CLOSING_SECOND: Final = 17 * 3600
ALLOTTED_WORKING_DAYS: Final = (3, 3, 5, 5, 7, 10, 15)
SPELL: Final = (25, 95)
"""First and last day of the bad spell, counted from the plan's first day."""

SUBMITTERS: Final = ("citizen", "citizen", "citizen", "enterprise", "organisation")


@dataclass(frozen=True, slots=True)
class Dossier:
    """A dossier as it was taken in."""

    id: str
    agency: str
    procedure: str
    online_level: int
    received: int
    due: int | None


class Dossiers:
    """Takes dossiers in and tells at once how each of them will go."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._drift = world.profile.drift
        self._chance = world.chance("dossiers")
        self._number = 0
        first = world.profile.first
        self._spell = range(
            (first + SPELL[0]) * SECONDS_PER_DAY, (first + SPELL[1]) * SECONDS_PER_DAY
        )

    def open(self) -> None:
        """Nothing is open on the first day."""

    def run(self, day: int) -> None:
        """Take in the dossiers of `day`."""
        for _ in range(self._chance.count(self._world.rate(DOSSIERS_PER_WEEKDAY, day))):
            self._take_in(day)

    def _take_in(self, day: int) -> None:
        chance, progress = self._chance, self._world.progress(day)
        agency = chance.pick_early(self._world.busy)
        at = chance.office_moment(day)
        online_level = chance.pick((3, 3, 4)) if chance.happens(0.6) else 2
        online = online_level > 2 and chance.happens(self._drift.intake_online.at(progress))
        due = None
        if chance.happens(0.94):
            due = (
                _working_days_later(day, chance.pick(ALLOTTED_WORKING_DAYS)) * SECONDS_PER_DAY
                + CLOSING_SECOND
            )
        self._number += 1
        dossier = Dossier(
            f"{agency.code}-{stamp(at)[2:10].replace('-', '')}-{self._number:04d}",
            agency.code,
            procedure_id(self._world, 1 + chance.below(self._world.profile.procedures.total)),
            online_level,
            at,
            due,
        )
        data: Data = {
            "dossier_id": dossier.id,
            "procedure_id": dossier.procedure,
            "agency_id": agency.code,
            "intake_channel": "online" if online else "counter" if chance.happens(0.93) else "post",
            "procedure_online_level": online_level,
            "received_at": stamp(at),
            "due_at": None if due is None else stamp(due),
            "submitter_type": chance.pick(SUBMITTERS),
        }
        self._world.tell(Happening("dossier.received", dossier.id, at, agency.code, "motcua", data))
        self._handle(dossier, agency, progress)

    def _handle(self, dossier: Dossier, agency: Agency, progress: float) -> None:
        chance = self._chance
        end = dossier.due or dossier.received + 7 * SECONDS_PER_DAY
        if chance.happens(0.2):
            started = dossier.received + chance.below(max(end - dossier.received, 1)) // 2
            self._status(dossier, "in_process", "received", started)
            if chance.happens(0.4):
                stay = chance.between(1, 5) * SECONDS_PER_DAY
                asked = self._office_hours(started + SECONDS_PER_DAY)
                waiting = chance.pick(("waiting_for_applicant", "waiting_for_payment", "paused"))
                self._status(dossier, waiting, "in_process", asked)
                self._status(dossier, "in_process", waiting, self._office_hours(asked + stay))
                end += stay
        if chance.happens(0.08):
            self._transfer(dossier)
        if not chance.happens(0.015):  # a few are forgotten
            self._resolve(dossier, self._resolved_at(dossier, agency, end, progress), progress)

    def _resolved_at(self, dossier: Dossier, agency: Agency, end: int, progress: float) -> int:
        chance = self._chance
        in_spell = agency is self._world.busy[0] and dossier.received in self._spell
        if in_spell and chance.happens(0.85):
            return self._office_hours(
                max(end, self._spell.stop) + chance.between(1, 12) * SECONDS_PER_DAY
            )
        if chance.happens(self._drift.on_time.at(progress)):
            span = max(end - dossier.received, 7200)
            return dossier.received + 3600 + int(chance.random() ** 0.5 * (span - 7200))
        return self._office_hours(end + chance.between(1, 25) * SECONDS_PER_DAY)

    def _office_hours(self, moment: int) -> int:
        """Return a moment within office hours on the working day of `moment`, or on the next one."""
        day = moment // SECONDS_PER_DAY
        return self._chance.office_moment(
            day if day % 7 not in WEEKEND else _working_days_later(day, 1)
        )

    def _resolve(self, dossier: Dossier, at: int, progress: float) -> None:
        chance = self._chance
        draw = chance.random()
        level_4 = chance.happens(self._drift.processed_at_level_4.at(progress))
        data: Data = {
            "dossier_id": dossier.id,
            "procedure_id": dossier.procedure,
            "agency_id": dossier.agency,
            "due_at": None,
            "resolved_at": stamp(at),
            "outcome": "granted" if draw < 0.92 else "rejected" if draw < 0.97 else "withdrawn",
            "processing_level": 4 if level_4 else min(dossier.online_level, 3),
            "result_channel": "online" if level_4 else chance.pick(("counter", "counter", "post")),
        }
        self._world.tell(
            Happening("dossier.resolved", dossier.id, at, dossier.agency, "motcua", data)
        )
        if chance.happens(0.06):
            self._survey(dossier, at)

    def _status(self, dossier: Dossier, to: str, before: str, at: int) -> None:
        paper = self._chance.happens(0.15)
        data: Data = {
            "dossier_id": dossier.id,
            "from_status": before,
            "to_status": to,
            "medium": "paper" if paper else "software",
            "status_at": stamp(at),
            "entered_at": stamp(at + (SECONDS_PER_DAY if paper else 0)),
        }
        self._world.tell(
            Happening("dossier.status_changed", dossier.id, at, dossier.agency, "motcua", data)
        )

    def _transfer(self, dossier: Dossier) -> None:
        other = self._chance.pick(self._world.busy).code
        at = dossier.received + self._chance.between(1800, 20_000)
        data: Data = {
            "dossier_id": dossier.id,
            "from_agency_id": dossier.agency,
            "to_agency_id": other,
            "electronic": self._chance.happens(0.7),
            "signed": self._chance.happens(0.4),
            "transferred_at": stamp(at),
        }
        self._world.tell(
            Happening(
                "dossier.transferred",
                key_of(dossier.id, dossier.agency, other),
                at,
                dossier.agency,
                "motcua",
                data,
            )
        )

    def _survey(self, dossier: Dossier, resolved: int) -> None:
        at = resolved + self._chance.between(600, 200_000)
        survey = f"KS-{dossier.id}"
        data: Data = {
            "survey_id": survey,
            "dossier_id": dossier.id,
            "agency_id": dossier.agency,
            "score": self._chance.between(2, 5),
            "electronic": self._chance.happens(0.5),
            "responded_at": stamp(at),
        }
        self._world.tell(Happening("survey.responded", survey, at, dossier.agency, "khaosat", data))


def _working_days_later(day: int, number: int) -> int:
    """Return the day that is `number` working days after `day`, by the week alone."""
    while number > 0:
        day += 1
        if day % 7 not in WEEKEND:
            number -= 1
    return day
