"""Commands that read the views of the configured database: `kpi`, `targets`, `duties`, `problems`, `alerts`."""

import asyncio
import sys
from collections.abc import Mapping, Sequence
from typing import Annotated, Literal

import typer

from streams.cli.provinces import Provinces, asked

Rows = Sequence[Mapping[str, object]]
Json = Annotated[bool, typer.Option("--json", help="Print only JSON.")]


def kpi(province: Provinces = None, json: Json = False) -> None:
    """Show the provinces' figures."""
    from streams.cli import tables
    from streams.cli.notes import titles

    (rows,) = _read(province, "kpi_current")
    if json:
        _print_json(rows)
    else:
        called = titles()
        for slug in asked(province):
            tables.print_to_stdout(tables.kpi_table(rows, slug, called))


def targets(province: Provinces = None, json: Json = False) -> None:
    """Show how the targets stand, those that need somebody first."""
    from streams.cli import tables
    from streams.cli.notes import titles

    rows, readings = _read(province, "target_attainment", "target_reading")
    if json:
        _print_json(rows)
    else:
        tables.print_to_stdout(tables.targets_table(rows, titles(), readings=readings))


def duties(province: Provinces = None, json: Json = False) -> None:
    """Show who owes whom which report, those that are late first."""
    from streams.cli import tables
    from streams.cli.duties import duties_overview

    (rows,) = _read(province, "reporting_duty")
    if json:
        _print_json(rows)
    else:
        tables.print_to_stdout(duties_overview(rows))


def problems(province: Provinces = None, json: Json = False) -> None:
    """Show the problems that the plans speak of, those that events show first."""
    from streams.cli import tables

    (rows,) = _read(province, "problem")
    if json:
        _print_json(rows)
    else:
        tables.print_to_stdout(tables.problems_table(rows))


def alerts(province: Provinces = None, json: Json = False) -> None:
    """Show the alerts, those that fire first."""
    from streams.cli import tables
    from streams.cli.notes import titles

    (rows,) = _read(province, "alert")
    if json:
        _print_json(rows)
    else:
        tables.print_to_stdout(tables.alerts_table(rows, titles()))


def _read(
    province: list[str] | None,
    *views: Literal[
        "kpi_current", "target_attainment", "target_reading", "reporting_duty", "problem", "alert"
    ],
) -> list[Rows]:
    """Return the rows of each view, for the provinces asked for."""
    from sinks.postgres import queries
    from streams.cli.operate import configure_quiet_logs
    from streams.settings import load_settings

    provinces = asked(province)
    configure_quiet_logs()
    dsn = load_settings().dsn
    read = {
        "kpi_current": queries.kpi_current,
        "target_attainment": queries.target_attainment,
        "target_reading": queries.target_reading,
        "reporting_duty": queries.reporting_duty,
        "problem": queries.problem,
        "alert": queries.alert,
    }

    async def run() -> list[Rows]:
        async with queries.reading(dsn) as connection:
            return [await read[view](connection, provinces) for view in views]

    return asyncio.run(run())


def _print_json(rows: Rows) -> None:
    from streams.cli.json_rows import dumps, json_rows

    sys.stdout.write(dumps(json_rows(rows)) + "\n")
