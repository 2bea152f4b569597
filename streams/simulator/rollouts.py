"""Systems, links and online levels that reach agencies one after another, as the plan's coverage targets want.

Who is reached when follows from the curve alone: with n agencies, exactly curve x n have been reached on any day.
"""

from collections import defaultdict
from collections.abc import Iterator
from typing import Final

from streams.simulator.agencies import Agency
from streams.simulator.chance import Curve
from streams.simulator.profiles import Rollout
from streams.simulator.registers import MIDNIGHT_TO_OTHERS, procedure_id, procedure_owner
from streams.simulator.wire import SECONDS_PER_DAY, Data, Happening, date_text, key_of, stamp
from streams.simulator.world import World

ONLINE: Final = 3
"""From this level on a service has an address; one in five is not in the portal."""


class Rollouts:
    """Deploys systems, connects links and raises online levels on the days that their curves say."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._chance = world.chance("rollouts")
        self._first = world.profile.first
        self._agenda: dict[int, list[Happening]] = defaultdict(list)

    def open(self) -> None:
        """Draw who is reached when; what is there already is reported in the first week."""
        for rollout in self._world.profile.rollouts:
            agencies = [agency for agency in self._world.agencies if agency.level in rollout.levels]
            for agency, progress in self._reached(agencies, rollout.curve):
                self._plan(rollout, agency, progress)
        self._procedures()

    def run(self, day: int) -> None:
        """Tell what is reached on `day`."""
        for happening in self._agenda.pop(day, ()):
            self._world.tell(happening)

    def _reached(self, agencies: list[Agency], curve: Curve) -> Iterator[tuple[Agency, float]]:
        for place, agency in enumerate(self._chance.shuffled(agencies)):
            progress = curve.reaches((place + 0.5) / len(agencies))
            if progress is not None:
                yield agency, progress

    def _plan(self, rollout: Rollout, agency: Agency, progress: float) -> None:
        reached = day = self._world.day_at(progress)
        if progress <= 0:
            day = self._world.first_reports[agency.code]
            reached = self._first - self._chance.between(30, 700)
        at = self._chance.office_moment(day)
        tell = self._link if rollout.link else self._system
        self._agenda[day].append(tell(rollout, agency, at, date_text(reached)))

    def _system(self, rollout: Rollout, agency: Agency, at: int, deployed: str) -> Happening:
        system = system_id(rollout.item or rollout.kind, agency.code)
        data: Data = {
            "system_id": system,
            "system_type": rollout.kind,
            "agency_id": agency.code,
            "stage": "effective" if self._chance.happens(0.3) else "in_use",
            "deployed_at": deployed,
            "plan_item": rollout.item,
        }
        return Happening(
            "system.deployed", key_of(system, agency.code), at, agency.code, "hethong", data
        )

    def _link(self, rollout: Rollout, agency: Agency, at: int, connected: str) -> Happening:
        link = system_id(rollout.item or rollout.kind, agency.code)
        data: Data = {
            "link_id": link,
            "from_id": agency.code,
            "to_id": self._world.agencies[0].code,
            "agency_id": agency.code,
            "link_type": rollout.kind,
            "active": True,
            "connected_at": connected,
            "plan_item": rollout.item,
        }
        return Happening("system.connected", link, at, agency.code, "hethong", data)

    def _procedures(self) -> None:
        register = self._world.profile.procedures
        numbers = self._chance.shuffled(range(1, register.total + 1))
        for place, number in enumerate(numbers):
            share = (place + 0.5) / register.total
            level = 0
            for target, curve in (
                (2, register.level_2),
                (3, register.level_3),
                (4, register.level_4),
            ):
                progress = curve.reaches(share)
                if progress is not None and not _passed_at_start(
                    target, share, register.level_3, register.level_4
                ):
                    self._raise_level(number, level, target, progress)
                    level = target

    def _raise_level(self, number: int, old: int, new: int, progress: float) -> None:
        day = self._world.day_at(progress)
        at = effective = self._chance.office_moment(day)
        if progress <= 0:
            at = day * SECONDS_PER_DAY + MIDNIGHT_TO_OTHERS
            effective -= self._chance.between(30, 700) * SECONDS_PER_DAY
        code = procedure_id(self._world, number)
        owner = procedure_owner(self._world, number).code
        data: Data = {
            "procedure_id": code,
            "agency_id": owner,
            "old_level": old,
            "new_level": new,
            "url": f"https://dichvucong.example.vn/{code}"
            if new >= ONLINE and number % 5
            else None,
            "effective_at": stamp(effective),
        }
        self._agenda[day].append(
            Happening(
                "procedure.online_level_changed", key_of(code, owner), at, owner, "tthc", data
            )
        )


def _passed_at_start(target: int, share: float, level_3: Curve, level_4: Curve) -> bool:
    """Whether a procedure already stands above `target` on the first day: then only the higher level is told."""
    above = {2: (level_3, level_4), 3: (level_4,), 4: ()}[target]
    return any(curve.at(0.0) >= share for curve in above)


def system_id(kind: str, code: str) -> str:
    """Return the id of an agency's system or link of a kind."""
    return f"{kind}-{code}"
