"""Versions of measures: they follow whatever their panes are made by, and nothing else."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.support.small_catalogue import PLAN_FILE, compiled, files


def with_uses() -> dict[str, Any]:
    """Return a small catalogue in which a ratio reads a stock that names another that names a third."""
    data = files()
    measures = data["measures.yaml"]["measures"]
    measures["waiting"] = {"subject": "dossier", "stock": {"all": ["open"]}}
    measures["late"] = {"subject": "dossier", "stock": {"any": ["waiting", {"all": ["open", {"not": "done"}]}]}}  # fmt: skip
    measures["done"] = {"subject": "dossier", "stock": {"has": {"fact": "dossier.resolved"}}}
    measures["while_open"] = {"subject": "dossier", "flow": {"fact": "dossier.status_changed", "while": "open"}}  # fmt: skip
    data[PLAN_FILE]["targets"][0]["indicator"] = {"ratio": {"num": "late", "den": "done"}}
    second = {**data[PLAN_FILE]["targets"][0], "id": "u", "kind": "count", "unit": "steps", "indicator": {"value": "while_open"}}  # fmt: skip
    data[PLAN_FILE]["targets"].append(second)
    return data


def online_only(data: dict[str, Any]) -> None:
    """Change a condition that others name."""
    data["measures.yaml"]["measures"]["open"]["stock"]["has"]["where"] = {"intake_channel": "online"}  # fmt: skip


def granted_only(data: dict[str, Any]) -> None:
    """Change a condition that one negates."""
    data["measures.yaml"]["measures"]["done"]["stock"]["has"]["where"] = {"outcome": "granted"}


def other_words(data: dict[str, Any]) -> None:
    """Change what no pane is made by."""
    data[PLAN_FILE]["targets"][0]["text_vi"] = "Khác"
    data[PLAN_FILE]["targets"][0]["value"] = 50
    data[PLAN_FILE]["targets"][0]["indicator"]["house_rule"] = {"vi": "a", "en": "b"}
    data[PLAN_FILE]["lists"]["units"][0]["name"] = "c"
    data["measures.yaml"]["measures"]["unread"] = data["measures.yaml"]["measures"]["open"]


@pytest.mark.parametrize(
    ("change", "measures", "indicators"),
    [
        (online_only, {"late", "while_open"}, {"t", "u"}),
        (granted_only, {"late", "done"}, {"t"}),
        (other_words, set(), set()),
    ],
)
def test_a_version_follows_the_conditions_that_a_measure_leads_to(
    change: Callable[[dict[str, Any]], None], measures: set[str], indicators: set[str]
) -> None:
    """However far: panes of two meanings never stand under one name, and what stayed is not made again."""
    changed = with_uses()
    change(changed)

    before, after = (compiled(data).province("dong-nai") for data in (with_uses(), changed))

    assert {"received", "late", "done", "while_open"} == before.measure_versions.keys()
    assert measures == {
        name
        for name, version in after.measure_versions.items()
        if before.measure_versions[name] != version
    }
    assert indicators == {
        row.indicator
        for row, other in zip(after.indicator_rows, before.indicator_rows, strict=True)
        if row.definition_version != other.definition_version
    }


def test_an_indicator_s_version_follows_the_lists_that_it_names() -> None:
    """A unit more on a list is another figure; panes of agencies are the same."""
    changed = files()
    for data in (one := files(), changed):
        data[PLAN_FILE]["targets"][0]["indicator"]["over"] = {"list": "units"}
    changed[PLAN_FILE]["lists"]["units"].append({"code": "C", "name": "c"})

    before, after = (compiled(data).province("dong-nai") for data in (one, changed))

    assert before.measure_versions == after.measure_versions
    assert {"t"} == {
        row.indicator
        for row, other in zip(after.indicator_rows, before.indicator_rows, strict=True)
        if row.definition_version != other.definition_version
    }
