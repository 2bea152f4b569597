"""The catalogue's data: five plans with every target, and the fourteen house indicators.

What is pinned here is printed in a plan or in the contract; a definition may improve, an id or a count may not.
"""

import unicodedata
from collections import Counter
from collections.abc import Iterator
from functools import cache
from hashlib import sha256
from importlib.resources import files
from typing import Final

import pytest
from pydantic import BaseModel

from models.catalogue import load_catalogue
from models.catalogue.yaml12 import parse
from models.definitions import (
    Agencies,
    Checklist,
    Comparison,
    ConditionNode,
    Flow,
    HouseFile,
    Indicator,
    Measure,
    MeasuresFile,
    PlanFile,
    Target,
)

HOUSE: Final = (
    "dossiers_received",
    "dossiers_resolved",
    "dossiers_on_time_share",
    "dossiers_open",
    "dossiers_overdue",
    "dossiers_online_share",
    "dossier_working_days_median",
    "documents_exchanged",
    "documents_electronic_only_share",
    "documents_signed_share",
    "signatures_applied",
    "certificates_valid",
    "certificates_expiring_30d",
    "agencies_reporting_share",
)

KINDS: Final = {
    "dong-nai-2016-2020": {
        "budget": 1,
        "count": 9,
        "coverage": 20,
        "flow_ratio": 9,
        "milestone": 15,
    },
    "tra-vinh-2019": {"budget": 1, "count": 13, "coverage": 18, "flow_ratio": 4, "milestone": 17},
    "ba-ria-vung-tau-2011-2015": {
        "budget": 1,
        "count": 20,
        "coverage": 24,
        "flow_ratio": 3,
        "milestone": 17,
    },
    "hai-duong-2017": {"budget": 1, "count": 8, "coverage": 16, "flow_ratio": 2, "milestone": 8},
    "binh-thuan-2018": {"budget": 5, "count": 12, "coverage": 32, "flow_ratio": 5, "milestone": 15},
}
"""Targets by plan and kind, as the reading of the plans counts them."""

FIRMNESS: Final = {
    "dong-nai-2016-2020": {
        "dated": 2,
        "directional": 8,
        "implied": 11,
        "quantified": 20,
        "undated": 13,
    },
    "tra-vinh-2019": {
        "dated": 3,
        "directional": 7,
        "implied": 12,
        "quantified": 14,
        "undated": 17,
    },
    "ba-ria-vung-tau-2011-2015": {
        "dated": 7,
        "directional": 3,
        "implied": 15,
        "quantified": 29,
        "undated": 11,
    },
    "hai-duong-2017": {"directional": 3, "implied": 9, "quantified": 14, "undated": 9},
    "binh-thuan-2018": {"directional": 4, "implied": 14, "quantified": 32, "undated": 19},
}
"""Targets by plan and measurability."""

IDS: Final = {
    "dong-nai-2016-2020": "6c751f2a73f7c2b6",
    "tra-vinh-2019": "6ceb173163109276",
    "ba-ria-vung-tau-2011-2015": "4af3a644cddea4fc",
    "hai-duong-2017": "8843000b9e720d1a",
    "binh-thuan-2018": "e98c4ee99f86781f",
}
"""The first 16 hex digits of the SHA-256 of a plan's target ids, one a line, in the plan's order."""


def read(name: str) -> object:
    """Return what a file of the catalogue says."""
    return parse((files("models.catalogue") / name).read_text("utf-8"), name)


@cache
def plan(name: str) -> PlanFile:
    """Return a validated plan."""
    return PlanFile.model_validate(read(f"plans/{name}.yaml"))


def targets() -> Iterator[Target]:
    """Yield the targets of every plan."""
    for name in KINDS:
        yield from plan(name).targets


def defined() -> Iterator[Indicator]:
    """Yield every indicator of a target."""
    return (target.indicator for target in targets() if target.indicator is not None)


def nodes(value: object) -> Iterator[BaseModel]:
    """Yield every part of a definition."""
    if isinstance(value, BaseModel):
        yield value
        for name in type(value).model_fields:
            yield from nodes(getattr(value, name))
    elif isinstance(value, list):
        for member in value:
            yield from nodes(member)
    elif isinstance(value, dict):
        for member in value.values():
            yield from nodes(member)


@cache
def definitions() -> list[BaseModel]:
    """Return every part of every file."""
    shared = MeasuresFile.model_validate(read("measures.yaml"))
    house = HouseFile.model_validate(read("house.yaml"))
    return [node for file in (shared, house, *map(plan, KINDS)) for node in nodes(file)]


def test_the_catalogue_compiles() -> None:
    """Every name, fact and field that a definition uses exists and fits."""
    catalogue = load_catalogue()

    assert list(KINDS) == [one.plan.id for one in catalogue.provinces.values()]


def test_the_house_has_exactly_its_fourteen_indicators_in_order() -> None:
    """Other programs read these ids: none may be missing, renamed or added."""
    house = HouseFile.model_validate(read("house.yaml"))

    assert list(HOUSE) == list(house.indicators)


@pytest.mark.parametrize("name", KINDS)
def test_a_plan_lists_every_target_by_kind(name: str) -> None:
    """A target that is not defined yet stands there all the same."""
    assert KINDS[name] == Counter(str(target.kind) for target in plan(name).targets)


@pytest.mark.parametrize("name", KINDS)
def test_a_plan_keeps_how_firm_its_targets_are(name: str) -> None:
    """Measurability decides what may raise an alert."""
    assert FIRMNESS[name] == Counter(str(target.measurability) for target in plan(name).targets)


@pytest.mark.parametrize("name", KINDS)
def test_the_ids_of_a_plans_targets_never_change(name: str) -> None:
    """Ids are the keys of rows, alerts and subscriptions."""
    ids = "\n".join(target.id for target in plan(name).targets)

    assert IDS[name] == sha256(ids.encode()).hexdigest()[:16]


def test_there_are_276_targets_with_ids_of_their_own() -> None:
    """The five plans together."""
    assert 276 == len({target.id for target in targets()})


def test_recurring_and_continuous_targets_are_marked() -> None:
    """Eleven are judged once a year, four every day."""
    recurring = Counter(target.recurrence for target in targets() if target.recurrence is not None)

    assert {"yearly": 11, "continuous": 4} == recurring


def test_no_target_must_be_hit_exactly() -> None:
    """A printed '=' means at least: overshooting a count or a need does not un-attain it."""
    assert set() == {target.id for target in targets() if target.operator == "equal"}


def test_every_target_has_a_definition() -> None:
    """No row of the attainment says `definition_missing`."""
    assert [] == [target.id for target in targets() if target.indicator is None]


def test_a_target_without_a_value_has_a_reference_or_an_assumed_value() -> None:
    """A direction ('more', 'less') can be judged only against something."""
    silent = [
        target.id
        for target in targets()
        if target.judged_by is None
        and (target.indicator is None or target.indicator.change is None)
    ]

    assert [] == silent


def test_a_milestone_is_a_checklist() -> None:
    """So a second match never un-attains it."""
    other = [
        target.id
        for target in targets()
        if target.kind == "milestone"
        and target.indicator is not None
        and target.indicator.checklist is None
    ]

    assert [] == other


@pytest.mark.parametrize(
    "form", ["value", "least", "ratio", "latest", "median", "agencies", "checklist", "change"]
)
def test_every_form_of_a_figure_is_used(form: str) -> None:
    """A form that no definition uses would be untried; `change` may wrap another one."""
    used = [
        node
        for one in defined()
        for node in nodes(one)
        if form in type(node).model_fields and getattr(node, form) is not None
    ]

    assert used


@pytest.mark.parametrize(
    ("shape", "field"),
    [
        *((Flow, field) for field in ("where", "amount", "bucket", "first", "holding", "held")),
        *((Measure, field) for field in ("stock", "latest", "amount", "each", "bucket")),
        *(
            (ConditionNode, field)
            for field in ("has", "within", "all", "any", "negated", "function")
        ),
        *(
            (Comparison, field)
            for field in ("gte", "gt", "lte", "lt", "contains", "starts_with", "exists", "by")
        ),
        *((Checklist, field) for field in ("items", "members", "rows", "window")),
        *((Agencies, field) for field in ("meet", "among", "weigh")),
        *((Target, field) for field in ("assumed_value", "recurrence", "start")),
    ],
)
def test_every_part_of_the_grammar_is_used(shape: type[BaseModel], field: str) -> None:
    """What the grammar can say, some definition says: so that it is compiled and tried."""
    used = any(isinstance(node, shape) and field in node.model_fields_set for node in definitions())

    assert used


def test_every_text_is_normalised_and_in_both_languages() -> None:
    """Vietnamese is NFC, and an assumption is told in Vietnamese and English."""
    texts = [text for t in targets() for text in (t.text_vi, t.text_en)]
    rules = [one.house_rule for one in defined() if one.house_rule is not None]
    texts += [text for rule in rules for text in (rule.vi, rule.en)]

    assert [] == [text for text in texts if not text or text != unicodedata.normalize("NFC", text)]


def test_the_rows_of_a_list_have_codes_of_their_own() -> None:
    """Two rows of one name (the 63 services) are still two rows."""
    repeated = [
        (name, members)
        for name in KINDS
        for members, rows in plan(name).lists.items()
        if len({row.code for row in rows}) < len(rows)
    ]

    assert [] == repeated
