"""The page about access: what it has one write is what the product reads."""

import re
from pathlib import Path
from typing import Any

import yaml

from models.access import read_access, rights
from models.topics import PROVINCES
from streams.settings import Settings

DOCS = Path(__file__).parents[2] / "deploy" / "docs"
PAGE = (DOCS / "access.md").read_text(encoding="utf-8")
RUNBOOK = DOCS / "runbooks" / "restore-from-backup.md"
BLOCKS = re.findall(r"^```yaml\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)


def test_the_file_of_users_on_the_page_gives_each_its_rights() -> None:
    """Whoever copies it has rights for everybody whom it names."""
    (file,) = [block for block in BLOCKS if block.startswith("senders:")]
    access = read_access(file, "access.md")

    found = {one.principal for one in rights(access, "tiendo", PROVINCES)}

    assert {f"User:{user}" for user in access.users} == found
    assert len(found) == 7


def test_every_setting_on_the_page_is_one() -> None:
    """Also those of the Compose file."""
    (compose,) = [block for block in BLOCKS if block.startswith("services:")]
    environment: dict[str, Any] = yaml.safe_load(compose)["services"]["worker"]["environment"]
    named = {*re.findall(r"TIENDO_[A-Z_]*[A-Z]", PAGE), *environment}

    assert {
        name for name in named if name.removeprefix("TIENDO_").lower() not in Settings.model_fields
    } == set()


def test_every_link_of_the_pages_leads_to_a_test() -> None:
    """A test that was renamed or is gone takes its sentence with it."""
    links = [
        (page.parent / path, name)
        for page in (DOCS / "access.md", RUNBOOK)
        for path, name in re.findall(r"\]\(([^)#]+\.py)#([^)]+)\)", page.read_text("utf-8"))
    ]

    assert len(links) == 4
    for path, name in links:
        assert re.search(rf"^(?:async )?def {name}\b", path.read_text("utf-8"), re.MULTILINE)
