"""What a run is made from: the seed, how much happens, what goes wrong, and which days of the plans are simulated.

The same scenario gives the same bytes, whatever the machine, and whether the lines come at once or live.
"""

from dataclasses import dataclass, field, replace
from datetime import date
from typing import Final

from models.days import Day, day_from_date
from models.errors import UsageError
from streams.simulator.profiles import PROFILES, Profile
from streams.simulator.trouble import Trouble

EARLIEST: Final = day_from_date(date(2000, 1, 1))
"""Events from before 2000 are refused."""
LATEST: Final = day_from_date(date(2090, 1, 1))
FEWEST_AGENCIES: Final = 3
MOST_OFFICIALS: Final = 9999


@dataclass(frozen=True, slots=True)
class Scenario:
    """A run; a seed of its own for every purpose comes from `seed`."""

    seed: int = 1
    days: int | None = None
    """Only so many first days of each plan; None: the whole of it."""
    start: Day | None = None
    """The first day, instead of that of each plan: everything happens so much earlier or later."""
    volume: float = 1.0
    """Factor on the rates of all flows; registers stay."""
    agencies: int = 24
    """Agencies with a daily flow of dossiers and documents: departments and districts, every sixth a commune."""
    officials: int = 14
    """Officials in the register, each with accounts, a computer and classes to attend."""
    trouble: Trouble = field(default_factory=Trouble)

    def check(self) -> None:
        """Raise UsageError, with the mend, where no run can be made from this."""
        if self.days is not None and self.days < 1:
            raise UsageError(
                f"--days is {self.days}; give at least 1, or leave it out for whole plans"
            )
        if self.start is not None and not EARLIEST <= self.start < LATEST:
            raise UsageError("--start is out of reach; give a day from 2000-01-01 to 2089-12-31")
        if not 0 <= self.volume < float("inf"):
            raise UsageError(f"--rate is {self.volume}; give 0 or more, 1 being the usual rate")
        if not 1 <= self.officials <= MOST_OFFICIALS:
            raise UsageError(f"--officials is {self.officials}; give 1 to {MOST_OFFICIALS}")
        self.trouble.check()

    def profile(self, province: str) -> Profile:
        """Return a province as this run has it; UsageError where it has no such province, or too few agencies."""
        profile = PROFILES.get(province)
        if profile is None:
            raise UsageError(f"no province {province!r}; give one of {', '.join(PROFILES)}")
        most = profile.departments + len(profile.districts) + profile.communes
        if not FEWEST_AGENCIES <= self.agencies <= most:
            raise UsageError(
                f"--agencies is {self.agencies}; give {FEWEST_AGENCIES} to {most}, as many as {province} has"
            )
        if self.start is None:
            return profile
        return replace(
            profile, first=self.start, last=Day(self.start + profile.last - profile.first)
        )

    def last_day(self, profile: Profile) -> Day:
        """Return the last simulated day of a province."""
        if self.days is None:
            return profile.last
        return Day(min(profile.last, profile.first + self.days - 1))
