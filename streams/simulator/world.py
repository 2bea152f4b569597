"""A province under simulation: who is there, what day it is in the plan, and who keeps silent.

The world is made once from the seed; the flows only ask it and tell it what happened.
"""

from collections.abc import Iterator, Sequence
from typing import Protocol

from streams.simulator.agencies import Agency, agencies_of
from streams.simulator.chance import Chance
from streams.simulator.post import Office, Post, is_register
from streams.simulator.profiles import Profile
from streams.simulator.scenario import Scenario
from streams.simulator.wire import SECONDS_PER_DAY, Happening
from streams.simulator.witness import Witness

ENTERPRISES = 20
SILENT_AGENCIES = 3
FIRST_WEEK = 6
WEEKEND = (2, 3)
"""`day % 7` of Saturdays and Sundays: 1 January 1970 was a Thursday."""


class Flow(Protocol):
    """A stream of happenings of one area; it tells them to its world."""

    def open(self) -> None:
        """Tell what is there on the first day."""

    def run(self, day: int) -> None:
        """Tell what happens on `day`, and what follows from it later."""


class World:
    """A province: registers, pools of codes, and the post that takes every report."""

    def __init__(
        self, profile: Profile, scenario: Scenario, witness: Witness | None = None
    ) -> None:
        self.profile = profile
        self.scenario = scenario
        self._witness = witness
        self.agencies = tuple(agencies_of(profile))
        province = profile.province
        offices = [agency for agency in self.agencies if agency.level in {"so", "huyen"}]
        communes = [agency for agency in self.agencies if agency.level == "xa"]
        busy_communes = max(scenario.agencies // 6, scenario.agencies - len(offices))
        chance = self.chance("world")
        self.busy: Sequence[Agency] = (
            *chance.shuffled(offices[: scenario.agencies - busy_communes]),
            *chance.shuffled(communes)[:busy_communes],
        )
        """The agencies with a daily flow, the busiest first."""
        self.officials = tuple(
            f"cb-{profile.code.lower()}-{number:04d}" for number in range(1, scenario.officials + 1)
        )
        self.enterprises = tuple(
            f"dn-{profile.code.lower()}-{number:04d}" for number in range(1, ENTERPRISES + 1)
        )
        self.projects = tuple(f"DA-{profile.code}-{number:02d}" for number in range(1, 13))
        pools = {
            "agencies": [agency.code for agency in self.busy],
            "officials": self.officials,
            "enterprises": self.enterprises,
            "projects": self.projects,
        }
        office = Office(province, (profile.last + 1) * SECONDS_PER_DAY, pools)
        hear = None if witness is None else witness.hear
        self.post = Post(office, scenario.trouble, self.chance("post"), hear)
        self.first_reports = {
            agency.code: profile.first + chance.between(1, FIRST_WEEK) for agency in self.agencies
        }
        """Day of each agency's first report; it tells then what it has had since before the plan."""
        self._silences = {agency.code: silence for agency, silence in self._draw_silences(chance)}

    def _draw_silences(self, chance: Chance) -> Iterator[tuple[Agency, tuple[int, int]]]:
        first = self.profile.first
        rest = [
            agency for agency in self.agencies if agency not in self.busy and agency.administrative
        ]
        for agency in chance.shuffled(rest)[:SILENT_AGENCIES]:
            yield agency, (first, self.profile.last + 1)
        for agency in (self.busy[2], self.busy[-1]):
            start = first + chance.between(30, 70)
            yield agency, (start, start + chance.between(15, 40))

    def chance(self, purpose: str) -> Chance:
        """Return the stream of random numbers for one purpose."""
        return Chance(self.scenario.seed, self.profile.province, purpose)

    def progress(self, day: int) -> float:
        """Return the share of the plan's period that has passed on `day`."""
        return (day - self.profile.first) / (self.profile.last - self.profile.first)

    def day_at(self, progress: float) -> int:
        """Return the day on which `progress` of the period has passed."""
        return self.profile.first + int(progress * (self.profile.last - self.profile.first))

    def rate(self, weekday_rate: float, day: int) -> float:
        """Return how many of something to expect on `day`: few on Saturdays and Sundays."""
        return weekday_rate * self.scenario.volume * (0.05 if day % 7 in WEEKEND else 1.0)

    def owner_of(self, official: str) -> Agency:
        """Return the agency that an official works at."""
        return self.busy[int(official[-4:]) % len(self.busy)]

    def tell(self, happening: Happening) -> None:
        """Report what happened, unless the systems of its agency are silent on that day."""
        if self._is_silent(happening):
            if self._witness is not None:
                self._witness.miss(happening)
            return
        fate = self.post.tell(happening)
        if self._witness is not None:
            self._witness.see(happening, fate)

    def _is_silent(self, happening: Happening) -> bool:
        silence = self._silences.get(happening.agency)
        if silence is None or is_register(happening):
            return False
        return silence[0] <= happening.at // SECONDS_PER_DAY < silence[1]
