"""The least catalogue that is well-formed, for tests that spoil or change one thing in it."""

from collections.abc import Mapping
from copy import deepcopy
from typing import Any, Final

import pytest
import yaml

from models.catalogue.loading import Catalogue, compile_catalogue
from models.errors import CatalogueError
from models.topics import PROVINCES

PLAN_FILE: Final = "plans/dong-nai.yaml"
RATIO: Final = {"num": "received", "den": "received"}
LAST_LEVEL: Final = {
    "subject": "procedure",
    "latest": {"fact": "procedure.online_level_changed", "field": "new_level"},
}
ITEMS: Final = {"subject": "system", "flow": {"fact": "system.deployed", "bucket": "plan_item"}}

MEASURES: Final = {
    "measures": {
        "received": {"subject": "dossier", "flow": {"fact": "dossier.received"}},
        "open": {
            "subject": "dossier",
            "stock": {"has": {"fact": "dossier.received", "until": "dossier.resolved"}},
        },
        "levels": LAST_LEVEL,
        "deployed": ITEMS,
    }
}
HOUSE: Final = {
    "dead_letter_bytes_a_day": 100_000,
    "indicators": {
        "dossiers": {
            "name": {"vi": "Hồ sơ", "en": "Dossiers"},
            "unit": "dossiers",
            "value": "received",
        }
    },
}


def plan_of(province: str) -> dict[str, Any]:
    """Return the least plan of a province: one target, called `t`."""
    return {
        "plan": {
            "id": f"{province}-plan",
            "province": province,
            "name_vi": "Kế hoạch",
            "number": None,
            "issued": "2016-12-29",
            "issuing_body": "Ủy ban nhân dân",
            "period_start": "2017-01-01",
            "period_end": "2017-12-31",
        },
        "lists": {"units": [{"code": "A", "name": "a"}, {"code": "B", "name": "b"}]},
        "measures": {"own": {"subject": "dossier", "flow": {"fact": "dossier.resolved"}}},
        "targets": [
            {
                "id": "t",
                "section": "I.1",
                "text_vi": "Toàn bộ",
                "text_en": "All",
                "kind": "flow_ratio",
                "operator": "at_least",
                "value": 100,
                "unit": "%",
                "measurability": "quantified",
                "value_basis": "stated",
                "deadline": "2017-12-31",
                "deadline_basis": "plan_end",
                "indicator": {"ratio": RATIO},
            }
        ],
    }


def files() -> dict[str, Any]:
    """Return the files of a small catalogue that is well-formed."""
    plans = {f"plans/{province}.yaml": plan_of(province) for province in PROVINCES}
    return deepcopy({"measures.yaml": MEASURES, "house.yaml": HOUSE, **plans})


def compiled(data: Mapping[str, Any]) -> Catalogue:
    """Return the catalogue of these files."""
    texts = {name: yaml.safe_dump(one, allow_unicode=True) for name, one in data.items()}
    return compile_catalogue(texts)


def refusal(data: Mapping[str, Any]) -> str:
    """Return why these files are refused."""
    with pytest.raises(CatalogueError) as refused:
        compiled(data)
    return str(refused.value)


def spoil(data: dict[str, Any], path: str, value: Any) -> None:  # noqa: ANN401 - as YAML gives it
    """Set what a dotted path names; `...` takes it away, a number beyond a list's end appends."""
    *way, last = path.split(".")
    owner: Any = data
    for step in way:
        owner = owner[int(step)] if isinstance(owner, list) else owner[step]
    if isinstance(owner, list):
        owner.append(value)
    elif value is ...:
        del owner[last]
    else:
        owner[last] = value
