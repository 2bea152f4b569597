"""Several versions of a catalogue, as they might follow each other in a province: what a plan holds comes, goes and changes its meaning.

What the plan says itself is kept; the targets that differ are copies of its own under other ids.
"""

import json
from functools import cache
from importlib.resources import files
from random import Random
from typing import Any, Final

from models.catalogue.loading import Catalogue, compile_catalogue
from models.catalogue.yaml12 import parse

PROVINCE: Final = "tra-vinh"
PLAN: Final = "plans/tra-vinh-2019.yaml"
MEASURES: Final = "measures.yaml"
VARIANTS: Final = 5
EXTRAS: Final = 16

_COPIED: Final = (
    "section", "text_vi", "text_en", "kind", "operator", "value", "unit", "value_basis", "deadline", "deadline_basis",
    "measurability", "indicator",
)  # fmt: skip
_SWAPS: Final = (
    ("officials", "officials_and_employees"),
    ("dossiers_open", "dossiers_overdue"),
    ("documents_not_secret_electronic", "documents_not_secret_electronic_only"),
    ("dossiers_decided_on_time", "dossiers_decided_with_due_date"),
    ("item_projects_completed", "item_projects_accepted"),
)
"""Measures of one kind and form; others name the first pair."""


@cache
def texts(number: int) -> dict[str, str]:
    """Return the files of a version; 0 is the catalogue as it ships."""
    folder = files("models.catalogue")
    plans = sorted(one.name for one in (folder / "plans").iterdir() if one.name.endswith(".yaml"))
    names = (MEASURES, "house.yaml", *(f"plans/{name}" for name in plans))
    found = {name: (folder / name).read_text("utf-8") for name in names}
    if number:
        data: dict[str, Any] = {name: parse(found[name], name) for name in (MEASURES, PLAN)}
        _change(data, Random(number))  # noqa: S311 - no secret
        for name, one in data.items():
            found[name] = json.dumps(one, ensure_ascii=False, default=float)
    return found


@cache
def variant(number: int) -> Catalogue:
    """Return a version, compiled."""
    return compile_catalogue(texts(number))


@cache
def without_duties_and_problems() -> Catalogue:
    """Return the catalogue as it ships, but that the plan owes no report and speaks of no problem."""
    plan: Any = parse(texts(0)[PLAN], PLAN)
    plan |= {"reporting": [], "problems": []}
    return compile_catalogue(
        {**texts(0), PLAN: json.dumps(plan, ensure_ascii=False, default=float)}
    )


def _change(data: dict[str, Any], rng: Random) -> None:
    measures = data[MEASURES]["measures"]
    for one, other in _SWAPS:
        if rng.random() < 0.5:
            measures[one], measures[other] = measures[other], measures[one]
    targets = data[PLAN]["targets"]
    models = [target for target in targets if "indicator" in target and "value" in target]
    for number, model in enumerate(rng.sample(models, EXTRAS)):
        extra = {name: model[name] for name in _COPIED if name in model}
        extra["id"] = f"extra-{number}"
        if rng.random() < 0.5 and model["unit"] != "milestone":
            extra["value"] = 1
        if rng.random() < 0.2:
            extra["measurability"] = "implied"
        if rng.random() < 0.7:
            targets.append(extra)
    for part in ("reporting", "problems"):
        data[PLAN][part] = [one for one in data[PLAN][part] if rng.random() < 0.6]
