"""The core takes time, chance and files as data: what import-linter cannot see is searched for here."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
MODULES = sorted((ROOT / "models").rglob("*.py"))
IMPURE_CALLS = {
    "now",
    "today",
    "utcnow",
    "open",
    "print",
    "input",
    "getenv",
    "urandom",
    "uuid1",
    "uuid4",
}


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_module_of_the_core_calls_no_clock_no_chance_and_no_file(path: Path) -> None:
    """`models` is a function of its arguments: no call that reads the world."""
    calls = {
        _name(node.func)
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call)
    }

    assert set() == calls & IMPURE_CALLS


def _name(function: ast.expr) -> str:
    match function:
        case ast.Name(id=name):
            return name
        case ast.Attribute(attr=name):
            return name
        case _:
            return ""
