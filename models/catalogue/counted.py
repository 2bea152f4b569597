"""Compile counted forms (11): how many agencies, or rows of a list, meet their conditions.

Each becomes derived panes of 0 and 1 under ids of its own, so that it is summed like any other measure.
"""

from collections.abc import Sequence

from models.catalogue.context import CompiledForm, FormContext
from models.catalogue.draft import Draft, no_list
from models.changes import Amount
from models.definitions import Agencies, Checklist, FigureCondition, WindowName
from models.derived import AgencyDerivation, RowDerivation
from models.forms import CountedForm
from models.gathering import Faults, every
from models.measures import RECORDS
from models.place import Place
from models.requirements import Requirement, comparisons_of, requirement_test


def compile_agencies(draft: Draft, agencies: Agencies, context: FormContext) -> CompiledForm:
    """Compile how many active agencies of a population meet all conditions.

    Raises:
        CatalogueError: a list or measure does not exist or does not fit.
    """
    place = context.place
    faults = Faults()
    with faults:
        draft.check_population(agencies.of, place)
    with faults:
        meet = _requirements(draft, agencies.meet, "meet", context)
    with faults:
        among = _requirements(draft, agencies.among, "among", context)
    faults.raise_any()
    derivation = AgencyDerivation(
        f"{place.id}.met",
        f"{place.id}.of",
        agencies.of,
        meet,
        among,
    )
    draft.agency_derivations.append(derivation)
    weights = () if agencies.weigh is None else draft.several(agencies.weigh, place, "weigh")
    if not all(draft.is_stock(name) for name in weights):
        raise place.error("weigh", "agencies are weighed by stocks; a flow has no sum on a day")
    form = CountedForm(derivation.met, derivation.of, 0, weights=weights)
    reads = draft.reads(derivation.reads.union(weights)) | {"agency.registered"}
    return CompiledForm(form, WindowName.NOW, reads)


def _requirements(
    draft: Draft, conditions: Sequence[FigureCondition], role: str, context: FormContext
) -> tuple[Requirement, ...]:
    return tuple(
        every(
            lambda one: _requirement(draft, one[1], f"{role}{one[0]}", context),
            enumerate(conditions, 1),
        )
    )


def _requirement(
    draft: Draft,
    condition: FigureCondition,
    role: str,
    context: FormContext,
    usual: WindowName | None = None,
) -> Requirement:
    """Compile a condition on a figure; `usual` is the window of one that says none."""
    place = context.place
    denominator: tuple[str, ...] = ()
    if condition.ratio is not None:
        numerator = draft.several(condition.ratio.num, place, f"{role}.num")
        denominator = draft.several(condition.ratio.den, place, f"{role}.den")
    else:
        numerator = draft.several(condition.figure or [], place, f"{role}.figure")
    names = (*numerator, *denominator)
    window = draft.window(names, condition.window or usual, WindowName.PLAN, place)
    presence = comparisons_of(condition) == [("at_least", 1)] and all(
        draft.counts_events(name) for name in numerator
    )
    if RECORDS in names and not presence:
        raise place.error(
            role,
            "of `records` it can be asked only whether there are any",
            mend="write `at_least: 1`",
        )
    return Requirement(
        numerator,
        denominator,
        "",
        window,
        context.period,
        requirement_test(condition),
        presence and not denominator,
    )


def compile_checklist(draft: Draft, checklist: Checklist, context: FormContext) -> CompiledForm:
    """Compile how many named rows are met.

    Raises:
        CatalogueError: a list or measure does not exist or does not fit, or an item stands twice.
    """
    each = checklist.each is not None
    rows = _items(draft, checklist, context) if each else _rows(draft, checklist, context)
    derivation = RowDerivation(f"{context.place.id}.met", rows)
    draft.row_derivations.append(derivation)
    form = CountedForm(derivation.met, None, len(rows), milestone=context.milestone)
    return CompiledForm(form, WindowName.NOW, draft.reads(derivation.reads))


def _items(
    draft: Draft, checklist: Checklist, context: FormContext
) -> tuple[tuple[str, Requirement], ...]:
    """Compile rows that are the buckets of one measure."""
    place = context.place
    name = draft.bucketed(checklist.each or "", place, "each", " to find the items by")
    window = draft.window((name,), checklist.window, WindowName.PLAN, place)
    return tuple(
        (item, Requirement((name,), (), item, window, context.period, _at_least_one))
        for item in _item_codes(draft, checklist, place)
    )


def _rows(
    draft: Draft, checklist: Checklist, context: FormContext
) -> tuple[tuple[str, Requirement], ...]:
    """Compile rows that are measures, or conditions, of their own."""
    rows: list[tuple[str, Requirement]] = []
    for number, row in enumerate(checklist.rows or [], 1):
        condition = row if isinstance(row, FigureCondition) else FigureCondition(figure=[row])
        requirement = _requirement(draft, condition, f"row{number}", context, checklist.window)
        rows.append((str(number), requirement))
    return tuple(rows)


def _at_least_one(numerator: Amount, _denominator: Amount) -> bool:
    return numerator >= 1


def _item_codes(draft: Draft, checklist: Checklist, place: Place) -> list[str]:
    if checklist.members is None:
        items = list(checklist.items or [])
    elif checklist.members in draft.lists:
        items = [row.code for row in draft.lists[checklist.members]]
    else:
        raise no_list(place, checklist.members, draft.lists)
    if len(set(items)) < len(items):
        raise place.error(
            "items",
            "an item stands twice; each row needs a code of its own",
            mend="give the second row another code",
        )
    return items
