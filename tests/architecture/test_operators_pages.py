"""The operators' pages: commands, settings, metrics and files that they name are there."""

import re
from pathlib import Path

import pytest
import typer.main

from streams.cli.app import app
from streams.settings import Settings
from tests.architecture.test_watch import exported

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "deploy/docs"
PAGES = [DOCS / "operators-handbook.md", *sorted((DOCS / "runbooks").glob("*.md"))]
RUNBOOKS = {
    "parked-province.md",
    "poison-flood.md",
    "postgres-away.md",
    "adding-a-province.md",
    "raising-the-catalogue.md",
    "personal-data.md",
}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.name))
def test_what_a_page_names_is_there(page: Path) -> None:
    """A command with its options, a setting, a series, a link: who follows them at night must not be sent astray."""
    text = page.read_text(encoding="utf-8")
    commands = typer.main.get_command(app).commands  # type: ignore[attr-defined]  # a group has them
    for name, rest in re.findall(r"\btiendo ([a-z]+)\b([^`\n|#]*)", text):
        if name in commands:
            options = {one for param in commands[name].params for one in param.opts}
            known = options | {"--help"}
            if not hasattr(commands[name], "commands"):
                assert set(re.findall(r"--[a-z-]+", rest)) <= known, (name, rest)
    named = set(re.findall(r"`tiendo ([a-z]+)", text))
    assert named <= commands.keys()
    settings = {f"TIENDO_{name.upper()}" for name in Settings.model_fields}
    compose = (ROOT / "docker-compose.yml").read_text(encoding="utf-8")
    assert {
        name
        for name in re.findall(r"\bTIENDO_[A-Z_]+\b", text)
        if name not in settings and name not in compose
    } == set()
    assert (
        set(re.findall(r"\btiendo_(?:[a-z]+_)*[a-z]+_(?:total|seconds|up|bucket)\b", text))
        <= exported().keys()
    )
    for link in re.findall(r"\]\((?!https?:)([^)#]+)", text):
        assert (page.parent / link).exists(), link


def test_there_is_a_runbook_for_each_thing_that_happens() -> None:
    """And the handbook leads to all of them."""
    there = {page.name for page in PAGES[1:]}
    handbook = PAGES[0].read_text(encoding="utf-8")

    assert RUNBOOKS <= there
    assert all(f"(runbooks/{name})" in handbook for name in RUNBOOKS)


@pytest.mark.parametrize("page", PAGES[1:], ids=lambda page: str(page.name))
def test_each_runbook_has_the_same_four_parts(page: Path) -> None:
    """What you see, what it means, what to do, how to know that it is over."""
    parts = re.findall(r"^## (.+)$", page.read_text(encoding="utf-8"), re.MULTILINE)

    if page.name in RUNBOOKS:
        assert [
            "What you see",
            "What it means",
            "What to do",
            "How to know that it is over",
        ] == parts
