"""Compile the form of an indicator (7 to 12): how a figure is made of measures, and over which window.

What a form reads decides whether its 0 is a value: all fact types behind its measures belong to it.
"""

from collections.abc import Sequence
from dataclasses import replace

from models.catalogue.context import CompiledForm, FormContext
from models.catalogue.counted import compile_agencies, compile_checklist
from models.catalogue.draft import Draft
from models.definitions import Change, IndicatorForm, MeasureReference, Ratio, WindowName
from models.forms import (
    ChangeForm,
    CountedForm,
    Form,
    LatestForm,
    LeastForm,
    MedianForm,
    RatioForm,
    ValueForm,
    side_names,
)
from models.gathering import every


def compile_form(draft: Draft, definition: IndicatorForm, context: FormContext) -> CompiledForm:
    """Compile whichever form a definition has.

    Raises:
        CatalogueError: a definition names what does not exist or does not fit.
    """
    if definition.value is not None:
        return _several(draft, definition.value, context, "value", ValueForm)
    if definition.least is not None:
        return _several(draft, definition.least, context, "least", LeastForm)
    if definition.ratio is not None:
        return _ratio(draft, definition.ratio, context)
    if definition.latest is not None:
        last = draft.last_value(definition.latest, context.place, "latest")
        return CompiledForm(last, WindowName.NOW, draft.reads((last.name,)))
    if definition.median is not None:
        return _median(draft, definition.median, context)
    if definition.agencies is not None:
        return compile_agencies(draft, definition.agencies, context)
    if definition.checklist is not None:
        return compile_checklist(draft, definition.checklist, context)
    if definition.change is not None:
        return _change(draft, definition.change, context)
    raise context.place.error("indicator", "has no form")


def kind_of(form: Form, unit: str) -> str:
    """Return which of value, numerator and denominator the form's figures have (`CompiledIndicator.kind`)."""
    if isinstance(form, ChangeForm):
        return "change"
    if isinstance(form, MedianForm):
        return "median"
    if isinstance(form, CountedForm) and form.milestone:
        return "milestone"
    if isinstance(form, RatioForm) or (isinstance(form, CountedForm) and is_share(unit)):
        return "ratio"
    return "count"


def is_share(unit: str) -> bool:
    """Return whether a unit is per cent of something."""
    return unit.startswith("%")


def factor_of(unit: str) -> int:
    """Return what a ratio is multiplied by to be shown in its unit."""
    return 100 if is_share(unit) else 1


def _several(
    draft: Draft,
    references: Sequence[MeasureReference],
    context: FormContext,
    role: str,
    form: type[ValueForm | LeastForm],
) -> CompiledForm:
    names = draft.several(references, context.place, role)
    window = draft.window(names, context.window, WindowName.PLAN, context.place)
    return CompiledForm(form(names), window, draft.reads(names))


def _ratio(draft: Draft, ratio: Ratio, context: FormContext) -> CompiledForm:
    numerator, denominator = every(
        lambda side: draft.side(side[1], context.place, side[0]),
        (("num", ratio.num), ("den", ratio.den)),
    )
    summed = [
        name
        for side in (numerator, denominator)
        if not isinstance(side, LatestForm)
        for name in side
    ]
    default = WindowName.YEAR if summed else WindowName.NOW
    return CompiledForm(
        RatioForm(numerator, denominator),
        draft.window(summed, context.window, default, context.place),
        draft.reads((*side_names(numerator), *side_names(denominator))),
    )


def _median(draft: Draft, reference: MeasureReference, context: FormContext) -> CompiledForm:
    name = draft.numbered(reference, context.place, "median")
    window = draft.window((name,), context.window, WindowName.PLAN, context.place)
    return CompiledForm(MedianForm(name), window, draft.reads((name,)))


def _change(draft: Draft, change: Change, context: FormContext) -> CompiledForm:
    form, window, reads = compile_form(draft, change.of, replace(context, milestone=False))
    against = change.against
    latest = None
    if against.latest is not None:
        latest = draft.last_value(against.latest, context.place, "against")
        reads |= draft.reads((latest.name,))
    difference = ChangeForm(
        form,
        factor_of(context.unit) if kind_of(form, context.unit) == "ratio" else None,
        None if against.years is None else -against.years,
        latest,
        against.reference,
        flows=isinstance(form, ValueForm) and window is not WindowName.NOW,
    )
    return CompiledForm(difference, window, reads)
