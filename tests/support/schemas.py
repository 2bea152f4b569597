"""The schemas as a stranger's tool uses them: read from the files, and judged by the `jsonschema` library."""

import json
from functools import cache
from pathlib import Path
from typing import Any, Final

from jsonschema import Draft202012Validator

SCHEMAS: Final = Path(__file__).parents[2] / "deploy/schemas"


@cache
def validator(name: str) -> Draft202012Validator:
    """Return what judges by the file of an event type, or `alert`."""
    schema: dict[str, Any] = json.loads((SCHEMAS / f"{name}.v1.json").read_text("utf-8"))
    return Draft202012Validator(schema)
