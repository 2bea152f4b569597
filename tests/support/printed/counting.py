"""Counting what no target counts: a catalogue of figures made for one history, over the shared measures.

A figure goes the way of the house indicators; flows are those of the day's calendar year, so a day before a plan's period counts too.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from importlib.resources import files as resources
from pathlib import Path
from typing import Any, Final

import yaml

from models.changes import Amount, KpiKey
from tests.support.drafts import Draft
from tests.support.plan_facts import told
from tests.support.small_catalogue import compiled, files

GOLDEN: Final[dict[str, dict[str, Any]]] = {
    one["id"]: one
    for one in json.loads(
        (Path(__file__).parents[2] / "fixtures" / "golden_tests.json").read_text("utf-8"),
        parse_float=Decimal,
    )
}
"""The thirty computations, with the numbers as the plans print them."""

MEASURES: Final = yaml.safe_load(
    (resources("models.catalogue") / "measures.yaml").read_text("utf-8")
)
BILLION: Final = 1_000_000_000

Figures = Mapping[str, Amount]
"""Id of a computation or of a baseline -> the figure that the engine gives."""


def printed(name: str) -> dict[str, Any]:
    """Return the numbers that a computation is made of."""
    return dict(GOLDEN[name]["inputs"])


def counted(
    province: str,
    day: str,
    facts: Sequence[Draft],
    indicators: Mapping[str, dict[str, Any]],
    codes: Iterable[str] = (),
) -> dict[str, Amount]:
    """Return the figures of these indicators on a day; flows are those of its year, `codes` are the list `units`."""
    data = files()
    data["measures.yaml"] = MEASURES
    words = {"vi": "x", "en": "x"}
    data["house.yaml"] |= {
        "indicators": {
            name: {"name": words, "unit": "%" if "ratio" in one else "x", **one}
            for name, one in indicators.items()
        }
    }
    plan = data[f"plans/{province}.yaml"]
    plan["lists"]["units"] = [{"code": code, "name": code} for code in codes]
    plan["targets"][0]["indicator"] = {"ratio": dict.fromkeys(("num", "den"), "dossiers_received")}
    for other in data:
        if other.startswith("plans/"):
            data[other]["targets"][0]["indicator"] = plan["targets"][0]["indicator"]
    catalogue = compiled(data).province(province)
    worker = told(catalogue, day, facts)
    found: dict[str, Amount] = {}
    for one in catalogue.indicators:
        if one.plan == "house":
            row = worker.tables.kpi[KpiKey("house", one.id, "*")]
            figure = dict(zip(map(str, one.windows), row, strict=True))
            value = figure["now" if "now" in figure else "year"].value
            assert value is not None
            found[one.id] = value
    return found


def stock(subject: str, fact: str, **where: Any) -> dict[str, Any]:  # noqa: ANN401 - as YAML gives it
    """Return a measure: the subjects with such a fact in force."""
    return {"subject": subject, "stock": {"has": {"fact": fact, "where": where}}}


def flow(**where: Any) -> dict[str, Any]:  # noqa: ANN401 - as YAML gives it
    """Return a measure: dossiers by their result."""
    return {"subject": "dossier", "flow": {"fact": "dossier.resolved", "where": where}}
