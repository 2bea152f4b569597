"""`tiendo log`: a province's log as a file, and back into an empty topic."""

import asyncio
import os
import sys
from pathlib import Path
from typing import Annotated

import typer

from models.errors import UsageError
from streams.cli.provinces import asked

app = typer.Typer(
    name="log",
    help="Save a province's log as a file, and put it back without what must not be in it.",
    no_args_is_help=True,
)

Slug = Annotated[str, typer.Argument(metavar="PROVINCE")]


@app.command()
def save(
    province: Slug,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="To write; it must not exist.")],
) -> None:
    """Write every record of the province's log, a line each; the file is for its owner only: it holds what events hold."""
    from streams.cli.operate import configure_quiet_logs
    from streams.log_copy import saved
    from streams.settings import load_settings

    (slug,) = asked([province])
    configure_quiet_logs()
    settings = load_settings()
    try:
        descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except OSError as error:
        raise UsageError(f"{file} cannot be written ({error.strerror}): name a new file") from error

    async def write() -> int:
        count = 0
        with os.fdopen(descriptor, "w", encoding="utf-8") as sink:
            async for line in saved(settings, slug):
                sink.write(line + "\n")
                count += 1
        return count

    sys.stdout.write(f"{slug}: {asyncio.run(write())} records written to {file}\n")


@app.command()
def restore(
    province: Slug,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="As `save` has written it.")],
) -> None:
    """Send a saved log's records to the province's empty topic, with their own timestamps."""
    from streams.cli.operate import configure_quiet_logs
    from streams.log_copy import put_back
    from streams.settings import load_settings

    (slug,) = asked([province])
    configure_quiet_logs()
    settings = load_settings()
    try:
        source = file.open(encoding="utf-8")
    except OSError as error:
        raise UsageError(f"{file} cannot be read ({error.strerror})") from error
    with source:
        count = asyncio.run(put_back(settings, slug, source))
    sys.stdout.write(
        f"{slug}: {count} records sent; `tiendo release {slug}` lets a worker fold them\n"
    )
