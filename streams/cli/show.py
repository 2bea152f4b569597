"""Commands that show tiendo at work: `demo` and `simulate`."""

import sys
from typing import Annotated

import typer

from models.errors import UsageError
from models.topics import PROVINCES


def simulate(
    seed: Annotated[int, typer.Option("--seed", metavar="N", help="Same seed, same bytes.")] = 1,
    province: Annotated[
        list[str] | None,
        typer.Option("--province", metavar="P", help="Only this one; repeatable."),
    ] = None,
    days: Annotated[
        int | None,
        typer.Option("--days", metavar="N", min=1, help="Only the first N days of each plan."),
    ] = None,
) -> None:
    """Print simulated events of the provinces' plans: NDJSON on stdout."""
    from streams.simulator import simulate as lines

    for line in lines(seed, _known(province), days):
        sys.stdout.buffer.write(line + b"\n")
    sys.stdout.buffer.flush()


def demo() -> None:
    """Watch five provinces' plans move: simulated events through the whole pipeline, on services of its own.

    On a terminal it goes on until Ctrl-C; elsewhere it ends by itself.
    """
    import asyncio

    from streams.cli.demonstration import demonstrate
    from streams.cli.operate import configure_quiet_logs

    configure_quiet_logs()
    try:
        asyncio.run(demonstrate())
    except KeyboardInterrupt as stop:  # how a person ends it, and no failure
        raise typer.Exit from stop


def _known(province: list[str] | None) -> tuple[str, ...]:
    unknown = [slug for slug in province or () if slug not in PROVINCES]
    if unknown:
        raise UsageError(f"unknown province {unknown[0]}: known are {', '.join(PROVINCES)}")
    return tuple(slug for slug in PROVINCES if province is None or slug in province)
