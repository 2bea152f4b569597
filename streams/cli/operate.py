"""Commands of whoever operates tiendo: `worker`, `topics`, `migrate`."""

import asyncio
import logging
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from models.errors import UsageError

if TYPE_CHECKING:
    from streams.settings import Settings


def worker() -> None:
    """Fold the provinces' topics into Postgres, until told to stop."""
    from streams.settings import load_settings
    from streams.worker import main

    settings = load_settings()
    configure(settings)
    raise typer.Exit(main(settings))


def topics(
    acl: Annotated[
        Path | None,
        typer.Option("--acl", metavar="FILE", help="Also grant the rights of the users in FILE."),
    ] = None,
    prune: Annotated[
        bool, typer.Option("--prune", help="With --acl: remove rights that FILE does not give.")
    ] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="With --acl: show the rights, change nothing.")
    ] = False,
) -> None:
    """Create the topics that are missing, and check those that exist; say who may write and read them."""
    from models.topics import all_topics
    from streams.settings import load_settings
    from streams.topic_admin import ensure_topics

    if acl is None and (prune or dry_run):
        raise UsageError("--prune and --dry-run are about rights: name the users' file with --acl")
    configure_quiet_logs()
    settings = load_settings()
    if acl is not None:
        from streams.cli import access, tables

        rights = access.wanted_rights(settings, acl)
        if dry_run:
            compared = access.compare_rights(settings, rights)
            tables.print_to_stdout(access.table(compared, prune=prune))
            return
    wanted = [topic for topic in all_topics() if topic.province in settings.provinces]
    states = asyncio.run(ensure_topics(settings, wanted))
    for state in states:
        found = "created" if state.created else "; ".join(state.faults) or "as it should be"
        sys.stdout.write(f"{state.topic}: {found}\n")
    if acl is not None:
        for line in access.grant(settings, access.compare_rights(settings, rights), prune=prune):
            sys.stdout.write(f"{line}\n")
    if any(state.faults for state in states):
        raise typer.Exit(1)


def migrate(
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Print the SQL, change nothing.")
    ] = False,
    reinstate: Annotated[
        bool,
        typer.Option(
            "--reinstate", help="Go back to this version, though a later one is registered."
        ),
    ] = False,
) -> None:
    """Bring the database to this version's schema and catalogue."""
    from models.catalogue import load_catalogue
    from sinks.postgres import migrations
    from streams.provision import provide_schema
    from streams.settings import load_settings

    settings = load_settings()
    configure_quiet_logs()
    if dry_run:
        sys.stdout.write(migrations.pending_sql(settings.dsn))
        return
    done = asyncio.run(provide_schema(settings.dsn, load_catalogue(), reinstate=reinstate))
    for line in done:
        sys.stdout.write(f"{line}\n")


def configure(settings: "Settings") -> None:
    """Log as the settings say; libraries that repeat themselves are slowed down."""
    from streams import logs
    from streams.log_flood import OncePerMinute

    logs.configure(level=settings.log_level, json=settings.log_json, filters=[OncePerMinute()])


def configure_quiet_logs() -> None:
    """For commands that end: what a library says of an error is in the sentence that the command prints."""
    from streams import logs

    logs.configure(level="WARNING")
    for library in ("aiokafka", "kafka", "faust", "mode"):
        logging.getLogger(library).setLevel(logging.CRITICAL)
