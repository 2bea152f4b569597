"""What tiendo promises is held by tests: each sentence links to some, and they are there."""

import re
from pathlib import Path

PAGE = Path(__file__).parents[2] / "deploy/docs/what-tiendo-promises.md"
LINK = re.compile(r"\]\(([^)#]+)#([^)]+)\)")
UNHELD = "no test of ours holds this one"


def test_each_link_leads_to_a_test_or_a_fault() -> None:
    """A test that was renamed or is gone takes its promise with it."""
    links = LINK.findall(PAGE.read_text(encoding="utf-8"))
    lost = [
        f"{path}#{name}"
        for path, name in links
        if not re.search(
            rf"^(?:async )?(?:def|class) {name}\b",
            (PAGE.parent / path).read_text("utf-8"),
            re.MULTILINE,
        )
    ]

    assert [] == lost
    assert len(links) > 30


def test_each_promise_has_a_test() -> None:
    """A bullet without one says so."""
    bullets = re.split(r"^(?=- |#)", PAGE.read_text(encoding="utf-8"), flags=re.MULTILINE)

    assert [] == [
        bullet
        for bullet in bullets
        if bullet.startswith("- ")
        and not LINK.search(bullet)
        and UNHELD not in " ".join(bullet.split())
    ]
