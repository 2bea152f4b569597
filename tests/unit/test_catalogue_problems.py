"""The problems of the catalogue as data: all 52, in the words of the plans, each with a figure or the reason for none."""

import unicodedata
from collections import Counter
from functools import cache
from hashlib import sha256
from importlib.resources import files
from typing import Any, Final

import pytest

from models.catalogue import load_catalogue
from models.catalogue.yaml12 import parse
from models.definitions import PlanFile, Problem
from tests.support.small_catalogue import PLAN_FILE, compiled, refusal
from tests.support.small_catalogue import files as small_files

IDS: Final = {
    "dong-nai-2016-2020": (12, "0316b1a1c4e9a1e9"),
    "tra-vinh-2019": (17, "2245cd48bdb9b3de"),
    "ba-ria-vung-tau-2011-2015": (6, "60970094b5e847f5"),
    "hai-duong-2017": (11, "ff0fbcf869d2b5d5"),
    "binh-thuan-2018": (6, "6930313e57ccaeda"),
}
"""How many problems a plan has, and the first 16 hex digits of the SHA-256 of their ids, one a line, in its order."""


@cache
def problems(plan: str) -> list[Problem]:
    """Return the problems of a plan."""
    name = f"plans/{plan}.yaml"
    text = (files("models.catalogue") / name).read_text("utf-8")
    return PlanFile.model_validate(parse(text, name)).problems


def every() -> list[Problem]:
    """Return the problems of all plans."""
    return [one for plan in IDS for one in problems(plan)]


@pytest.mark.parametrize("plan", IDS)
def test_the_ids_of_a_plans_problems_never_change(plan: str) -> None:
    """Alerts carry them in their keys."""
    ids = [one.id for one in problems(plan)]

    assert IDS[plan] == (len(ids), sha256("\n".join(ids).encode()).hexdigest()[:16])
    assert [] == [one for one in ids if not one.startswith(f"{plan}-p-")]


def test_there_are_52_problems_and_one_that_no_event_can_show() -> None:
    """Named, implied by a duty, or a number of the present state; the one left says why."""
    assert {"stated": 36, "implied": 11, "fact": 5} == Counter(str(one.basis) for one in every())
    assert ["binh-thuan-2018-p-duplicate-investment"] == [
        one.id for one in every() if one.undetectable is not None
    ]


def test_every_text_is_normalised_and_in_both_languages() -> None:
    """The plan's words, the assumption behind the figure, and the reason where there is none."""
    told = [one.raised_when.house_rule for one in every() if one.raised_when is not None]
    told += [one.undetectable for one in every() if one.undetectable is not None]
    texts = [text for one in every() for text in (one.text_vi, one.text_en)]
    texts += [text for one in told for text in (one.vi, one.en)]

    assert [] == [text for text in texts if not text or text != unicodedata.normalize("NFC", text)]


def test_problems_that_are_seen_indirectly_say_so() -> None:
    """Nine of the plans' sentences are only seen by what follows from them."""
    indirect = [
        one.id
        for one in every()
        if one.raised_when is not None and one.raised_when.house_rule.en.startswith("by proxy")
    ]
    in_both = [
        one.id
        for one in every()
        if one.raised_when is not None and one.raised_when.house_rule.vi.startswith("gián tiếp")
    ]

    assert indirect == in_both
    assert len(indirect) == 9


def test_a_problem_has_no_row_among_the_indicators() -> None:
    """Its figure stands in `api.problem`; `api.kpi_current` has the indicators of house and targets."""
    catalogue = load_catalogue()
    ids = {one.id for one in every()}

    assert set() == ids & {row.indicator for row in catalogue.listing.indicators}
    assert ids == {row.problem for row in catalogue.listing.problems}


SEEN: Final[dict[str, Any]] = {
    "id": "p",
    "section": "II.6",
    "text_vi": "Ít dùng",
    "text_en": "Little used",
    "basis": "stated",
    "raised_when": {
        "value": "open",
        "unit": "dossiers",
        "at_least": 3,
        "house_rule": {"vi": "ít", "en": "little"},
    },
}


def with_problems(*given: dict[str, Any]) -> dict[str, Any]:
    """Return a small catalogue whose first plan speaks of problems."""
    catalogue = small_files()
    catalogue[PLAN_FILE]["problems"] = list(given)
    return catalogue


def spoilt(**changes: Any) -> dict[str, Any]:  # noqa: ANN401 - any value of YAML
    """Return that problem with some fields of `raised_when` replaced; `...` leaves one out."""
    raised = {**SEEN["raised_when"], **changes}
    return {**SEEN, "raised_when": {k: v for k, v in raised.items() if v is not ...}}


def test_a_problem_waits_as_long_as_the_rule_says_unless_it_says_itself() -> None:
    """Seven days by default."""
    usual, own = (
        compiled(with_problems(spoilt(**given))).province("dong-nai").problems[0].signal
        for given in ({}, {"for": 2})
    )

    assert usual is not None
    assert own is not None
    assert (7, 2) == (usual.minimum_days, own.minimum_days)


@pytest.mark.parametrize(
    ("problem", "said"),
    [
        (spoilt(at_least=...), "p: raised_when: give exactly one of at_least, more_than, at_most"),
        (spoilt(at_most=1), "p: raised_when: give exactly one of at_least, more_than, at_most"),
        (spoilt(house_rule=...), "p: raised_when.house_rule: Field required"),
        (spoilt(value="nothing"), "p: value1: nothing is no measure"),
        (spoilt(**{"for": 0}), "p: raised_when.for: Input should be greater than or equal to 1"),
        (
            {**SEEN, "undetectable": {"vi": "vì", "en": "why"}},
            "p: definition: give either raised_when or undetectable",
        ),
    ],
)
def test_what_is_wrong_with_a_problem_is_named(problem: dict[str, Any], said: str) -> None:
    """File, id, field and what is wrong."""
    assert said in refusal(with_problems(problem))


def test_a_problem_stands_once() -> None:
    """Two of one id would share their alerts."""
    assert "p: id: stands twice" in refusal(with_problems(SEEN, SEEN))
