"""Markdown tables, and text that stays in its cell."""

from collections.abc import Iterable, Sequence

MADE = "<!-- Made by `make docs` from {source}; edit that, not this page. -->"


def page(source: str, title: str, *blocks: str) -> str:
    """Return a page that says where it comes from; blocks are paragraphs, headings and tables."""
    return "\n\n".join([MADE.format(source=source), f"# {title}", *blocks]) + "\n"


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a table; cells are Markdown already."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)


def prose(text: str) -> str:
    """Return a sentence of a docstring for a cell; its backticks are meant."""
    return " ".join(text.split()).replace("|", "\\|")


def code(text: str) -> str:
    """Return a word as code; '' stays empty."""
    cell = text.replace("|", "\\|")
    return f"`{cell}`" if cell else ""
