"""Runs of the simulator: provinces side by side, day by day of their plans, as lines in order of arrival.

A province's lines do not depend on which other provinces run beside it, nor on how many days follow.
"""

from collections.abc import Callable, Iterator, Sequence

from models.days import Day
from models.errors import UsageError
from streams.simulator.documents import Documents
from streams.simulator.dossiers import Dossiers
from streams.simulator.economy import Economy
from streams.simulator.people import People
from streams.simulator.profiles import PROFILES, Profile
from streams.simulator.programme import Programme
from streams.simulator.projects import Projects
from streams.simulator.registers import Registers
from streams.simulator.reports import Reports
from streams.simulator.rollouts import Rollouts
from streams.simulator.systems import Systems
from streams.simulator.trouble import Trouble
from streams.simulator.wire import SECONDS_PER_DAY
from streams.simulator.world import Flow, Scenario, World

FLOWS: Sequence[Callable[[World], Flow]] = (
    Registers,
    Rollouts,
    Systems,
    People,
    Projects,
    Programme,
    Reports,
    Documents,
    Dossiers,
    Economy,
)
"""Everything that happens in a province; the order is that of equal arrivals."""


def span(province: str) -> tuple[Day, Day]:
    """Return the first and the last day of the province's plan."""
    profile = _profile(province)
    return profile.first, profile.last


def simulate(
    seed: int,
    provinces: Sequence[str],
    days: int | None = None,
    *,
    volume: float = 1.0,
    trouble: Trouble | None = None,
) -> Iterator[bytes]:
    """Return the lines of `provinces` (slugs), without newlines; the same arguments give the same bytes.

    `days`: only so many first days of each plan. `volume`: factor on the rates of all flows. `trouble`: what goes
    wrong on the way, by default a little of everything. Raises `UsageError` for an unknown province or no days.
    """
    if days is not None and days < 1:
        message = f"--days is {days}; give at least 1, or leave it out for whole plans"
        raise UsageError(message)
    scenario = Scenario(seed, volume, Trouble() if trouble is None else trouble)
    runs = [_lines_by_day(_profile(province), scenario, days) for province in provinces]
    return _side_by_side(runs)


def _profile(province: str) -> Profile:
    profile = PROFILES.get(province)
    if profile is None:
        message = f"no province {province!r}; give one of {', '.join(PROFILES)}"
        raise UsageError(message)
    return profile


def _side_by_side(runs: Sequence[Iterator[Iterator[bytes]]]) -> Iterator[bytes]:
    """Yield the first day of every province, then the second: the long plans end last."""
    going = list(runs)
    while going:
        left = []
        for run in going:
            lines = next(run, None)
            if lines is not None:
                yield from lines
                left.append(run)
        going = left


def _lines_by_day(
    profile: Profile, scenario: Scenario, days: int | None
) -> Iterator[Iterator[bytes]]:
    world = World(profile, scenario)
    flows = [flow(world) for flow in FLOWS]
    for flow in flows:
        flow.open()
    last = profile.last if days is None else min(profile.last, profile.first + days - 1)
    for day in range(profile.first, last + 1):
        for flow in flows:
            flow.run(day)
        yield world.post.until((day + 1) * SECONDS_PER_DAY)
