"""Write the page of a plan as one HTML file that needs nothing else: to be printed and ticked off against the paper."""

from html import escape
from typing import Final

from streams.cli.plan_page import Entry, Note, Page, Part

_STYLE: Final = """
body { font: 15px/1.45 system-ui, sans-serif; margin: 2rem auto; max-width: 60rem; color: #111; }
h2 { border-bottom: 1px solid #999; margin-top: 2rem; }
article { break-inside: avoid; padding: .6rem 0; border-bottom: 1px dotted #bbb; }
article > p { margin: .2rem 0; }
code, pre { font: 13px/1.4 ui-monospace, monospace; }
pre { margin: 0; white-space: pre-wrap; }
.en { color: #555; }
dl { display: grid; grid-template-columns: 9rem 1fr; margin: .3rem 0; }
dt { color: #555; }
dd { margin: 0; }
"""


def html_of(page: Page) -> str:
    """Return the page as a document."""
    parts = "".join(_part(part) for part in page.parts)
    title = escape(page.title)
    return (
        f'<!doctype html>\n<html lang="vi">\n<meta charset="utf-8">\n<title>{title}</title>\n'
        f"<style>{_STYLE}</style>\n<h1>{title}</h1>\n{_notes(page.notes)}{parts}</html>\n"
    )


def _part(part: Part) -> str:
    entries = "".join(_entry(entry) for entry in part.entries)
    return f"<section>\n<h2>{escape(part.heading)}</h2>\n{entries}</section>\n"


def _entry(entry: Entry) -> str:
    sentence = f"<p><strong>{escape(entry.sentence)}</strong></p>\n" if entry.sentence else ""
    english = f'<p class="en" lang="en">{escape(entry.english)}</p>\n' if entry.english else ""
    tick = '<input type="checkbox" aria-label="đã đối chiếu">'
    name = escape(entry.id)
    return (
        f'<article id="{name}">\n<p><label>{tick} <code>{name}</code></label></p>\n'
        f"{sentence}{english}{_notes(entry.notes)}</article>\n"
    )


def _notes(notes: tuple[Note, ...]) -> str:
    rows = "".join(f"<dt>{escape(note.label)}</dt><dd>{_text(note)}</dd>\n" for note in notes)
    return f"<dl>\n{rows}</dl>\n"


def _text(note: Note) -> str:
    text = escape(note.text)
    return f"<pre>{text}</pre>" if note.code else text
