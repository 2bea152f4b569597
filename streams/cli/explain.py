"""`tiendo explain`: why a figure is what it is, on a page that a supervisor can hold beside the plan."""

import asyncio
import datetime as dt
import difflib
import sys
from dataclasses import replace
from typing import TYPE_CHECKING, Annotated, Final, NamedTuple

import typer

from models.errors import UsageError
from streams.cli.provinces import asked

if TYPE_CHECKING:
    from models.catalogue import Catalogue, CompiledTarget, ProvinceCatalogue
    from models.changes import Mark
    from models.days import Day
    from models.figures import CompiledIndicator
    from streams.cli.explained import Explained

_NEAREST: Final = 3
_LIKENESS: Final = 0.4


def explain(  # noqa: PLR0913, PLR0917 - the options of a command
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
    window: Annotated[
        str | None,
        typer.Option(
            "--window", metavar="W", help="Of a house indicator: 7d, 30d, 90d, year, plan."
        ),
    ] = None,
    limit: Annotated[
        int, typer.Option("--limit", metavar="N", min=0, help="Subjects of each part; 0: all.")
    ] = 20,
    json: Annotated[bool, typer.Option("--json", help="Print only JSON.")] = False,
) -> None:
    """Explain a figure: sentence, definition, assumption, what each agency brings, and the events behind it.

    Read with all facts known now, so that it may be ahead of `tiendo targets` until the open day closes; what was
    published otherwise is told, with the facts that came later.
    """
    from models.catalogue import load_catalogue
    from streams.cli import tables
    from streams.cli.explained_page import page
    from streams.cli.json_rows import dumps

    catalogue = load_catalogue()
    asked = _Question(
        *_found(catalogue, name, province, window), agency, as_of, None if limit == 0 else limit
    )
    explained = asyncio.run(_explained(asked, catalogue.engine_version))
    if json:
        sys.stdout.write(dumps(explained.as_json()) + "\n")
    else:
        tables.print_to_stdout(page(explained))


class _Question(NamedTuple):
    """What is asked."""

    owner: "ProvinceCatalogue"
    target: "CompiledTarget | None"
    indicator: "CompiledIndicator"
    agency: str | None
    as_of: dt.datetime | None
    limit: int | None


async def _explained(question: _Question, engine_version: str) -> "Explained":
    """Answer it as one moment of the database has it."""
    from models.changes import KpiKey
    from models.explaining import DOWNWARDS, explain_indicator, explain_target, measures_behind
    from models.opening import edges_of
    from models.panes import ALL
    from models.restoring import sources_of
    from sinks.postgres import queries
    from sinks.postgres.published import published_about
    from sinks.postgres.reads import load_excerpt
    from sinks.postgres.tending import went_on_elsewhere
    from sinks.postgres.verification import one_moment
    from streams.cli.explained import Explained
    from streams.cli.opening import Asked
    from streams.cli.operate import configure_quiet_logs
    from streams.log_search import READ_AT_MOST, PastLog
    from streams.settings import load_settings

    owner, target, indicator, agency, as_of, limit = question
    configure_quiet_logs()
    settings = load_settings()
    async with queries.reading(settings.dsn) as connection, one_moment(connection):
        mark = await queries.folded(connection, owner.province, engine_version)
        if mark is None:
            raise _nothing(owner.province)
        day = _day(owner, mark, as_of, judged=target is not None)
        code = ALL if agency is None else agency
        key = KpiKey(indicator.plan, indicator.id, code)
        published = await published_about(connection, owner.province, key, indicator.window, day)
        edges = (
            edges_of(indicator, day, [row.closed_day for row in published])
            if target is None
            else None  # a target is judged on every day
        )
        stored = await load_excerpt(
            connection, owner.province, mark, measures_behind(owner, indicator), edges
        )
        sources = sources_of(owner.lists, stored)
        explanation = (
            explain_indicator(owner, indicator, sources, day)
            if target is None
            else explain_target(owner, target, sources, mark, day)
        )
        explained = Explained(owner, indicator, target, explanation)
        if agency is not None:
            explained = explained.of(agency)
        elsewhere = await went_on_elsewhere(connection, owner.province)
        log = PastLog(
            settings, owner.province, mark, elsewhere, None if limit is None else READ_AT_MOST
        )
        high_first = target is not None and target.terms.operator in DOWNWARDS
        return await explained.opened_by(
            connection, Asked(code, limit, high_first, log), sources, stored, published
        )


def _found(
    catalogue: "Catalogue", name: str, province: str | None, window: str | None
) -> "tuple[ProvinceCatalogue, CompiledTarget | None, CompiledIndicator]":
    """Return the target or the house indicator of a name, with its province."""
    owners = [catalogue.province(slug) for slug in asked(None if province is None else [province])]
    for owner in owners:
        for target in owner.targets:
            if target.definition.id == name and target.indicator is not None:
                return owner, target, _over(target.indicator, window)
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
        return owner, None, _over(indicator, window)
    known = sorted({indicator.id for owner in owners for indicator in owner.indicators})
    near = difflib.get_close_matches(name, known, _NEAREST, _LIKENESS)
    where = "" if province is None else f" in {province}"
    mend = f"the nearest are {', '.join(near)}" if near else "see `tiendo targets` for the ids"
    raise UsageError(f"no target or indicator {name}{where}: {mend}")


def _over(indicator: "CompiledIndicator", window: str | None) -> "CompiledIndicator":
    """Return an indicator that is read over the window asked for, which must be one of its own."""
    if window is None:
        return indicator
    for own in indicator.windows:
        if own == window:
            return replace(indicator, window=own)
    raise UsageError(
        f"{indicator.id} is not read over {window}: take one of {', '.join(indicator.windows)}"
    )


def _day(
    owner: "ProvinceCatalogue", mark: "Mark", as_of: dt.datetime | None, *, judged: bool
) -> "Day":
    """Return the day to read on: by default the last that is closed for a target, the open one for a figure."""
    from models.days import date_of, day_from_date

    last = mark.as_of
    if last is None:
        raise _nothing(owner.province)
    if as_of is None:
        closed = mark.closed
        return closed if judged and closed is not None else last
    day = day_from_date(as_of.date())
    first = mark.first_day
    if first is not None and day < first:
        raise UsageError(
            f"the log of {owner.province} begins on {date_of(first).isoformat()}:"
            " give that day or one after it"
        )
    if day > last:
        raise UsageError(
            f"the log of {owner.province} ends on {date_of(last).isoformat()}:"
            " give that day or one before it"
        )
    return day


def _nothing(province: str) -> UsageError:
    return UsageError(f"nothing of {province} was folded yet: start a worker, and send events")
