"""The book on a plan that says everything the grammar can: stored parts, moved subjects and batches included."""

import json
from collections.abc import Sequence
from functools import cache
from importlib.resources import files
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.catalogue import ProvinceCatalogue
from models.catalogue.loading import compile_catalogue
from models.days import day_from_date
from models.definitions import PlanFile, Target
from models.envelope import decode
from models.facts import DeadLetter, Record
from tests.support.drafts import Preferred, Setting
from tests.support.examples import examples
from tests.support.fold import Tables, fold
from tests.support.histories import histories, splits
from tests.support.oracle.definitions import ATOMS, FLOWS, SUMS
from tests.support.oracle.facts import World
from tests.support.oracle.province import (
    STARTS,
    Definitions,
    Province,
    accepted,
    definitions,
    types_of,
)

DAYS = 90
PROVINCE = "tra-vinh"
REPORTED = {
    "subject": "system",
    "flow": {"fact": "system.status_reported", "where": {"status": "up"}, "held": 600},
}
ANY_USE = {"subject": "official", "flow": {"fact": "account.used"}}
USES_A_DOSSIER = {"num": ANY_USE, "den": "dossiers_received"}
SCORE = {"subject": "index", "latest": {"fact": "index.published", "field": "score"}}
COUNT = {
    "subject": "population",
    "latest": {"fact": "population.snapshot_published", "field": "count"},
}

OFFICIALS = {"subject": "official", "stock": ATOMS["official"][0]}
HOLDERS = {"subject": "official", "stock": ATOMS["official"][3]}
LINKED = {"subject": "agency", "stock": ATOMS["agency"][3]}
DEPLOYED = {"subject": "agency", "stock": ATOMS["agency"][2]}
HOLDERS_A_HEAD = {"num": HOLDERS, "den": OFFICIALS}

FORMS: dict[str, tuple[str, dict[str, Any]]] = {
    "ratio-of-flows": ("%", {"ratio": {"num": {"subject": "filer", "flow": FLOWS[-1][1]}, "den": {"subject": "filer", "flow": {"fact": "filing.submitted"}}}}),
    "ratio-over-latest": ("%", {"ratio": {"num": SUMS[1], "den": COUNT}}),
    "latest": ("score", {"latest": SCORE}),
    "change-of-latest": ("score", {"change": {"of": {"latest": SCORE}, "against": {"reference": 1.5}}}),
    "change-by-year": ("%", {"change": {"of": {"ratio": USES_A_DOSSIER}, "against": {"years": -1}}, "window": "year", "clip": "none"}),
    "over": ("officials", {"value": {"subject": "official", "stock": ATOMS["official"][0]}, "over": {"level": ["so", "xa", "tinh"]}}),
    "over-children": ("filings", {"value": REPORTED, "over": {"parent_level": ["so", "huyen"]}, "window": "30d"}),
    "agencies-by-use": ("%", {"agencies": {"of": {"is_administrative": True}, "meet": [{"figure": ANY_USE, "window": "30d", "at_least": 2}]}}),
    "agencies-by-ratio": ("agencies", {"agencies": {"of": {}, "meet": [{"ratio": USES_A_DOSSIER, "at_most": 50}, {"figure": "records"}]}}),
    "agencies-few": ("agencies", {"agencies": {"of": {"parent_level": ["so", "xa"]}, "meet": [{"figure": REPORTED, "window": "7d", "less_than": 500}]}}),
    "agencies-among": ("%", {"agencies": {
        "of": {"level": ["so", "xa", "tinh", "huyen"]},
        "among": [{"figure": DEPLOYED}, {"figure": ANY_USE, "window": "90d"}],
        "meet": [{"figure": LINKED}],
    }}),
    "agencies-weighed": ("%", {"agencies": {
        "of": {"is_administrative": True},
        "meet": [{"figure": "records", "window": "7d"}],
        "weigh": [OFFICIALS, SUMS[2]],
    }}),
    "agencies-weighed-among": ("officials", {"over": {"handles_procedures": True}, "agencies": {
        "of": {},
        "among": [{"figure": ANY_USE, "window": "year"}],
        "meet": [{"figure": "records", "window": "30d"}],
        "weigh": OFFICIALS,
    }}),
    "least": ("things", {"least": [ANY_USE, REPORTED, "dossiers_received"], "window": "90d"}),
    "change-of-count": ("uses", {
        "change": {"of": {"value": ANY_USE}, "against": {"years": -1}}, "window": "year", "clip": "none"
    }),
    "change-of-share": ("%", {"change": {"of": {"ratio": HOLDERS_A_HEAD}, "against": {"latest": COUNT}}}),
    "milestone-of-conditions": ("milestone", {"checklist": {"rows": [
        {"figure": ANY_USE, "window": "30d"},
        {"ratio": HOLDERS_A_HEAD, "at_least": 50},
        {"figure": [REPORTED, "dossiers_received"], "window": "year", "more_than": 1},
        LINKED,
    ]}}),
    "checklist-items": ("%", {"checklist": {"items": ["x", "y/ế%"], "each": SUMS[-1]}}),
    "checklist-rows": ("rows", {"checklist": {"rows": [ANY_USE, {"subject": "system", "stock": ATOMS["system"][4]}], "window": None}}),
    "two-kinds-of-daily-facts": ("systems", {"value": {"subject": "system", "stock": {"all": [
        {"within": {"fact": "system.status_reported", "where": {"status": "up"}, "days": 20}},
        {"within": {"fact": "website.content_updated", "days": 30}},
    ]}}}),
    "milestone": ("milestone", {"checklist": {"items": ["x"], "each": {"subject": "policy", "flow": FLOWS[-2][1]}}}),
}  # fmt: skip
"""Name -> unit and indicator, for the forms that measures alone do not make."""


def target(name: str, unit: str, indicator: dict[str, Any]) -> dict[str, Any]:
    """Return a target as YAML would be read."""
    milestone = unit == "milestone"
    return {
        "id": name, "section": "I", "text_vi": name, "text_en": name, "kind": "milestone" if milestone else "count",
        "operator": "at_least", "value": 1, "unit": unit, "measurability": "quantified", "value_basis": "stated",
        "deadline": "2019-12-31", "deadline_basis": "plan_end", "indicator": indicator,
    }  # fmt: skip


def plain_plan() -> dict[str, Any]:
    """Return a plan with an indicator for every condition, flow, sum and form."""
    stocks = [{"subject": kind, "stock": one} for kind, atoms in ATOMS.items() for one in atoms]
    flows = [{"subject": kind, "flow": one} for kind, one in FLOWS]
    unbucketed = [one for one in [*stocks, *flows, *SUMS] if "bucket" not in json.dumps(one)]
    targets = [
        target(f"measure-{number}", "things", {"value": one})
        for number, one in enumerate(unbucketed)
    ]
    for name, (unit, indicator) in FORMS.items():
        targets.append(target(name, unit, indicator))
    return {
        "plan": {
            "id": "everything", "province": PROVINCE, "name_vi": "x", "number": None, "issued": None, "issuing_body": "x",
            "period_start": "2019-01-01", "period_end": "2019-12-31",
        },
        "targets": targets,
    }  # fmt: skip


def _without_nulls(node: Any) -> Any:  # noqa: ANN401 - JSON
    if isinstance(node, dict):
        return {
            key: _without_nulls(value)
            for key, value in node.items()
            if value is not None or key in {"number", "issued"}
        }
    return [_without_nulls(value) for value in node] if isinstance(node, list) else node


@cache
def compiled() -> ProvinceCatalogue:
    """Return the plan compiled in the place of the province's own."""
    folder = files("models.catalogue")
    texts = {name: (folder / name).read_text("utf-8") for name in ("measures.yaml", "house.yaml")}
    for entry in (folder / "plans").iterdir():
        if entry.name.endswith(".yaml"):
            texts[f"plans/{entry.name}"] = entry.read_text("utf-8")
    texts["plans/tra-vinh-2019.yaml"] = json.dumps(_without_nulls(plain_plan()), ensure_ascii=False)
    return compile_catalogue(texts).province(PROVINCE)


@cache
def defined() -> Definitions:
    """Return the plan as the oracle reads it."""
    plan = PlanFile.model_validate(_without_nulls(plain_plan()))
    return Definitions(plan, definitions()[PROVINCE].named)


def figures(tables: Tables) -> dict[str, Any]:
    """Return the figure of each of the plan's indicators."""
    return {key.indicator: row[0] for key, row in tables.kpi.items() if key.plan == "everything"}


def expected(log: Sequence[Record], day: int) -> dict[str, Any]:
    """Return the oracle's figure of each of the plan's indicators."""
    province = Province(defined(), World(accepted(map(decode, log))))
    return {one.id: province.reader.figure(one, day, until=day) for one in defined().defined}


def only_differing(left: dict[str, Any], right: dict[str, Any]) -> dict[str, Any]:
    """Return what differs."""
    return {
        name: (left.get(name), right.get(name))
        for name in left.keys() | right.keys()
        if left.get(name) != right.get(name)
    }


PREFERRED: Preferred = {
    ("asset.assigned", "holder_type"): ["agency", "official"],
    ("system.status_reported", "status"): ["up"],
    ("population.snapshot_published", "count"): [8, 2.5],
}
DAILY = {"account.used", "website.content_updated", "system.status_reported"}
"""Facts that are stored by month or day, apart from their subject."""


def check(log: Sequence[Record], sizes: Sequence[int]) -> None:
    """Compare the figures at a log's end, and read back to earlier days."""
    days = [one.day for one in map(decode, log) if not isinstance(one, DeadLetter)]
    if not days:
        return
    until = max(day_from_date(STARTS[PROVINCE]) + DAYS, *days)
    worker = fold(compiled(), log, sizes, until=until)

    assert {} == only_differing(expected(log, until), figures(worker.tables))
    for back in (7, 29, 61):
        read = figures(worker.read_back(until - back))
        assert (back, {}) == (back, only_differing(expected(log, until - back), read))


def few(targets: list[Target]) -> st.SearchStrategy[list[Target]]:
    """Draw some of a plan's targets."""
    return st.lists(st.sampled_from(targets), min_size=2, max_size=4, unique_by=id)


@pytest.mark.slow
@examples(15)
@given(data=st.data())
def test_every_form_of_the_grammar_gives_the_oracles_figures(data: st.DataObject) -> None:
    """Any few of a plan's indicators, on a log made of the facts that they read."""
    formed = [one for one in defined().defined if one.id in FORMS]
    some = st.one_of(few(formed), few(defined().defined))
    types = types_of(defined(), data.draw(some))
    setting = Setting(PROVINCE, STARTS[PROVINCE], DAYS, types, PREFERRED)

    check(data.draw(histories(setting, most=48)), data.draw(splits()))


@pytest.mark.slow
@examples(15)
@given(data=st.data())
def test_a_batch_reads_the_stored_parts_that_its_events_can_reach(data: st.DataObject) -> None:
    """Daily facts lie in parts by month or day; one read too few would count a trailing window wrong."""
    daily = [one for one in defined().defined if DAILY & set(types_of(defined(), [one]))]
    types = sorted(DAILY & set(types_of(defined(), [data.draw(st.sampled_from(daily))])))
    setting = Setting(PROVINCE, STARTS[PROVINCE], DAYS, (*types, "system.deployed"), PREFERRED)
    recipes = ("anything", "anything", "anything", "correct", "retract")

    check(data.draw(histories(setting, recipes, most=48)), [1] * 500)
