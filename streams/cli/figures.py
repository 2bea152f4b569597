"""Commands that read the views of the configured database: `kpi`, `targets`, `problems`, `alerts`."""

import asyncio
import sys
from collections.abc import Mapping, Sequence
from typing import Annotated, Literal

import typer

from models.errors import UsageError
from models.topics import PROVINCES

Rows = Sequence[Mapping[str, object]]
Province = Annotated[
    list[str] | None, typer.Option("--province", metavar="P", help="Only this one; repeatable.")
]
Json = Annotated[bool, typer.Option("--json", help="Print only JSON.")]


def kpi(province: Province = None, json: Json = False) -> None:
    """Show the provinces' figures."""
    from streams.cli import tables

    rows = _read("kpi_current", province)
    if json:
        _print_json(rows)
    else:
        called = tables.titles()
        for slug in _asked(province):
            tables.print_to_stdout(tables.kpi_table(rows, slug, called))


def targets(province: Province = None, json: Json = False) -> None:
    """Show how the targets stand, those that need somebody first."""
    from streams.cli import tables

    rows = _read("target_attainment", province)
    if json:
        _print_json(rows)
    else:
        tables.print_to_stdout(tables.targets_table(rows))


def problems(province: Province = None, json: Json = False) -> None:
    """Show the problems that the plans speak of, those that events show first."""
    from streams.cli import tables

    rows = _read("problem", province)
    if json:
        _print_json(rows)
    else:
        tables.print_to_stdout(tables.problems_table(rows))


def alerts(province: Province = None, json: Json = False) -> None:
    """Show the alerts, those that fire first."""
    from streams.cli import tables

    rows = _read("alert", province)
    if json:
        _print_json(rows)
    else:
        tables.print_to_stdout(tables.alerts_table(rows, tables.titles()))


def _asked(province: list[str] | None) -> tuple[str, ...]:
    """Return the provinces asked for, in the order of the provinces; all of them by default."""
    unknown = [slug for slug in province or () if slug not in PROVINCES]
    if unknown:
        raise UsageError(f"unknown province {unknown[0]}: known are {', '.join(PROVINCES)}")
    return tuple(slug for slug in PROVINCES if province is None or slug in province)


def _read(
    view: Literal["kpi_current", "target_attainment", "problem", "alert"],
    province: list[str] | None,
) -> Rows:
    """Return the rows of a view, for the provinces asked for."""
    from sinks.postgres import queries
    from streams.cli.operate import configure_quiet_logs
    from streams.settings import load_settings

    asked = _asked(province)
    configure_quiet_logs()
    dsn = load_settings().dsn
    read = {
        "kpi_current": queries.kpi_current,
        "target_attainment": queries.target_attainment,
        "problem": queries.problem,
        "alert": queries.alert,
    }[view]

    async def run() -> Rows:
        async with queries.reading(dsn) as connection:
            return await read(connection, asked)

    return asyncio.run(run())


def _print_json(rows: Rows) -> None:
    from streams.cli.json_rows import dumps, json_rows

    sys.stdout.write(dumps(json_rows(rows)) + "\n")
