"""`tiendo publish`: files to the configured Kafka, with a report; a run that stops says from where it can go on."""

import asyncio
import shlex
import sys
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from models.errors import TiendoError, Unavailable, UsageError
from streams.cli.sheet_options import Files, Sheets, with_sheet_options

if TYPE_CHECKING:
    from streams.cli.progress import Watch
    from streams.inputs import Judged
    from streams.lines import Line
    from streams.sending import Sender
    from streams.settings import Settings


class NotFinished(TiendoError):  # noqa: N818 - named for what happened to the run
    """A run of `publish` stopped on its way; the message says why and from where to go on."""


@with_sheet_options
def publish(  # noqa: PLR0913 - Typer makes options of parameters
    *,
    files: Files,
    from_line: Annotated[
        int, typer.Option("--from-line", metavar="N", min=1, help="Begin there in the first FILE.")
    ] = 1,
    wait: Annotated[
        float | None,
        typer.Option(
            "--wait",
            metavar="SECONDS",
            min=0,
            help="For a Kafka that is away: 60 once it was reached, else 0.",
        ),
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="Print only JSON: the report.")] = False,
    sheets: Sheets,
    all_or_nothing: Annotated[
        bool,
        typer.Option(
            "--all-or-nothing",
            help="Send nothing of a FILE with a row that is a fault.",
            rich_help_panel="CSV files",
        ),
    ] = False,
    retract_missing: Annotated[
        Path | None,
        typer.Option(
            "--retract-missing",
            metavar="FILE",
            exists=True,
            dir_okay=False,
            help="With --snapshot: take back what this earlier register has and FILE has not.",
            rich_help_panel="CSV files",
        ),
    ] = None,
) -> None:
    """Send files to the topics of their provinces: NDJSON line by line as it stands, CSV row by row as events.

    A line that a worker will refuse is sent all the same, and counted in the report. A row of CSV that cannot become an event is
    a fault (as of `tiendo check`): it is not sent, and the exit status is 1. The same file sent again changes nothing.
    """
    from streams.cli.operate import configure_quiet_logs
    from streams.cli.progress import watching
    from streams.settings import load_settings

    if retract_missing is not None and (sheets.options.as_of is None or len(files) != 1):
        raise UsageError("--retract-missing is for one register: add --snapshot, and name one FILE")
    configure_quiet_logs()
    settings = load_settings()
    run = _Run(settings, files, sheets, retract_missing, whole=all_or_nothing)
    with watching(enabled=True) as watch:
        try:
            asyncio.run(run.through(watch, from_line, wait))
        except KeyboardInterrupt:
            watch.clear()
            sys.stderr.write(f"tiendo: stopped{run.going_on()}\n")
            raise
    run.report(json=json)
    if run.delivery.unsendable:
        raise typer.Exit(1)


class _Run:
    """One call: its files, what was counted, and how far it is."""

    def __init__(
        self,
        settings: "Settings",
        files: Sequence[Path],
        sheets: Sheets,
        earlier: Path | None,
        *,
        whole: bool,
    ) -> None:
        from streams.delivery import Delivery

        self._settings = settings
        self._files = files
        self._sheets = sheets
        self._earlier = earlier
        # A row that is a fault would look like one that the register does not have any more.
        self._whole = whole or earlier is not None
        self._sender: Sender | None = None
        self._at = 0
        self._faults: list[dict[str, object]] = []
        self.delivery = Delivery()

    async def through(self, watch: "Watch", from_line: int, wait: float | None) -> None:
        """Send all files; NotFinished says how far it came."""
        from streams.lines import STDIN, count_lines
        from streams.sending import NotPublished, Sender

        total = None
        if not self._sheets.files and STDIN not in self._files:
            total = sum(map(count_lines, self._files)) - from_line + 1

        def sent(lines: "Sequence[Line]") -> None:
            self.delivery.acknowledged(lines)
            watch.sent(len(lines), total)

        try:
            async with Sender(
                self._settings, patience_seconds=wait, say=watch.say, sent=sent
            ) as sender:
                self._sender = sender
                for at, file in enumerate(self._files):
                    self._at = at
                    watch.stage(f"Sending {file} ...")
                    first = from_line if self._at == 0 else 1
                    sender.next_line = first
                    await self._send(sender, file, first, watch)
        except (Unavailable, NotPublished) as error:
            raise NotFinished(f"{error}{self.going_on()}") from error

    async def _send(self, sender: "Sender", file: Path, first: int, watch: "Watch") -> None:
        from streams.incoming import Incoming
        from streams.inputs import judged, judged_lines, judged_rows, now_ms
        from streams.lines import STDIN, lines_in

        if file in self._sheets.files:
            read = judged_rows(file, self._sheets.options, now_ms(), self._earlier)
        elif file != STDIN:
            read = judged_lines(file, now_ms)
        else:
            with closing(Incoming(sys.stdin.fileno())) as incoming:
                read = judged(lines_in(incoming), now_ms)
                lines = self._lines(read, file, first, watch)
                await sender.send(lines, first, incoming.must_wait)
            return
        await sender.send(self._lines(read, file, first, watch), first)

    def going_on(self) -> str:
        """Return from where the rest can be sent; nothing where nothing was sent."""
        if self._sender is None or not self.delivery.total:
            return ""
        line = self._sender.next_line
        rest = shlex.join(map(str, self._files[self._at :]))
        return f"; {self.delivery.total:,} are sent: go on with --from-line {line} {rest}"

    def report(self, *, json: bool) -> None:
        """Print what was counted."""
        from streams.cli.json_rows import dumps

        ends = {} if self._sender is None else self._sender.ends
        if json:
            found = {**self.delivery.as_json(ends), "faults": self._faults}
            sys.stdout.write(dumps(found) + "\n")
        else:
            sys.stdout.write("".join(f"{line}\n" for line in self.delivery.in_words(ends)))

    def _lines(
        self, read: "Iterator[Judged]", file: Path, first: int, watch: "Watch"
    ) -> "Iterator[Line]":
        """Yield what is sent of a file, and tell of what is or will be refused."""
        if file in self._sheets.files and self._whole:
            rows = list(read)
            faulty = any(one.line is None for one in rows)
            if faulty:
                watch.say(f"{file}: nothing of it is sent, for these faults:")
            read = (one._replace(line=None) if faulty else one for one in rows)
        for one in read:
            if one.number < first:
                continue
            new = self.delivery.read(one)
            if one.refusal is not None and one.line is None:
                watch.say(f"{file}:{one.number}: {one.refusal}")
                self._faults.append(
                    {"file": str(file), "line": one.number, **one.refusal._asdict()}
                )
            elif new is not None:
                watch.say(
                    f"{file}:{one.number}: {new}; sent as it stands, it will become a dead letter"
                    f" (the next ones of {new.reason} are only counted)"
                )
            if one.line is not None:
                yield one.line
