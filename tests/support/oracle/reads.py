"""Which fact types a definition reads: without a kept fact of any of them a count is NULL, not 0."""

from collections.abc import Mapping
from typing import Any

from models.definitions import Measure
from tests.support.oracle.vocabulary import VOCABULARY

_DOSSIER = {"dossier.received", "dossier.resolved", "dossier.status_changed"}
_FUNCTIONS = {
    "dossier.overdue": _DOSSIER,
    "dossier.due": _DOSSIER,
    "dossier.working_days": {"dossier.received", "dossier.resolved"},
}


def types_read(definition: Any, named: Mapping[str, Measure]) -> set[str]:  # noqa: ANN401 - any part of a definition
    """Walk a definition as plain data and return every fact type that it names."""
    return _walk(definition.model_dump(exclude_none=True), named)


def _walk(node: Any, named: Mapping[str, Measure]) -> set[str]:  # noqa: ANN401 - plain data
    if isinstance(node, dict):
        found = set()
        for key, value in node.items():
            found |= _walk(str(key), named) | _walk(value, named)
        return found
    if isinstance(node, list):
        return set().union(*(_walk(value, named) for value in node)) if node else set()
    if not isinstance(node, str):
        return set()
    if node in named:
        return types_read(named[node], named)
    if node in _FUNCTIONS:
        return set(_FUNCTIONS[node])
    return {kind for kind in (node, node.rpartition(".")[0]) if kind in VOCABULARY}
