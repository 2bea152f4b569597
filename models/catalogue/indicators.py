"""Compile indicators: a form with the agencies, windows and days that it is read over.

House indicators have every window of their kind and a row per agency, those of a plan the one window that their target reads.
"""

from dataclasses import replace

from models.catalogue.context import FormContext
from models.catalogue.draft import Draft
from models.catalogue.forms import compile_form, factor_of, kind_of
from models.catalogue.versions import indicator_version
from models.definitions import Indicator, WindowName
from models.figures import CompiledIndicator
from models.forms import Form, RatioForm
from models.gathering import Faults
from models.windows import FLOW_WINDOWS, STOCK_WINDOWS

HOUSE = "house"
"""The plan that every province's house indicators stand under."""


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
    """Return the hash of the definition and of everything named that the figure is made of."""
    made_of = sorted(draft.ingredients(form.measures) & draft.versions.keys())
    return indicator_version(indicator, [draft.versions[name] for name in made_of], draft.lists)
