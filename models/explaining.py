"""Why a figure is what it is: how each agency or each row of a list takes part in it, those that lack most first.

What agencies bring adds up to the figure wherever the figure is a sum; nothing here is computed in another way than the figure.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, NamedTuple

from models.catalogue import CompiledTarget, ProvinceCatalogue
from models.changes import Amount, AttainmentRow, Figure, Mark
from models.days import Day
from models.definitions import Indicator
from models.figures import CompiledIndicator, Sources
from models.forms import CountedForm, Scope
from models.messages import Message
from models.panes import ALL
from models.target_judge import TargetJudge
from models.trajectory import Operator
from models.words import conditions_in_words, glossary_of, rows_in_words

DOWNWARDS: Final = frozenset({Operator.AT_MOST, Operator.LESS_THAN})
"""Of such a target little is wanted: whoever is counted comes first."""


class Lack(NamedTuple):
    """A condition that an agency does not meet."""

    number: int
    """Its number in the definition's words, from 1."""
    text: Message


@dataclass(frozen=True, slots=True)
class AgencyPart:
    """What one agency brings to a figure."""

    agency: str
    name: str | None
    """None where no register entry has the code."""
    level: str | None
    figure: Figure
    lacks: tuple[Lack, ...] = ()
    """Of a figure that counts agencies: the conditions that this one does not meet."""


@dataclass(frozen=True, slots=True)
class RowPart:
    """A row of a list, and whether it is met."""

    row: str
    text: Message
    met: bool


@dataclass(frozen=True, slots=True)
class Explanation:
    """A figure of a whole province with what it is made of."""

    day: Day
    """The day that it is read on."""
    total: Figure
    agencies: tuple[AgencyPart, ...]
    rows: tuple[RowPart, ...]
    """Of a figure that counts the rows of a list; it has no agencies."""
    standing: AttainmentRow | None
    """How the target stands; None of an indicator of the house, and before the first day is closed."""


def measures_behind(catalogue: ProvinceCatalogue, indicator: CompiledIndicator) -> frozenset[str]:
    """Return the measures whose panes an explanation of the indicator reads."""
    derived = {one.met: one.reads for one in catalogue.agency_derivations}
    derived |= {one.met: one.reads for one in catalogue.row_derivations}
    own = indicator.form.measures
    return own.union(*(reads for met, reads in derived.items() if met in own))


def explain_target(
    catalogue: ProvinceCatalogue, target: CompiledTarget, sources: Sources, mark: Mark, day: Day
) -> Explanation:
    """Explain a target's figure as it stands at `day`, with all facts known now.

    Args:
        catalogue: that of the target's province.
        target: the target; it must have an indicator.
        sources: at least the panes of `measures_behind`, the kept counts and the register.
        mark: how far the log is folded.
        day: a day of the log; what is not closed yet is not judged.
    """
    indicator = target.indicator
    if indicator is None:
        raise LookupError(f"{target.definition.id} has no indicator")
    read_on = Day(min(day, target.terms.deadline))
    first, closed = mark.first_day, mark.closed
    standing = None
    if first is not None and closed is not None:
        judge = TargetJudge(target, sources, Day(min(first, day)))
        judged = Day(min(day, closed))
        judge.resume(judged)
        standing = judge.row(judged)
        read_on = Day(min(judged, target.terms.deadline))
    asked = _Asked(catalogue, indicator, sources, read_on)
    return asked.explained(target.terms.operator, standing)


def explain_indicator(
    catalogue: ProvinceCatalogue, indicator: CompiledIndicator, sources: Sources, day: Day
) -> Explanation:
    """Explain a figure of the house over its window as of `day`; the arguments are those of `explain_target`."""
    asked = _Asked(catalogue, indicator, sources, day)
    return asked.explained(Operator.AT_LEAST, None)


@dataclass(frozen=True, slots=True)
class _Asked:
    """The figure that is explained: its definition, compiled and as written, and what it is made of."""

    catalogue: ProvinceCatalogue
    indicator: CompiledIndicator
    sources: Sources
    day: Day

    @property
    def written(self) -> Indicator:
        definition, _ = self.catalogue.written(self.indicator)
        return definition

    def explained(self, operator: Operator, standing: AttainmentRow | None) -> Explanation:
        indicator, day = self.indicator, self.day
        total = indicator.figure(self.sources, ALL, indicator.window, day)
        if isinstance(indicator.form, CountedForm) and indicator.form.of is None:
            return Explanation(day, total, (), self._rows(indicator.form.met), standing)
        lacks = self._lacks()
        parts = sorted(
            (self._part(agency, lacks(agency)) for agency in self._codes()),
            key=lambda part: (*_gap(part.figure, operator), part.agency),
        )
        return Explanation(day, total, tuple(parts), (), standing)

    def _codes(self) -> set[str]:
        """Return the agencies that take part: those with an amount, and of `over` all that it names."""
        indicator, panes, day = self.indicator, self.sources.panes, self.day
        form = indicator.form
        if isinstance(form, CountedForm) and form.of is not None:
            of = form.of
            return {one for one in panes.agencies(of) if panes.series(of, "", one).upto(day) > 0}
        codes = {
            agency
            for measure in form.measures
            for bucket in panes.by_bucket(measure, ALL)
            for agency in panes.agencies(measure, bucket)
        }
        if indicator.over is not None:
            register = self.sources.register
            members = register.members(indicator.over, day)
            active = {one for one in members if register.active(one, day)}
            codes = (codes & members) | active
            return {one for one in codes if one in active or self._brings(one)}
        return {one for one in codes if self._brings(one)}

    def _brings(self, agency: str) -> bool:
        return any(self.indicator.part(self.sources, agency, self.day))

    def _part(self, agency: str, lacks: tuple[Lack, ...]) -> AgencyPart:
        entry = self.sources.register.entry(agency, self.day)
        payload = {} if entry is None else entry.payload
        return AgencyPart(
            agency,
            _text(payload.get("name")),
            _text(payload.get("level")),
            self.indicator.part(self.sources, agency, self.day),
            lacks,
        )

    def _lacks(self) -> Callable[[str], tuple[Lack, ...]]:
        """Return what says of an agency which conditions it does not meet."""
        agencies = self.written.agencies
        if agencies is None:
            return lambda _agency: ()
        (derivation,) = (
            one
            for one in self.catalogue.agency_derivations
            if one.met in self.indicator.form.measures
        )
        words = conditions_in_words(glossary_of(self.catalogue), agencies.meet)
        asked = list(zip(derivation.requirements, words, strict=True))
        panes, day = self.sources.panes, self.day
        return lambda agency: tuple(
            Lack(number, said)
            for number, (requirement, said) in enumerate(asked, 1)
            if not requirement.met(Scope(panes, agency), day)
        )

    def _rows(self, measure: str) -> tuple[RowPart, ...]:
        """Return the rows of a list, those that are not met first, in the order of the list."""
        checklist = self.written.checklist
        if checklist is None:
            return ()
        rows = [
            RowPart(row, said, self.sources.panes.series(measure, row, ALL).upto(self.day) > 0)
            for row, said in rows_in_words(glossary_of(self.catalogue), checklist).items()
        ]
        return tuple(sorted(rows, key=lambda row: row.met))


def _gap(figure: Figure, operator: Operator) -> tuple[Amount, ...]:
    """Return a key that puts first who is furthest from what is wanted, of sums those that bring nothing."""
    if figure.denominator is None:
        amount = figure.value or 0
        return (amount != 0, -amount)
    share, whole = figure.numerator or 0, figure.denominator
    gap = share if operator in DOWNWARDS else whole - share
    return (-gap, -whole)


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None
