"""`tiendo release`: an operator decides how a parked province goes on."""

import asyncio
import getpass
import sys
from typing import TYPE_CHECKING, Annotated

import typer

from models.errors import UsageError
from streams.cli.provinces import asked

if TYPE_CHECKING:
    from models.operating import Choice


def release(  # noqa: PLR0913, PLR0917 - options are parameters
    province: Annotated[str, typer.Argument(metavar="PROVINCE", help="The one that is parked.")],
    at_mark: Annotated[
        bool, typer.Option("--at-mark", help="The cause is gone: go on where it stood.")
    ] = False,
    from_offset: Annotated[
        int | None,
        typer.Option("--from-offset", metavar="N", help="Go on at this offset, keep the figures."),
    ] = None,
    from_beginning: Annotated[
        bool, typer.Option("--from-beginning", help="Go on at the log's start, keep the figures.")
    ] = False,
    refold: Annotated[
        bool, typer.Option("--refold", help="Empty the tables, fold the log from its start.")
    ] = False,
    reason: Annotated[
        str, typer.Option("--reason", metavar="TEXT", help="Why: kept with the decision.")
    ] = "",
    by: Annotated[
        str | None, typer.Option("--by", metavar="NAME", help="Who decides; by default the user.")
    ] = None,
    yes: Annotated[
        bool, typer.Option("--yes", help="Yes, empty the province's tables (--refold).")
    ] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Show what was found, decide nothing.")
    ] = False,
) -> None:
    """Show why a province is parked and how it can go on; with one of the ways and a reason, let it."""
    from sinks.postgres.release import release as carry_out
    from streams.cli.operate import configure_quiet_logs
    from streams.releasing import find, ordered, shown
    from streams.settings import load_settings

    (slug,) = asked([province])
    chosen = _chosen(
        at_mark=at_mark,
        from_offset=from_offset,
        from_beginning=from_beginning,
        refold=refold,
    )
    configure_quiet_logs()
    settings = load_settings()
    found = asyncio.run(find(settings, slug))
    if chosen is None or dry_run:
        for line in shown(found):
            sys.stdout.write(line + "\n")
    if chosen is None:
        return
    who = getpass.getuser() if by is None else by
    order = ordered(found, chosen, from_offset, decided_by=who, reason=reason)
    if refold and not yes and not dry_run:
        raise UsageError(
            f"--refold empties all tables of {slug}: their figures are gone until its log has been folded again."
            " Say --yes if that is meant"
        )
    will = f"{slug}: {order.choice} at offset {order.mark_after} (was {order.mark_before})"
    if dry_run:
        sys.stdout.write(f"would be decided: {will}\n")
        return
    number = asyncio.run(carry_out(settings.dsn, order))
    sys.stdout.write(f"decision {number}: {will}; its worker goes on within some seconds\n")


def _chosen(
    *, at_mark: bool, from_offset: int | None, from_beginning: bool, refold: bool
) -> "Choice | None":
    """Return the one choice that was made; UsageError where there are several."""
    from models.operating import Choice

    made = [
        choice
        for choice, is_it in (
            (Choice.RETRY, at_mark),
            (Choice.GO_ON, from_offset is not None),
            (Choice.GO_ON, from_beginning),
            (Choice.REFOLD, refold),
        )
        if is_it
    ]
    if len(made) > 1:
        raise UsageError(
            "choose one of --at-mark, --from-offset, --from-beginning and --refold, not several"
        )
    return made[0] if made else None
