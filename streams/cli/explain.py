"""`tiendo explain`: why a figure is what it is, on a page that a supervisor can hold beside the plan."""

import asyncio
import datetime as dt
import difflib
import sys
from typing import TYPE_CHECKING, Annotated, Final

import typer

from models.errors import UsageError
from streams.cli.provinces import asked

if TYPE_CHECKING:
    from models.catalogue import Catalogue, CompiledTarget, ProvinceCatalogue
    from models.changes import StoredBook
    from models.days import Day
    from models.figures import CompiledIndicator

_NEAREST: Final = 3
_LIKENESS: Final = 0.4


def explain(
    name: Annotated[
        str, typer.Argument(metavar="TARGET", help="Id of a target, or of a house indicator.")
    ],
    province: Annotated[
        str | None,
        typer.Option("--province", metavar="P", help="Whose, of a house indicator."),
    ] = None,
    agency: Annotated[
        str | None, typer.Option("--agency", metavar="CODE", help="Only this agency's part.")
    ] = None,
    as_of: Annotated[
        dt.datetime | None,
        typer.Option("--as-of", metavar="DATE", formats=["%Y-%m-%d"], help="Read on this day."),
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="Print only JSON.")] = False,
) -> None:
    """Explain a target's figure: sentence, definition, assumption, and what each agency brings.

    Read with all facts known now, so that it may be ahead of `tiendo targets` until the open day closes.
    """
    from models.catalogue import load_catalogue
    from models.explaining import explain_indicator, explain_target, measures_behind
    from streams.cli import tables
    from streams.cli.explained import Explained, page
    from streams.cli.json_rows import dumps

    catalogue = load_catalogue()
    owner, target, indicator = _found(catalogue, name, province)
    stored = asyncio.run(_read(owner, measures_behind(owner, indicator), catalogue.engine_version))
    day = _day(owner, stored, as_of, judged=target is not None)
    explanation = (
        explain_indicator(owner, indicator, stored, day)
        if target is None
        else explain_target(owner, target, stored, day)
    )
    explained = Explained(owner, indicator, target, explanation)
    if agency is not None:
        explained = explained.of(agency)
    if json:
        sys.stdout.write(dumps(explained.as_json()) + "\n")
    else:
        tables.print_to_stdout(page(explained))


def _found(
    catalogue: "Catalogue", name: str, province: str | None
) -> "tuple[ProvinceCatalogue, CompiledTarget | None, CompiledIndicator]":
    """Return the target or the house indicator of a name, with its province."""
    owners = [catalogue.province(slug) for slug in asked(None if province is None else [province])]
    for owner in owners:
        for target in owner.targets:
            if target.definition.id == name and target.indicator is not None:
                return owner, target, target.indicator
    found = [
        (owner, indicator)
        for owner in owners
        for indicator in owner.indicators
        if indicator.id == name
    ]
    if len(found) > 1:
        raise UsageError(f"{name} is a figure of every province: add --province P")
    if found:
        owner, indicator = found[0]
        return owner, None, indicator
    known = sorted({indicator.id for owner in owners for indicator in owner.indicators})
    near = difflib.get_close_matches(name, known, _NEAREST, _LIKENESS)
    where = "" if province is None else f" in {province}"
    mend = f"the nearest are {', '.join(near)}" if near else "see `tiendo targets` for the ids"
    raise UsageError(f"no target or indicator {name}{where}: {mend}")


def _day(
    owner: "ProvinceCatalogue", stored: "StoredBook", as_of: dt.datetime | None, *, judged: bool
) -> "Day":
    """Return the day to read on: by default the last that is closed for a target, the open one for a figure."""
    from models.days import date_of, day_from_date

    last = stored.mark.as_of
    if last is None:
        raise _nothing(owner.province)
    if as_of is None:
        closed = stored.mark.closed
        return closed if judged and closed is not None else last
    day = day_from_date(as_of.date())
    if day > last:
        raise UsageError(
            f"the log of {owner.province} ends on {date_of(last).isoformat()}:"
            " give that day or one before it"
        )
    return day


async def _read(
    owner: "ProvinceCatalogue", measures: frozenset[str], engine_version: str
) -> "StoredBook":
    from sinks.postgres import queries
    from streams.cli.operate import configure_quiet_logs
    from streams.settings import load_settings

    configure_quiet_logs()
    async with queries.reading(load_settings().dsn) as connection:
        stored = await queries.excerpt(connection, owner.province, measures, engine_version)
    if stored is None:
        raise _nothing(owner.province)
    return stored


def _nothing(province: str) -> UsageError:
    return UsageError(f"nothing of {province} was folded yet: start a worker, and send events")
