"""Runs of the simulator: provinces side by side, day by day of their plans, as lines in order of arrival.

A province's lines do not depend on which other provinces run beside it, nor on how many days follow.
"""

from collections.abc import Callable, Iterator, Sequence
from heapq import merge
from typing import NamedTuple

from models.days import Day
from streams.simulator.documents import Documents
from streams.simulator.dossiers import Dossiers
from streams.simulator.economy import Economy
from streams.simulator.people import People
from streams.simulator.post import Delivery
from streams.simulator.profiles import Profile
from streams.simulator.programme import Programme
from streams.simulator.projects import Projects
from streams.simulator.registers import Registers
from streams.simulator.reports import Reports
from streams.simulator.rollouts import Rollouts
from streams.simulator.scenario import Scenario
from streams.simulator.systems import Systems
from streams.simulator.trouble import Trouble
from streams.simulator.truth import Truth
from streams.simulator.wire import SECONDS_PER_DAY
from streams.simulator.witness import Witness
from streams.simulator.world import Flow, World

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


class Timed(NamedTuple):
    """A line, and when it arrives."""

    elapsed: int
    """Seconds since the beginning of the first day of its province."""
    arrival: int
    """A moment."""
    line: bytes


class Simulation:
    """One run over some provinces; its lines can be taken once, either at once or timed."""

    def __init__(
        self, scenario: Scenario, provinces: Sequence[str], *, witnessed: bool = False
    ) -> None:
        """Make the worlds; UsageError for an unknown province, or a scenario that cannot be.

        With `witnessed` the truth can be asked for, which takes memory for all that happens.
        """
        scenario.check()
        self._runs = [
            _Run(scenario, scenario.profile(province), Witness() if witnessed else None)
            for province in provinces
        ]

    def lines(self) -> Iterator[bytes]:
        """Yield the first day of every province, then the second: the long plans end last."""
        going = [run.days() for run in self._runs]
        while going:
            left = []
            for run in going:
                deliveries = next(run, None)
                if deliveries is not None:
                    yield from (delivery.line for delivery in deliveries)
                    left.append(run)
            going = left

    def timed(self) -> Iterator[Timed]:
        """Yield the lines of all provinces as time passes, each province counting from its own first day."""
        return merge(*(run.timed() for run in self._runs), key=lambda timed: timed.elapsed)

    def truth(self) -> list[Truth]:
        """Return what really happened in each province; only after the last line, and where there was a witness."""
        return [run.truth() for run in self._runs]


class _Run:
    """One province."""

    def __init__(self, scenario: Scenario, profile: Profile, witness: Witness | None) -> None:
        self._scenario = scenario
        self._profile = profile
        self._witness = witness
        self._last = scenario.last_day(profile)

    def days(self) -> Iterator[Iterator[Delivery]]:
        """Yield the deliveries of each day."""
        world = World(self._profile, self._scenario, self._witness)
        flows = [flow(world) for flow in FLOWS]
        for flow in flows:
            flow.open()
        for day in range(self._profile.first, self._last + 1):
            for flow in flows:
                flow.run(day)
            yield world.post.until((day + 1) * SECONDS_PER_DAY)

    def timed(self) -> Iterator[Timed]:
        """Yield the deliveries with the time that has passed."""
        start = self._profile.first * SECONDS_PER_DAY
        for deliveries in self.days():
            for arrival, _, line in deliveries:
                yield Timed(arrival - start, arrival, line)

    def truth(self) -> Truth:
        if self._witness is None:
            raise RuntimeError("the run had no witness")
        return Truth(self._profile, self._witness, self._last)


def span(province: str) -> tuple[Day, Day]:
    """Return the first and the last day of the province's plan."""
    profile = Scenario().profile(province)
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
    troubled = Trouble() if trouble is None else trouble
    scenario = Scenario(seed=seed, days=days, volume=volume, trouble=troubled)
    return Simulation(scenario, provinces).lines()
