"""The command `tiendo`. Modules import their heavy parts inside the commands, so that `--help` answers at once."""

from streams.cli.app import main

__all__ = ["main"]
