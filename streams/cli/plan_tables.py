"""Show the page of a plan on a terminal."""

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.rule import Rule
from rich.table import Table
from rich.text import Text

from streams.cli.plan_page import Entry, Note, Page


def page_table(page: Page) -> RenderableType:
    """Return a page as what Rich prints."""
    shown: list[RenderableType] = [Text(page.title, style="bold"), _notes(page.notes)]
    for part in page.parts:
        shown += [Text(), Rule(Text(part.heading, style="bold"), align="left", characters="─")]
        shown += [_entry(entry) for entry in part.entries]
    return Group(*shown)


def _entry(entry: Entry) -> RenderableType:
    lines: list[RenderableType] = [Text(), Text(entry.id, style="cyan")]
    lines += [Text(entry.sentence, style="bold")] if entry.sentence else []
    lines += [Text(entry.english, style="dim")] if entry.english else []
    return Group(*lines, Padding(_notes(entry.notes), (0, 0, 0, 2)))


def _notes(notes: tuple[Note, ...]) -> Table:
    table = Table.grid(padding=(0, 2))
    table.add_column(style="dim", no_wrap=True)
    table.add_column(ratio=1)
    for note in notes:
        table.add_row(note.label, Text(note.text))
    return table
