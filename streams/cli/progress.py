"""How far a command is: bars on a terminal, a plain line a stage elsewhere; always on stderr, stdout is for the result."""

import contextlib
import time
from collections.abc import Callable, Iterator
from typing import Final

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

SAY_AGAIN_SECONDS: Final = 10.0
"""Without bars, a long stage says this often how far it is."""


class Watch:
    """Shows the stages of a run and how many records have passed."""

    def __init__(
        self,
        console: Console,
        bars: Progress | None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._console = console
        self._clock = clock
        self._said_at = clock()
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

    def say(self, text: str) -> None:
        """Say something that the reader should know while the stage goes on."""
        self._console.print(text, highlight=False, markup=False, soft_wrap=True)

    def clear(self) -> None:
        """Take the bars away: something else is shown from now on."""
        if self._bars is not None:
            self._bars.stop()
            self._bars = None

    def sent(self, records: int, total: int | None = None) -> None:
        """Count records that the broker has acknowledged, of `total` where it is known."""
        self._sent += records
        self.done(self._sent, total)

    def done(self, records: int, total: int | None) -> None:
        """Say how many of `total` records have passed the stage."""
        if self._bars is not None and self._task is not None:
            self._bars.update(self._task, completed=records, total=total)
        elif self._bars is None and self._clock() - self._said_at >= SAY_AGAIN_SECONDS:
            self._said_at = self._clock()
            self.say(f"  {records:,}" if total is None else f"  {records:,} of {total:,}")


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
