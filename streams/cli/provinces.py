"""Which provinces a command is about: those named on its line, in the order in which tiendo names them everywhere."""

from collections.abc import Collection
from typing import Annotated

import typer

from models.errors import UsageError
from models.topics import PROVINCES

Provinces = Annotated[
    list[str] | None, typer.Option("--province", metavar="P", help="Only this one; repeatable.")
]
"""The option of a command on any number of them."""


def asked(named: Collection[str] | None) -> tuple[str, ...]:
    """Return the provinces that are named, or all where none is.

    Raises:
        UsageError: there is no such province.
    """
    unknown = [slug for slug in named or () if slug not in PROVINCES]
    if unknown:
        raise UsageError(f"unknown province {unknown[0]}: known are {', '.join(PROVINCES)}")
    return tuple(slug for slug in PROVINCES if named is None or slug in named)
