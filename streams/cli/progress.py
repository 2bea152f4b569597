"""How far a command is: bars on a terminal, a plain line a stage elsewhere; always on stderr, stdout is for the result."""

import contextlib
from collections.abc import Iterator

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    SpinnerColumn,
    TaskID,
    TextColumn,
    TimeElapsedColumn,
)


class Watch:
    """Shows the stages of a run and how many records have passed."""

    def __init__(self, console: Console, bars: Progress | None) -> None:
        self._console = console
        self._bars = bars
        self._task: TaskID | None = None
        self._sent = 0

    def stage(self, text: str) -> None:
        """Say what begins now."""
        if self._bars is None:
            self._console.print(text, highlight=False)
            return
        if self._task is not None:
            self._bars.remove_task(self._task)
        self._task = self._bars.add_task(text, total=None)

    def clear(self) -> None:
        """Take the bars away: something else is shown from now on."""
        if self._bars is not None:
            self._bars.stop()
            self._bars = None

    def sent(self, records: int) -> None:
        """Count records that the broker has acknowledged."""
        self._sent += records
        self.done(self._sent, None)

    def done(self, records: int, total: int | None) -> None:
        """Say how many of `total` records have passed the stage."""
        if self._bars is not None and self._task is not None:
            self._bars.update(self._task, completed=records, total=total)


@contextlib.contextmanager
def watching(*, enabled: bool) -> Iterator[Watch]:
    """Watch a run on stderr; not `enabled`: in silence."""
    console = Console(stderr=True, quiet=not enabled)
    if not console.is_terminal:
        yield Watch(console, None)
        return
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(bar_width=30),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=console, transient=True, disable=not enabled) as bars:
        yield Watch(console, bars)
