"""Part B of the oracle, summed: what the measures of a province amount to, over days and agencies, and whom its register names.

Each measure is worked out from the facts once, and kept: nothing is added up before it is asked for.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from models.definitions import ListRow, Measure, MeasureReference, Population
from tests.support.oracle.amounts import Amount, Level, flow, latest, level
from tests.support.oracle.facts import World


@dataclass
class Known:
    """What the measures of a province amount to; each is worked out once and kept."""

    world: World
    named: Mapping[str, Measure]
    lists: Mapping[str, Sequence[ListRow]] = field(default_factory=dict)
    _flows: dict[int, list[Amount]] = field(default_factory=dict)
    _levels: dict[tuple[int, int], Level] = field(default_factory=dict)

    def measure(self, reference: MeasureReference) -> Measure:
        """Return the measure that a name means, or the one said in place."""
        return self.named[reference] if isinstance(reference, str) else reference

    def flow(self, measure: Measure) -> list[Amount]:
        """Return the amounts of a flow."""
        if id(measure) not in self._flows:
            self._flows[id(measure)] = flow(self.world, measure, self.named)
        return self._flows[id(measure)]

    def level(self, measure: Measure, day: int) -> Level:
        """Return a stock at the end of a day."""
        place = (id(measure), day)
        if place not in self._levels:
            self._levels[place] = level(self.world, measure, day, self.named)
        return self._levels[place]

    def is_flow(self, reference: MeasureReference) -> bool:
        """Tell whether amounts of the measure are dated."""
        return reference == "records" or self.measure(reference).flow is not None

    def total(
        self,
        reference: MeasureReference,
        days: tuple[int, int],
        agencies: set[str] | None,
        bucket: str | None = None,
    ) -> Any:  # noqa: ANN401 - an int or a Decimal
        """Sum a measure over days and agencies (None: all), or read it at the last of the days."""
        if reference == "records":
            return sum(
                days[0] <= day <= days[1] and (agencies is None or agency in agencies)
                for agency, day in self.world.records
            )
        measure = self.measure(reference)
        if measure.flow is not None:
            return sum(
                one.amount
                for one in self.flow(measure)
                if days[0] <= one.day <= days[1]
                and (agencies is None or one.agency in agencies)
                and bucket in {None, one.bucket}
            )
        if measure.latest is not None:
            return latest(self.world, measure.latest, measure.subject, days[1], agencies)
        return sum(
            amount
            for (row, agency), amount in self.level(measure, days[1]).items()
            if (agencies is None or agency in agencies) and bucket in {None, row}
        )

    def population(self, population: Population, day: int, *, active: bool) -> set[str]:
        """Return the agencies that the register says this of on `day`."""
        register = self.world.register(day)
        codes = self.world.active(day) if active else set(register)
        return {code for code in codes if self._fits(population, code, day)}

    def _fits(self, wanted: Population, code: str, day: int) -> bool:
        register = self.world.register(day)
        entry = register[code]
        flags = ("is_administrative", "handles_procedures", "has_one_stop_unit")
        parent = register.get(str(entry.get("parent_agency_id")), {})
        return (
            (wanted.level is None or entry["level"] in wanted.level)
            and (wanted.block is None or entry["block"] in wanted.block)
            and (wanted.parent_level is None or parent.get("level") in wanted.parent_level)
            and (wanted.members is None or code in {r.code for r in self.lists[wanted.members]})
            and all(getattr(wanted, f) is None or entry[f] is getattr(wanted, f) for f in flags)
        )
