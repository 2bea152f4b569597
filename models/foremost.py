"""Which agencies a problem is foremost seen at: whom a supervisor should ask first.

A share names the agencies whose own share meets the bound, a count those that have any; the heaviest come first.
"""

from fractions import Fraction
from typing import Final, NamedTuple

from models.catalogue.problems import Signal
from models.changes import Amount
from models.figures import THIN, Sources
from models.forms import CountedForm, RatioForm, Scope, ValueForm, side_names

NAMED: Final = 3
"""Agencies that a reason names; of the others it says how many they are."""


class Foremost(NamedTuple):
    """The agencies that a reason names, and how many more there are."""

    names: tuple[str, ...] = ()
    others: int = 0


def foremost(signal: Signal, sources: Sources, day: int) -> Foremost:
    """Return the agencies at which a problem is seen on a day, by name where the register has one."""
    weighed = [
        (-weight, code)
        for code in _agencies(signal, sources, day)
        if (weight := _weight(signal, sources, code, day)) > 0
    ]
    weighed.sort()
    names = tuple(_name(sources, code, day) for _, code in weighed[:NAMED])
    return Foremost(names, len(weighed) - len(names))


def _agencies(signal: Signal, sources: Sources, day: int) -> set[str]:
    """Return the codes whose panes make the figure; none where a figure is not a sum over agencies."""
    form, over = signal.indicator.form, signal.indicator.over
    names: tuple[str, ...] = ()
    if isinstance(form, ValueForm):
        names = form.names
    elif isinstance(form, RatioForm):
        names = (*side_names(form.numerator), *side_names(form.denominator))
    elif isinstance(form, CountedForm) and form.of is not None:
        names = (form.of,)
    codes = {code for name in names for code in sources.panes.agencies(name)}
    return codes if over is None else codes & sources.register.members(over, day)


def _weight(signal: Signal, sources: Sources, code: str, day: int) -> Amount:
    """Return how much an agency adds to the problem; 0: it is not seen there."""
    indicator = signal.indicator
    views = indicator.views((indicator.window,), day)
    (sums,) = indicator.form.sums(Scope(sources.panes, code), views)
    if indicator.kind != "ratio":
        return (sums.value or 0) if signal.rises else 0
    numerator, denominator = sums.numerator or 0, sums.denominator or 0
    if denominator <= 0 or (indicator.flow_ratio and denominator < THIN):
        return 0
    share = indicator.factor * Fraction(numerator) / Fraction(denominator)
    if not signal.met_by(share.as_integer_ratio()):
        return 0
    return numerator if signal.rises else denominator - numerator


def _name(sources: Sources, code: str, day: int) -> str:
    entry = sources.register.entry(code, day)
    name = None if entry is None else entry.payload.get("name")
    return name if isinstance(name, str) else code
