"""Compile indicators: a form with the agencies, windows and days that it is read over.

House indicators have every window of their kind and a row per agency, those of a plan the one window that their target reads.
"""

from dataclasses import replace
from hashlib import sha256
from typing import Final

from models.catalogue.context import FormContext
from models.catalogue.draft import Draft
from models.catalogue.forms import compile_form, factor_of, kind_of
from models.definitions import Indicator, WindowName
from models.figures import CompiledIndicator, Form, RatioForm
from models.gathering import Faults
from models.windows import FLOW_WINDOWS, STOCK_WINDOWS

HOUSE = "house"
"""The plan that every province's house indicators stand under."""

_WORDS: Final = {"house_rule", "name"}
"""What an indicator says to people; it may be put better without another figure."""


def compile_indicator(
    draft: Draft, plan: str, indicator: Indicator, context: FormContext
) -> CompiledIndicator:
    """Compile an indicator of a plan, or of the house.

    Raises:
        CatalogueError: a definition names what does not exist or does not fit.
    """
    if indicator.clip is not None:
        context = replace(context, period=replace(context.period, clipped=False))
    faults = Faults()
    with faults:
        draft.check_population(indicator.over, context.place)
    with faults:
        form, window, reads = compile_form(draft, indicator, context)
    faults.raise_any()
    flows = window is not WindowName.NOW
    house = plan == HOUSE
    return CompiledIndicator(
        plan=plan,
        id=context.place.id,
        form=form,
        kind=kind_of(form, context.unit),
        period=context.period,
        window=window,
        windows=(FLOW_WINDOWS if flows else STOCK_WINDOWS) if house else (window,),
        over=indicator.over,
        per_agency=house,
        reads=reads,
        flow_ratio=flows and isinstance(form, RatioForm) and not form.reads_latest,
        factor=factor_of(context.unit),
        version=_version(draft, indicator, form),
    )


def _version(draft: Draft, indicator: Indicator, form: Form) -> str:
    """Return the hash of what decides the figure: the definition without its words, and the named measures that it uses."""
    named = sorted(draft.ingredients(form.measures) & draft.named.keys())
    texts = [
        indicator.model_dump_json(exclude=_WORDS),
        *(draft.named[name][1].model_dump_json() for name in named),
    ]
    return sha256("\n".join(texts).encode()).hexdigest()[:12]
