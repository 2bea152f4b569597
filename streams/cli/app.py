"""The table of commands, and what a failure looks like: one sentence with the mend on stderr.

Exit status 2: the command was called in a way that cannot work; 1: it failed; 0: it did what was asked.
"""

import os
import signal
import sys
from types import FrameType
from typing import Final

import typer
from typer.exceptions import TyperException

from models.errors import TiendoError, UsageError
from streams.cli import (
    deadletters,
    explain,
    figures,
    files,
    log,
    operate,
    plan,
    publish,
    release,
    show,
    simulation,
    status,
    verify,
)

app: Final = typer.Typer(
    name="tiendo",
    help="Watches, event by event, how Vietnamese provinces carry out their plans for information technology.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)

_COMMANDS: Final = {
    "To see and try": (show.demo, files.try_, simulation.simulate),
    "For agencies, who send": (files.check, publish.publish),
    "For supervisors, who ask": (
        figures.targets,
        figures.alerts,
        figures.kpi,
        figures.duties,
        figures.problems,
        explain.explain,
    ),
    "For operators, who run": (
        operate.migrate,
        operate.topics,
        operate.worker,
        status.status,
        release.release,
        verify.verify,
    ),
}
_GROUPS: Final = {
    "For agencies, who send": (deadletters.app,),
    "For operators, who run": (log.app,),
    "For authors of plans": (plan.app,),
}

for reader, commands in _COMMANDS.items():
    for command in commands:
        app.command(command.__name__.rstrip("_"), rich_help_panel=reader)(command)
for reader, groups in _GROUPS.items():
    for group in groups:
        app.add_typer(group, rich_help_panel=reader)

_INTERRUPTED: Final = 130


def main(arguments: list[str] | None = None) -> None:
    """Run the command that `arguments` (by default the process's) name, and exit with its status."""
    signal.signal(signal.SIGTERM, _interrupt)
    sys.exit(run(arguments))


def _interrupt(_number: int, _frame: FrameType | None) -> None:
    """Let SIGTERM end a command as Ctrl-C does, so that the services that it started end with it."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:  # begun with `&` in a script
        raise KeyboardInterrupt
    signal.raise_signal(signal.SIGINT)


def run(arguments: list[str] | None = None) -> int:
    """Run a command; return its exit status."""
    try:
        status = app(arguments, standalone_mode=False, prog_name="tiendo")
    except UsageError as error:
        return _failed(str(error), 2)
    except TiendoError as error:
        return _failed(str(error), 1)
    except TyperException as error:
        return _failed(_with_mend(error), error.exit_code) if str(error) else error.exit_code
    except (KeyboardInterrupt, typer.Abort):
        return _INTERRUPTED
    except BrokenPipeError:  # whoever read us has enough: `tiendo simulate | head`
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    return status if isinstance(status, int) else 0


def _failed(message: str, status: int) -> int:
    sys.stderr.write(f"tiendo: {message}\n")
    return status


def _with_mend(error: TyperException) -> str:
    """Say what was wrong with the arguments, and where to look them up."""
    context = getattr(error, "ctx", None)
    command = "tiendo" if context is None else context.command_path
    return f"{error.format_message().rstrip('.')}; see {command} --help"
