"""Writes the pages of the plans: `python -m streams.documents`, a page a plan under `deploy/docs/plans`.

A test compares what stands there with what the catalogue says now, so a definition cannot change behind its page.
"""

import sys
from pathlib import Path
from typing import Final

from models.catalogue import load_catalogue
from models.words.pages import index_page, plan_page

FOLDER: Final = Path(__file__).parents[1] / "deploy" / "docs" / "plans"


def pages() -> dict[str, str]:
    """Return the pages as Markdown by file name: one a plan, and an index."""
    provinces = load_catalogue().provinces.values()
    return {"README.md": index_page(provinces)} | {
        f"{one.plan.id}.md": plan_page(one) for one in provinces
    }


def main() -> None:
    """Write every page, and remove those of plans that are gone."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    written = pages()
    for old in FOLDER.glob("*.md"):
        if old.name not in written:
            old.unlink()
    for name, text in written.items():
        (FOLDER / name).write_text(text, encoding="utf-8")
        sys.stdout.write(f"{FOLDER / name}\n")


if __name__ == "__main__":
    main()
