"""Whatever an author writes, `plan check` answers: with faults that say where, or with a plan that compiles."""

from copy import deepcopy
from typing import Any

import yaml
from hypothesis import given
from hypothesis import strategies as st

from models.catalogue.checking import check_plan_file
from models.catalogue.shared import HOUSE_FILE, MEASURES_FILE, read_shared
from tests.support.small_catalogue import HOUSE, MEASURES, PLAN_FILE, plan_of

SHARED = read_shared(
    {MEASURES_FILE: yaml.safe_dump(MEASURES), HOUSE_FILE: yaml.safe_dump(HOUSE, allow_unicode=True)}
)


def whole_plan() -> dict[str, Any]:
    """Return a plan with something of every part."""
    plan = deepcopy(plan_of("dong-nai"))
    plan["plan"]["reading_dates"] = [
        {"day": "2017-06-30", "section": "II", "name": {"vi": "báo cáo", "en": "report"}}
    ]
    plan["baselines"] = [
        {
            "id": "b",
            "section": "I",
            "metric": {"vi": "hồ sơ", "en": "dossiers"},
            "value": 10,
            "unit": "%",
            "date": "2016-12-29",
        }
    ]
    plan["inconsistencies"] = [
        {
            "id": "i",
            "section": "I",
            "status": "note",
            "contradiction": {"vi": "a", "en": "a"},
            "reading": {"vi": "b", "en": "b"},
            "targets": ["t"],
        }
    ]
    first = plan["targets"][0]
    first["baseline"] = "b"
    second = {**deepcopy(first), "id": "u", "overlaps_with": ["t"]}
    second["indicator"] = {
        "agencies": {
            "of": {"list": "units"},
            "meet": [
                {
                    "figure": {
                        "subject": "dossier",
                        "stock": {
                            "all": [
                                "open",
                                {
                                    "has": {
                                        "fact": "dossier.received",
                                        "where": {"due_at": {"lte": "2017-01-01"}},
                                    }
                                },
                                {"not": {"within": {"fact": "dossier.received", "days": 3}}},
                            ]
                        },
                    },
                    "at_least": 1,
                }
            ],
        }
    }
    third = {**deepcopy(first), "id": "v", "kind": "milestone", "unit": "milestone"}
    third["indicator"] = {"checklist": {"items": ["a", "b"], "each": "deployed"}}
    plan["targets"] += [second, third]
    return plan


WORDS = st.sampled_from(
    ["t", "u", "b", "open", "received", "own", "units", "deployed", "now", "dossier", "%", "___"]
)
VALUES: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers(-3, 3000) | WORDS | st.text(max_size=3),
    lambda inner: (
        st.lists(inner, max_size=2)
        | st.dictionaries(
            WORDS | st.sampled_from(["id", "fact", "value", "flow"]), inner, max_size=2
        )
    ),
    max_leaves=4,
)


@st.composite
def spoilt_plans(draw: st.DrawFn) -> dict[str, Any]:
    """Return the plan with up to four values changed, taken away, added or repeated, wherever they stand."""
    plan = whole_plan()
    for _ in range(draw(st.integers(0, 4))):
        owner: Any = plan
        while True:
            keys = list(owner) if isinstance(owner, dict) else list(range(len(owner)))
            if not keys:
                break
            key = draw(st.sampled_from(keys))
            if isinstance(owner[key], dict | list) and owner[key] and draw(st.booleans()):
                owner = owner[key]
                continue
            match draw(st.sampled_from(["change", "take away", "add"])):
                case "change":
                    owner[key] = draw(VALUES)
                case "take away":
                    del owner[key]
                case _ if isinstance(owner, dict):
                    owner[draw(WORDS)] = draw(VALUES)
                case _:
                    owner.append(deepcopy(owner[key]))
            break
    return plan


@given(plan=spoilt_plans())
def test_every_plan_gets_an_answer(plan: dict[str, Any]) -> None:
    """No mistake makes the check itself fail; a fault has its place and its mend, and only a plan without one is compiled."""
    text = yaml.safe_dump(plan, allow_unicode=True, sort_keys=False)

    found = check_plan_file(PLAN_FILE, text, SHARED)

    assert (found.catalogue is None) == bool(found.faults)
    for fault in (*found.faults, *found.advice):
        assert fault.file == PLAN_FILE
        assert fault.line is not None
        assert 1 <= fault.line <= len(text.splitlines())
        assert fault.id is not None
        assert fault.field
        assert fault.mend or fault.message.startswith("give ")


def test_the_plan_is_well_formed_before_it_is_spoilt() -> None:
    """Otherwise nothing would be shown."""
    assert () == check_plan_file(PLAN_FILE, yaml.safe_dump(whole_plan()), SHARED).faults
