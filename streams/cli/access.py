"""What `tiendo topics --acl` does and prints: the rights of a file's users, beside those that Kafka has."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

from rich.console import RenderableType
from rich.table import Table

from models.access import Comparison, Right, compare, read_access, rights
from models.errors import UsageError
from sinks.acls import Acls
from sinks.brokers import reach
from streams.settings import Settings


def wanted_rights(settings: Settings, file: Path) -> list[Right]:
    """Return what a file gives its users; UsageError when it cannot be read or says what cannot be."""
    try:
        text = file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"{file} cannot be read ({type(error).__name__})") from error
    return rights(read_access(text, str(file)), settings.consumer_group, settings.provinces)


def compare_rights(settings: Settings, wanted: list[Right]) -> Comparison:
    """Set the rights that Kafka has beside those wanted; Unavailable, Forbidden or NoAuthorizer where it does not show them."""
    asyncio.run(reach(settings.brokers))
    return compare(wanted, Acls(settings.brokers).found(), settings.consumer_group)


def grant(settings: Settings, comparison: Comparison, *, prune: bool) -> Iterator[str]:
    """Give what is missing and, with `prune`, take what no file names; yield a line for each thing done or left."""
    acls = Acls(settings.brokers)
    if comparison.missing:
        acls.add(comparison.missing)
    if prune and comparison.unlisted:
        acls.remove(comparison.unlisted)
    yield from (f"granted: {_sentence(one)}" for one in comparison.missing)
    done = "removed" if prune else "not in the file (--prune removes it)"
    yield from (f"{done}: {_sentence(one)}" for one in comparison.unlisted)
    yield from (
        f"reaches our topics among others, left as it is: {_sentence(one)}"
        for one in comparison.beyond
    )
    yield f"{len(comparison.present)} rights were there, {len(comparison.missing)} were granted"


def table(comparison: Comparison, *, prune: bool) -> RenderableType:
    """Return what would be done, a row a right."""
    shown = Table(box=None, pad_edge=False)
    for heading in ("", "user", "may", "on"):
        shown.add_column(heading)
    marks = (
        ("grant", comparison.missing),
        ("stays", comparison.present),
        ("remove" if prune else "unlisted", comparison.unlisted),
        ("beyond", comparison.beyond),
    )
    for mark, found in marks:
        for one in found:
            shown.add_row(mark, one.principal, _operation(one), _resource(one))
    return shown


def _sentence(right: Right) -> str:
    return f"{right.principal} {_operation(right)} {_resource(right)}"


def _operation(right: Right) -> str:
    host = "" if right.host == "*" else f" from {right.host}"
    return f"{'' if right.allowed else 'may not '}{right.operation}{host}"


def _resource(right: Right) -> str:
    return f"{right.resource.lower()} {right.name}{'*' if right.prefixed else ''}"
