"""Compile a province's definitions: the measures it needs, its indicators and its targets, ready to run.

Only measures that an indicator of the province reads are run for it; adding one to another plan costs it nothing.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from hashlib import sha256

from models.attainment import Reading
from models.catalogue.listing import IndicatorMeasureRow, IndicatorRow, TargetRow
from models.changes import Amount
from models.days import day_from_date
from models.definitions import (
    Agencies,
    Change,
    Checklist,
    Condition,
    Definition,
    HouseFile,
    Indicator,
    IndicatorForm,
    Kind,
    ListRow,
    Measurability,
    Measure,
    MeasureReference,
    Plan,
    PlanFile,
    Population,
    Target,
    WindowName,
)
from models.derived import AgencyDerivation, RowDerivation
from models.requirements import Requirement, comparisons_of, requirement_test
from models.fields import Place
from models.figures import (
    ChangeForm,
    CompiledIndicator,
    CountedForm,
    Form,
    LatestForm,
    MedianForm,
    RatioForm,
    Sources,
    ValueForm,
    side_names,
)
from models.measures import RECORDS, CompiledMeasure, compile_measure
from models.trajectory import Operator, Rational, Terms
from models.windows import FLOW_WINDOWS, STOCK_WINDOWS, Period, year_period

HOUSE = "house"

DEFINITION_MISSING = "definition_missing"
REFERENCE_MISSING = "reference_missing"


@dataclass(frozen=True, slots=True)
class CompiledTarget:
    """A target with what it is judged by; `indicator` None where `terms.reason_not_measurable` says why."""

    definition: Target
    terms: Terms
    indicator: CompiledIndicator | None
    raises_alerts: bool

    def reading(self, sources: Sources, day: int) -> Reading:
        """Return the value that the target is judged by on a day: read at its deadline once that has passed."""
        if self.indicator is None:
            return None
        return self.indicator.reading(sources, min(day, self.terms.deadline))


@dataclass(frozen=True, slots=True)
class ProvinceCatalogue:
    """Everything that is computed for one province."""

    province: str
    plan: Plan
    lists: Mapping[str, Sequence[ListRow]]
    measures: tuple[CompiledMeasure, ...]
    indicators: tuple[CompiledIndicator, ...]
    targets: tuple[CompiledTarget, ...]
    agency_derivations: tuple[AgencyDerivation, ...]
    row_derivations: tuple[RowDerivation, ...]
    indicator_rows: tuple[IndicatorRow, ...]
    measure_rows: tuple[IndicatorMeasureRow, ...]
    target_rows: tuple[TargetRow, ...]


@dataclass(slots=True)
class _Draft:
    """What compiling a province gathers."""

    file: str
    named: Mapping[str, tuple[str, Measure]]
    """Name -> (file, measure)."""
    lists: Mapping[str, Sequence[ListRow]]
    stocks: Mapping[str, tuple[str, Condition]]
    measures: dict[str, CompiledMeasure] = field(default_factory=dict)
    agency_derivations: list[AgencyDerivation] = field(default_factory=list)
    row_derivations: list[RowDerivation] = field(default_factory=list)

    def measure(self, reference: MeasureReference, place: Place, role: str) -> str:
        """Compile a measure, unless it is compiled already, and return its id."""
        if isinstance(reference, Measure):
            name = f"{place.id}.{role}"
            self.measures[name] = compile_measure(name, reference, place, self.stocks)
            return name
        if reference == RECORDS or reference in self.measures:
            return reference
        if reference not in self.named:
            raise place.error(role, f"{reference} is no measure")
        file, measure = self.named[reference]
        self.measures[reference] = compile_measure(
            reference, measure, Place(file, reference), self.stocks
        )
        return reference

    def several(
        self, references: Iterable[MeasureReference], place: Place, role: str
    ) -> tuple[str, ...]:
        """Compile measures that are summed and return their ids; those said in place are numbered."""
        names = tuple(
            self.measure(one, place, f"{role}{number}") for number, one in enumerate(references, 1)
        )
        if any(name != RECORDS and self.measures[name].latest for name in names):
            raise place.error(role, "a `latest` is no sum; it stands alone")
        return names

    def side(
        self, references: Sequence[MeasureReference], place: Place, role: str
    ) -> tuple[str, ...] | LatestForm:
        """Compile a side of a ratio: measures that are summed, or one last value."""
        if len(references) == 1:
            name = self.measure(references[0], place, f"{role}1")
            if name != RECORDS and self.measures[name].latest:
                return LatestForm(name)
        return self.several(references, place, role)

    def is_stock(self, name: str) -> bool:
        """Return whether a compiled measure is a stock."""
        return name != RECORDS and self.measures[name].stock

    def counts_events(self, name: str) -> bool:
        """Return whether a compiled measure counts what happened: amounts of 1 on days, never less than none."""
        return name == RECORDS or (not self.measures[name].stock and self.measures[name].counts)

    def reads(self, names: Iterable[str]) -> frozenset[str]:
        """Return the fact types that compiled measures read."""
        return frozenset().union(*(self.measures[name].reads for name in names if name != RECORDS))

    def window(
        self, names: Sequence[str], given: WindowName | None, default: WindowName, place: Place
    ) -> WindowName:
        """Return the window that measures are read over; a stock has only one."""
        stocks = {self.is_stock(name) for name in names}
        if len(stocks) > 1:
            raise place.error("window", "flows and stocks cannot be read over one window")
        if stocks == {True}:
            if given not in {None, WindowName.NOW}:
                raise place.error("window", f"a stock is read now, not over {given}")
            return WindowName.NOW
        return given if given is not None else default


def stocks_of(named: Mapping[str, tuple[str, Measure]]) -> dict[str, tuple[str, Condition]]:
    """Return the conditions that may be named: those of the named stock measures."""
    return {name: (m.subject, m.stock) for name, (_, m) in named.items() if m.stock is not None}


def compile_province(
    plan_name: str,
    plan_file: PlanFile,
    house_name: str,
    house: HouseFile,
    named: Mapping[str, tuple[str, Measure]],
) -> ProvinceCatalogue:
    """Compile a plan and the house indicators for its province.

    Raises:
        CatalogueError: a definition names what does not exist or does not fit.
    """
    plan = plan_file.plan
    draft = _Draft(plan_name, named, plan_file.lists, stocks_of(named))
    period = Period(day_from_date(plan.period_start), day_from_date(plan.period_end))
    open_period = Period(period.start, period.end, clipped=False)
    indicators: list[CompiledIndicator] = []
    rows: list[IndicatorRow] = []
    measure_rows: list[IndicatorMeasureRow] = []
    for name, one in house.indicators.items():
        place = Place(house_name, name)
        indicator = _indicator(draft, place, HOUSE, one, one.unit, open_period, None)
        indicators.append(indicator)
        rows.append(_indicator_row(plan.province, indicator, one.unit, one.name.vi, one.name.en))
        measure_rows += _measure_rows(plan.province, draft, indicator)
    targets = []
    for target in plan_file.targets:
        place = Place(plan_name, target.id)
        compiled = _target(draft, place, plan, target, period)
        targets.append(compiled)
        if compiled.indicator is not None:
            indicators.append(compiled.indicator)
            rows.append(
                _indicator_row(
                    plan.province, compiled.indicator, target.unit, target.text_vi, target.text_en
                )
            )
            measure_rows += _measure_rows(plan.province, draft, compiled.indicator)
    return ProvinceCatalogue(
        province=plan.province,
        plan=plan,
        lists=plan_file.lists,
        measures=tuple(draft.measures.values()),
        indicators=tuple(indicators),
        targets=tuple(targets),
        agency_derivations=tuple(draft.agency_derivations),
        row_derivations=tuple(draft.row_derivations),
        indicator_rows=tuple(rows),
        measure_rows=tuple(measure_rows),
        target_rows=tuple(_target_row(plan, target) for target in targets),
    )


def _indicator(
    draft: _Draft,
    place: Place,
    plan: str,
    indicator: Indicator,
    unit: str,
    period: Period,
    milestone: Kind | None,
) -> CompiledIndicator:
    if indicator.clip is not None:
        period = Period(period.start, period.end, clipped=False)
    form, window, reads = _form(draft, place, indicator, unit, period, indicator.window, milestone)
    flows = window is not WindowName.NOW
    windows = (FLOW_WINDOWS if flows else STOCK_WINDOWS) if plan == HOUSE else (window,)
    _check_population(draft, place, indicator.over)
    return CompiledIndicator(
        plan=plan,
        id=place.id,
        form=form,
        kind=_kind(form, unit),
        period=period,
        window=window,
        windows=windows,
        over=indicator.over,
        per_agency=plan == HOUSE,
        reads=reads,
        flow_ratio=flows and isinstance(form, RatioForm) and not form.reads_latest,
        factor=_factor(unit),
        version=_version(draft, indicator, form),
    )


def _check_population(draft: _Draft, place: Place, population: Population | None) -> None:
    if (
        population is not None
        and population.members is not None
        and population.members not in draft.lists
    ):
        raise place.error("list", f"{population.members} is no list of the plan")


def _kind(form: Form, unit: str) -> str:
    if isinstance(form, ChangeForm):
        return "change"
    if isinstance(form, MedianForm):
        return "median"
    if isinstance(form, CountedForm) and form.milestone:
        return "milestone"
    if isinstance(form, RatioForm) or (isinstance(form, CountedForm) and unit.startswith("%")):
        return "ratio"
    return "count"


def _factor(unit: str) -> int:
    return 100 if unit.startswith("%") else 1


def _version(draft: _Draft, indicator: Indicator, form: Form) -> str:
    """Return the hash of the definition and of the named measures that it uses."""
    named = sorted(name for name in _ingredients(draft, form) if name in draft.named)
    texts = [
        indicator.model_dump_json(),
        *(draft.named[name][1].model_dump_json() for name in named),
    ]
    return sha256("\n".join(texts).encode()).hexdigest()[:12]


def _ingredients(draft: _Draft, form: Form) -> frozenset[str]:
    derivations = {d.met: d.reads for d in (*draft.agency_derivations, *draft.row_derivations)}
    return frozenset().union(*(derivations.get(name, frozenset({name})) for name in form.measures))


Formed = tuple[Form, WindowName, frozenset[str]]


def _form(  # noqa: PLR0913 - one call site, each argument a different thing
    draft: _Draft,
    place: Place,
    indicator: IndicatorForm,
    unit: str,
    period: Period,
    given: WindowName | None,
    milestone: Kind | None,
) -> Formed:
    """Compile the form, its window and the fact types that it reads."""
    if indicator.value is not None:
        names = draft.several(indicator.value, place, "value")
        return (
            ValueForm(names),
            draft.window(names, given, WindowName.PLAN, place),
            draft.reads(names),
        )
    if indicator.ratio is not None:
        num = draft.side(indicator.ratio.num, place, "num")
        den = draft.side(indicator.ratio.den, place, "den")
        names = (*side_names(num), *side_names(den))
        summed = [name for side in (num, den) if not isinstance(side, LatestForm) for name in side]
        default = WindowName.YEAR if summed else WindowName.NOW
        return RatioForm(num, den), draft.window(summed, given, default, place), draft.reads(names)
    if indicator.latest is not None:
        form = _latest(draft, place, indicator.latest, "latest")
        return form, WindowName.NOW, draft.reads((form.name,))
    if indicator.median is not None:
        name = draft.measure(indicator.median, place, "median")
        if not draft.measures[name].bucketed:
            raise place.error("median", f"{name} has no bucket")
        return (
            MedianForm(name),
            draft.window((name,), given, WindowName.PLAN, place),
            draft.reads((name,)),
        )
    if indicator.agencies is not None:
        return _agencies(draft, place, indicator.agencies, period)
    if indicator.checklist is not None:
        return _checklist(draft, place, indicator.checklist, period, milestone)
    if indicator.change is not None:
        return _change(draft, place, indicator.change, unit, period, given)
    raise place.error("indicator", "has no form")


def _latest(draft: _Draft, place: Place, measure: Measure, role: str) -> LatestForm:
    if measure.latest is None:
        raise place.error(role, "needs a measure of the form latest")
    return LatestForm(draft.measure(measure, place, role))


def _agencies(draft: _Draft, place: Place, agencies: Agencies, period: Period) -> Formed:
    _check_population(draft, place, agencies.of)
    requirements = []
    for number, condition in enumerate(agencies.meet, 1):
        if condition.ratio is not None:
            num = draft.several(condition.ratio.num, place, f"meet{number}.num")
            den = draft.several(condition.ratio.den, place, f"meet{number}.den")
        else:
            num, den = draft.several(condition.figure or [], place, f"meet{number}.figure"), ()
        window = draft.window((*num, *den), condition.window, WindowName.PLAN, place)
        presence = comparisons_of(condition) == [("at_least", 1)] and all(
            draft.counts_events(name) for name in num
        )
        if RECORDS in (*num, *den) and not presence:
            raise place.error("meet", "of `records` it can be asked only whether there are any")
        test = requirement_test(condition)
        requirements.append(Requirement(num, den, "", window, period, test, presence and not den))
    derivation = AgencyDerivation(
        f"{place.id}.met", f"{place.id}.of", agencies.of, tuple(requirements)
    )
    draft.agency_derivations.append(derivation)
    reads = draft.reads(derivation.reads) | {"agency.registered"}
    return CountedForm(derivation.met, derivation.of, 0), WindowName.NOW, reads


def _checklist(
    draft: _Draft, place: Place, checklist: Checklist, period: Period, kind: Kind | None
) -> Formed:
    def at_least_one(numerator: Amount, _denominator: Amount) -> bool:
        return numerator >= 1

    rows: list[tuple[str, Requirement]] = []
    if checklist.each is not None:
        name = draft.measure(checklist.each, place, "each")
        if not draft.measures[name].bucketed:
            raise place.error("each", f"{name} has no bucket to find the items by")
        window = draft.window((name,), checklist.window, WindowName.PLAN, place)
        for item in _items(draft, place, checklist):
            rows.append((item, Requirement((name,), (), item, window, period, at_least_one)))
    else:
        for number, reference in enumerate(checklist.rows or [], 1):
            name = draft.measure(reference, place, f"row{number}")
            window = draft.window((name,), checklist.window, WindowName.PLAN, place)
            rows.append((str(number), Requirement((name,), (), "", window, period, at_least_one)))
    derivation = RowDerivation(f"{place.id}.met", tuple(rows))
    draft.row_derivations.append(derivation)
    form = CountedForm(derivation.met, None, len(rows), milestone=kind is Kind.MILESTONE)
    return form, WindowName.NOW, draft.reads(derivation.reads)


def _items(draft: _Draft, place: Place, checklist: Checklist) -> list[str]:
    if checklist.members is None:
        items = list(checklist.items or [])
    elif checklist.members in draft.lists:
        items = [row.code for row in draft.lists[checklist.members]]
    else:
        raise place.error("list", f"{checklist.members} is no list of the plan")
    if len(set(items)) < len(items):
        raise place.error("items", "an item stands twice; each row needs a code of its own")
    return items


def _change(
    draft: _Draft, place: Place, change: Change, unit: str, period: Period, given: WindowName | None
) -> Formed:
    form, window, reads = _form(draft, place, change.of, unit, period, given, None)
    against = change.against
    latest = None if against.latest is None else _latest(draft, place, against.latest, "against")
    years = None if against.years is None else -against.years
    reference = against.reference
    factor = _factor(unit) if _kind(form, unit) == "ratio" else None
    if latest is not None:
        reads |= draft.reads((latest.name,))
    return ChangeForm(form, factor, years, latest, reference), window, reads


def _target(
    draft: _Draft, place: Place, plan: Plan, target: Target, period: Period
) -> CompiledTarget:
    deadline = day_from_date(target.deadline)
    read_over = year_period(deadline) if deadline < period.start else period
    indicator = None
    if target.indicator is not None:
        kind = Kind.MILESTONE if target.kind is Kind.MILESTONE else None
        indicator = _indicator(
            draft, place, plan.id, target.indicator, target.unit, read_over, kind
        )
        if kind is not None and indicator.kind != "milestone":
            raise place.error("indicator", "a milestone is a checklist")
    reason = _reason(target)
    start = day_from_date(target.start) if target.start is not None else period.start
    terms = Terms(
        operator=Operator(target.operator),
        target=_rational(target.value if target.value is not None else 0),
        baseline=_baseline(target),
        period_start=start,
        deadline=deadline,
        milestone=target.kind is Kind.MILESTONE,
        steps=tuple(
            sorted((day_from_date(step.day), _rational(step.value)) for step in target.steps)
        ),
        yearly=target.recurrence == "yearly",
        reason_not_measurable=reason,
    )
    firm = target.measurability in {Measurability.QUANTIFIED, Measurability.DATED}
    return CompiledTarget(target, terms, indicator if reason is None else None, raises_alerts=firm)


def _reason(target: Target) -> str | None:
    if target.not_measurable is not None:
        return target.not_measurable
    if target.indicator is None:
        return DEFINITION_MISSING
    if target.value is None and target.indicator.change is None:
        return REFERENCE_MISSING
    return None


def _rational(value: Amount) -> Rational:
    return (value, 1) if isinstance(value, int) else value.as_integer_ratio()


def _comparable_baseline(target: Target) -> Amount | None:
    """Return the baseline's value where it is a value of the target's own unit."""
    baseline = target.baseline
    return None if baseline is None or baseline.unit != target.unit else baseline.value


def _baseline(target: Target) -> Rational | None:
    if target.indicator is not None and target.indicator.change is not None:
        return None
    value = _comparable_baseline(target)
    return None if value is None else _rational(value)


def _indicator_row(
    province: str, indicator: CompiledIndicator, unit: str, vi: str, en: str
) -> IndicatorRow:
    return IndicatorRow(
        province=province,
        plan=indicator.plan,
        indicator=indicator.id,
        kind=indicator.kind,
        unit=unit,
        windows=tuple(str(window) for window in indicator.windows),
        per_agency=indicator.per_agency,
        definition_version=indicator.version,
        name_vi=vi,
        name_en=en,
    )


def _measure_rows(
    province: str, draft: _Draft, indicator: CompiledIndicator
) -> list[IndicatorMeasureRow]:
    if indicator.over is not None:
        return []
    form = indicator.form
    roles: list[tuple[str, str]] = []
    if isinstance(form, ValueForm):
        roles = [("value", name) for name in form.names]
    elif isinstance(form, RatioForm):
        sides = (("numerator", form.numerator), ("denominator", form.denominator))
        roles = [
            (role, name)
            for role, side in sides
            if not isinstance(side, LatestForm)
            for name in side
        ]
    elif isinstance(form, MedianForm):
        roles = [("bucket", form.name)]
    elif isinstance(form, CountedForm) and form.of is not None:
        roles = [("numerator", form.met), ("denominator", form.of)]
    return [
        IndicatorMeasureRow(
            province,
            indicator.plan,
            indicator.id,
            role,
            name,
            name not in draft.measures or draft.is_stock(name),
        )
        for role, name in roles
        if name != RECORDS
    ]


def _target_row(plan: Plan, compiled: CompiledTarget) -> TargetRow:
    target = compiled.definition
    value, baseline = target.value, _comparable_baseline(target)
    return TargetRow(
        province=plan.province,
        plan=plan.id,
        target=target.id,
        kind=str(target.kind),
        operator=target.operator,
        target_value=None if value is None else Decimal(value),
        unit=target.unit,
        deadline=day_from_date(target.deadline),
        baseline_value=None if baseline is None else Decimal(baseline),
        measurability=str(target.measurability),
        section=target.section,
        text_vi=target.text_vi,
        text_en=target.text_en,
    )


__all__ = [
    "HOUSE",
    "CompiledTarget",
    "Definition",
    "ProvinceCatalogue",
    "compile_province",
    "stocks_of",
]
