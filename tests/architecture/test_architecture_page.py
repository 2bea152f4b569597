"""The architecture page names files and functions that exist: one that is renamed is renamed there."""

import ast
import re
from functools import cache
from pathlib import Path
from typing import Final

PAGE: Final = Path(__file__).parents[2] / "deploy/docs/architecture.md"
TEXT: Final = PAGE.read_text(encoding="utf-8")
LINKS: Final = re.findall(r"\[([^\]]+)\]\(([^)#]+)(?:#([^)]+))?\)", TEXT)


def test_each_link_leads_to_a_file_and_to_a_name_in_it() -> None:
    """A class, a function, a method or a constant of the module; and the words of the link are its name."""
    lost = [
        f"{path}#{name}"
        for _words, path, name in LINKS
        if not (PAGE.parent / path).exists() or (name and name not in names(PAGE.parent / path))
    ]

    assert [] == lost
    assert len([name for *_, name in LINKS if name]) > 50
    assert [] == [words for words, _path, name in LINKS if name and words != f"`{name}`"]


def test_each_folder_and_file_in_backticks_exists() -> None:
    """Paths of the tree, as the tables of folders have them."""
    root = PAGE.parents[2]
    paths = re.findall(r"`((?:models|sinks|streams|deploy|tests)/[\w./-]+)`", TEXT)

    assert paths
    assert [] == [path for path in paths if not (root / path).exists()]


def test_each_step_of_the_way_names_where_it_happens() -> None:
    """Fourteen steps, numbered, each with a link to code."""
    steps = re.findall(r"^\d+\. \*\*.*?(?=^\d+\. |^\S)", TEXT, re.MULTILINE | re.DOTALL)

    assert 14 == len(steps)
    assert all(".py#" in step for step in steps)


@cache
def names(path: Path) -> set[str]:
    """Return what a module defines: functions, classes, their methods, constants."""
    found = set()
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        match node:
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name):
                found.add(name)
            case ast.ClassDef(name=name, body=body):
                methods = (ast.FunctionDef, ast.AsyncFunctionDef)
                found |= {name} | {f"{name}.{one.name}" for one in body if isinstance(one, methods)}
            case ast.AnnAssign(target=ast.Name(id=name)) | ast.Assign(targets=[ast.Name(id=name)]):
                found.add(name)
            case _:
                pass
    return found
