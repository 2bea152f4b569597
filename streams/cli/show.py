"""Commands that show tiendo at work: `demo` and `simulate`."""

import sys
from typing import Annotated

import typer

from streams.cli.provinces import Provinces, asked


def simulate(
    seed: Annotated[int, typer.Option("--seed", metavar="N", help="Same seed, same bytes.")] = 1,
    province: Provinces = None,
    days: Annotated[
        int | None,
        typer.Option("--days", metavar="N", min=1, help="Only the first N days of each plan."),
    ] = None,
) -> None:
    """Print simulated events of the provinces' plans: NDJSON on stdout."""
    from streams.simulator import simulate as lines

    for line in lines(seed, asked(province), days):
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
