"""What compiling a province gathers: the measures that its indicators read, and the panes derived from them.

A measure is compiled when it is first read, so one that no indicator of the province reads costs it nothing.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from models.catalogue.versions import measure_version
from models.definitions import (
    Condition,
    ListRow,
    Measure,
    MeasureReference,
    Population,
    WindowName,
)
from models.derived import AgencyDerivation, RowDerivation
from models.errors import CatalogueError
from models.events import VOCABULARY, FieldKind
from models.forms import LatestForm
from models.gathering import Faults, every
from models.measures import RECORDS, CompiledMeasure, compile_measure
from models.place import Place, did_you_mean

Named = Mapping[str, tuple[str, Measure]]
"""Name -> (file, measure): the measures that a province's definitions may name."""


_REGISTERED: Final = {"level": "level", "parent_level": "level", "block": "block"}
"""Fields of a population that take words of the register: the field of `agency.registered` that has them."""


def no_list(place: Place, name: str | None, lists: Collection[str]) -> CatalogueError:
    """Return the error of a list that the plan does not have."""
    mend = did_you_mean(str(name), lists, "write it under `lists`")
    return place.error("list", f"{name} is no list of the plan", word=name, mend=mend)


def stocks_of(named: Named) -> dict[str, tuple[str, Condition]]:
    """Return the conditions that may be named: those of the named stock measures."""
    return {name: (m.subject, m.stock) for name, (_, m) in named.items() if m.stock is not None}


@dataclass(slots=True)
class Draft:
    """A province's catalogue while it is compiled."""

    named: Named
    lists: Mapping[str, Sequence[ListRow]]
    stocks: Mapping[str, tuple[str, Condition]]
    measures: dict[str, CompiledMeasure] = field(default_factory=dict)
    versions: dict[str, str] = field(default_factory=dict)
    """Of the compiled measures: see `measure_version`."""
    agency_derivations: list[AgencyDerivation] = field(default_factory=list)
    row_derivations: list[RowDerivation] = field(default_factory=list)

    def measure(self, reference: MeasureReference, place: Place, role: str) -> str:
        """Compile a measure, unless it is compiled already, and return its id."""
        if isinstance(reference, Measure):
            name = f"{place.id}.{role}"
            self._compile(name, reference, place)
            return name
        if reference == RECORDS or reference in self.measures:
            return reference
        if reference not in self.named:
            raise place.error(
                role,
                f"{reference} is no measure",
                word=reference,
                mend=did_you_mean(reference, self.named, "define it under `measures`"),
            )
        file, measure = self.named[reference]
        self._compile(reference, measure, Place(file, reference))
        return reference

    def _compile(self, name: str, measure: Measure, place: Place) -> None:
        self.measures[name] = compile_measure(name, measure, place, self.stocks)
        self.versions[name] = measure_version(measure, self.stocks)

    def several(
        self, references: Iterable[MeasureReference], place: Place, role: str
    ) -> tuple[str, ...]:
        """Compile measures that are summed and return their ids; those said in place are numbered."""
        numbered = enumerate(references, 1)
        return tuple(every(lambda one: self.summed(one[1], place, f"{role}{one[0]}"), numbered))

    def summed(self, reference: MeasureReference, place: Place, role: str) -> str:
        """Compile a measure whose amounts are summed and return its id."""
        name = self.measure(reference, place, role)
        if name != RECORDS and self.measures[name].latest:
            raise place.error(
                role,
                "a `latest` is no sum; it stands alone",
                mend="take a flow or a stock, or the form `latest`",
            )
        return name

    def side(
        self, references: Sequence[MeasureReference], place: Place, role: str
    ) -> tuple[str, ...] | LatestForm:
        """Compile a side of a ratio: measures that are summed, or one last value."""
        if len(references) == 1:
            name = self.measure(references[0], place, f"{role}1")
            if name != RECORDS and self.measures[name].latest:
                return LatestForm(name)
        return self.several(references, place, role)

    def bucketed(self, reference: MeasureReference, place: Place, role: str, why: str) -> str:
        """Compile a measure that must have buckets and return its id."""
        name = self.summed(reference, place, role)
        if name == RECORDS or self.measures[name].bucket is None:
            raise place.error(
                role, f"{name} has no bucket{why}", mend="take a measure with a `bucket`"
            )
        return name

    def numbered(self, reference: MeasureReference, place: Place, role: str) -> str:
        """Compile a measure whose buckets must be whole numbers and return its id."""
        name = self.bucketed(reference, place, role, "")
        kind = self.measures[name].bucket
        if kind is not FieldKind.INTEGER:
            raise place.error(
                role,
                f"the buckets of {name} are no whole numbers",
                mend="take a measure whose `bucket` is a whole number",
            )
        return name

    def last_value(self, measure: Measure, place: Place, role: str) -> LatestForm:
        """Compile a measure that must be a last value."""
        if measure.latest is None:
            raise place.error(
                role, "needs a measure of the form latest", mend="write {subject: ..., latest: ...}"
            )
        return LatestForm(self.measure(measure, place, role))

    def is_stock(self, name: str) -> bool:
        """Return whether a compiled measure is a stock."""
        return name != RECORDS and self.measures[name].stock

    def counts_events(self, name: str) -> bool:
        """Return whether a compiled measure counts what happened: amounts of 1 on days, never less than none."""
        return name == RECORDS or (not self.measures[name].stock and self.measures[name].counts)

    def reads(self, names: Iterable[str]) -> frozenset[str]:
        """Return the fact types that compiled measures read."""
        return frozenset().union(*(self.measures[name].reads for name in names if name != RECORDS))

    def ingredients(self, names: Iterable[str]) -> frozenset[str]:
        """Return the measures that make others: a derived one is made of those that its conditions read."""
        made_of = {one.met: one.reads for one in self.agency_derivations}
        made_of |= {one.met: one.reads for one in self.row_derivations}
        return frozenset().union(*(made_of.get(name, frozenset({name})) for name in names))

    def window(
        self, names: Sequence[str], given: WindowName | None, default: WindowName, place: Place
    ) -> WindowName:
        """Return the window that measures are read over; a stock has only one."""
        stocks = {self.is_stock(name) for name in names}
        if len(stocks) > 1:
            raise place.error(
                "window",
                "flows and stocks cannot be read over one window",
                mend="take measures of one kind only",
            )
        if stocks == {True}:
            if given not in {None, WindowName.NOW}:
                raise place.error(
                    "window",
                    f"a stock is read now, not over {given}",
                    word=str(given),
                    mend="take `window` away",
                )
            return WindowName.NOW
        return given if given is not None else default

    def check_population(self, population: Population | None, place: Place) -> None:
        """Refuse a population that names a list which the plan does not have, or a word which the register does not."""
        if population is None:
            return
        faults = Faults()
        if population.members not in {None, *self.lists}:
            faults.add(*no_list(place, population.members, self.lists).faults)
        for asked, kept_as in _REGISTERED.items():
            known = VOCABULARY["agency.registered"].fields[kept_as].choices
            for word in getattr(population, asked) or ():
                if word not in known:
                    message = f"{word} is none of {', '.join(known)}"
                    mend = did_you_mean(word, known, "take one of those")
                    faults.add(place.fault(asked, message, word=word, mend=mend))
        faults.raise_any()
