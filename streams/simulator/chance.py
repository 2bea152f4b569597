"""Seeded chance: one stream of random numbers for each (seed, province, purpose).

Only `random()` is drawn, whose sequence Python keeps from version to version; so the same seed gives the same bytes anywhere.
"""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

from streams.simulator.wire import SECONDS_PER_DAY

Item = TypeVar("Item")

OPENING_SECOND = 27_000
"""07:30, when offices open."""

OFFICE_SECONDS = 34_200
"""From 07:30 to 17:00."""


class Chance:
    """Draws from one stream; another purpose has another stream, so a new flow never shifts an old one."""

    def __init__(self, seed: int, province: str, purpose: str) -> None:
        self.random = random.Random(f"{seed}/{province}/{purpose}").random  # noqa: S311 - a simulation, no secret

    def happens(self, share: float) -> bool:
        """Return True in `share` (0 to 1) of the cases."""
        return self.random() < share

    def below(self, bound: int) -> int:
        """Return a number from 0 to `bound` - 1."""
        return int(self.random() * bound)

    def between(self, low: int, high: int) -> int:
        """Return a number from `low` to `high`, both included."""
        return low + int(self.random() * (high - low + 1))

    def count(self, rate: float) -> int:
        """Return how often something of this mean rate happens today: the rate rounded up or down."""
        return int(rate + self.random())

    def pick(self, items: Sequence[Item]) -> Item:
        """Return one of `items`, each as likely as the others."""
        return items[int(self.random() * len(items))]

    def pick_early(self, items: Sequence[Item]) -> Item:
        """Return one of `items`, the first ones more often: a few offices do most of the work."""
        return items[int(self.random() ** 2 * len(items))]

    def shuffled(self, items: Sequence[Item]) -> list[Item]:
        """Return `items` in another order."""
        ranked = sorted((self.random(), place) for place in range(len(items)))
        return [items[place] for _, place in ranked]

    def office_moment(self, day: int) -> int:
        """Return a moment within the office hours of `day`."""
        return day * SECONDS_PER_DAY + OPENING_SECOND + int(self.random() * OFFICE_SECONDS)


@dataclass(frozen=True, slots=True)
class Curve:
    """A share that drifts over a plan: straight lines between points (share of the plan's period, value)."""

    points: tuple[tuple[float, float], ...]

    def at(self, progress: float) -> float:
        """Return the value when `progress` (0 to 1) of the period has passed."""
        before = self.points[0]
        for point in self.points:
            if progress < point[0]:
                run = (progress - before[0]) / (point[0] - before[0])
                return before[1] + run * (point[1] - before[1])
            before = point
        return before[1]

    def reaches(self, value: float) -> float | None:
        """Return when a curve that never falls first comes to `value`; None: never."""
        before = self.points[0]
        if before[1] >= value:
            return before[0]
        for point in self.points[1:]:
            if point[1] >= value:
                return before[0] + (value - before[1]) / (point[1] - before[1]) * (
                    point[0] - before[0]
                )
            before = point
        return None


def line(start: float, end: float) -> Curve:
    """Return the curve that goes straight from `start` to `end`."""
    return Curve(((0.0, start), (1.0, end)))
