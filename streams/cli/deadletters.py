"""`tiendo deadletters`: what was refused, why, and sending it again; for operators out of the database, for senders out of Kafka."""

import asyncio
import datetime as dt
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from models.errors import TiendoError, UsageError
from streams.cli.provinces import Provinces, asked

if TYPE_CHECKING:
    from models.facts import DeadLetter
    from sinks.postgres.dead_letters import Wanted

app: Final = typer.Typer(
    name="deadletters",
    help="List, show and send again the records that were refused.",
    no_args_is_help=True,
)

Json = Annotated[bool, typer.Option("--json", help="Print only JSON.")]
Topic = Annotated[
    bool,
    typer.Option("--topic", help="Read deadletters.<province> on Kafka instead of the database."),
]
Reason = Annotated[
    str | None, typer.Option("--reason", metavar="CODE", help="Only these: not_json, bad_payload.")
]
Agency = Annotated[str | None, typer.Option("--agency", metavar="CODE", help="Only of this one.")]
Source = Annotated[
    str | None, typer.Option("--source", metavar="URI", help="Only of this sending system.")
]
Since = Annotated[
    str | None, typer.Option("--since", metavar="DATE", help="Only received on this day or later.")
]


class NotFound(TiendoError):  # noqa: N818 - named for what was looked for
    """There is no such dead letter."""


@app.command("list")
def list_(  # noqa: PLR0913, PLR0917 - Typer makes options of parameters
    province: Provinces = None,
    reason: Reason = None,
    agency: Agency = None,
    source: Source = None,
    since: Since = None,
    pending: Annotated[
        bool | None,
        typer.Option("--pending/--replayed", help="Only those not sent again, or sent again."),
    ] = None,
    limit: Annotated[
        int | None,
        typer.Option(
            "--limit",
            metavar="N",
            min=1,
            help="The newest N; 100, or all with --summary or --json.",
        ),
    ] = None,
    summary: Annotated[
        bool, typer.Option("--summary", help="Count them by province, reason, field and sender.")
    ] = False,
    topic: Topic = False,
    json: Json = False,
) -> None:
    """List refused records, the newest first: where, why, and what the sender must write instead."""
    from sinks.postgres.dead_letters import Wanted
    from streams.cli.json_rows import dumps, json_rows
    from streams.cli.letters import listing
    from streams.cli.refused import line, summary_line, summed, with_mend

    if topic and pending is not None:
        raise UsageError("the topic does not know what was sent again: leave --pending out")
    wanted = Wanted(
        asked(province), _reason(reason), agency, source, _since(since),
        None if pending is None else not pending,
    )  # fmt: skip
    if limit is None and not summary and not json:
        limit = 100
    found = asyncio.run(listing(wanted, limit, topic=topic, with_types=not summary))
    rows = (
        summed(found.rows)
        if summary
        else [with_mend(row, found.type_of(row)) for row in found.rows]
    )
    if json:
        sys.stdout.write(dumps(json_rows(rows)) + "\n")
        return
    for row in rows:
        sys.stdout.write(f"{summary_line(row) if summary else line(row)}\n")
    more = "; there are more: --limit, --since, --summary" if found.beyond else ""
    sys.stderr.write(f"{len(found.rows)} dead letters{more}\n")
    if found.withheld is not None:
        sys.stderr.write(f"what to write instead is said in general: {found.withheld}\n")


@app.command()
def show(
    province: Annotated[str, typer.Argument(metavar="PROVINCE", help="Slug: tra-vinh.")],
    offset: Annotated[int, typer.Argument(metavar="OFFSET", min=0, help="As `list` has it.")],
    raw: Annotated[
        bool, typer.Option("--raw", help="Only its bytes, for a file to repair it in.")
    ] = False,
    topic: Topic = False,
    json: Json = False,
) -> None:
    """Show one refused record with its key, headers and bytes; out of the database those are for the role tiendo_operator."""
    from sinks.postgres.dead_letters import NotAllowed
    from streams.cli.json_rows import dumps
    from streams.cli.refused import as_json, in_full

    slug = asked([province])[0]
    try:
        letter = _one(slug, offset, topic=topic)
    except NotAllowed as error:
        if raw:
            raise
        _show_row(slug, offset, str(error), json=json)
        return
    if raw:
        sys.stdout.buffer.write((letter.record.value or b"") + b"\n")
        sys.stdout.buffer.flush()
    elif json:
        sys.stdout.write(dumps(as_json(letter)) + "\n")
    else:
        sys.stdout.write("".join(f"{told}\n" for told in in_full(letter)))


@app.command()
def replay(  # noqa: PLR0913, PLR0917 - Typer makes options of parameters
    province: Provinces = None,
    reason: Reason = None,
    offset: Annotated[
        list[int] | None,
        typer.Option("--offset", metavar="N", min=0, help="Only this one; repeatable."),
    ] = None,
    agency: Agency = None,
    source: Source = None,
    since: Since = None,
    repaired: Annotated[
        Path | None,
        typer.Option(
            "--from",
            metavar="FILE",
            exists=True,
            dir_okay=False,
            help="Send its lines instead: one for each --offset, in that order.",
        ),
    ] = None,
    again: Annotated[
        bool, typer.Option("--again", help="Also those that were sent again before.")
    ] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say what would be sent, and send nothing.")
    ] = False,
    json: Json = False,
) -> None:
    """Send refused records to their topics again: their bytes, key and headers as they came, or repaired.

    Each is marked once Kafka has it, and is not sent again without --again. A replay that is cut short may send a few twice: that
    changes no figure. A record that is refused again becomes a new dead letter.
    """
    from sinks.postgres.dead_letters import Wanted

    provinces = asked(province)
    if reason is None and not offset:
        raise UsageError("say which to send again: --reason CODE, or --province P --offset N")
    if offset and len(provinces) != 1:
        raise UsageError("an offset is of one province: add --province P")
    if repaired is not None and not offset:
        raise UsageError("--from has a line for each record: add an --offset for each line")
    lines = None if repaired is None else _repaired(repaired, offset or [])
    wanted = Wanted(
        provinces, _reason(reason), agency, source, _since(since),
        None if again else False, None if not offset else frozenset(offset),
    )  # fmt: skip
    _replay(wanted, lines, dry_run=dry_run, json=json)


def _replay(wanted: "Wanted", lines: dict[int, bytes] | None, *, dry_run: bool, json: bool) -> None:
    from sinks.postgres.queries import reading
    from streams.cli.json_rows import dumps
    from streams.cli.operate import configure_quiet_logs
    from streams.cli.progress import watching
    from streams.replay import Replayed
    from streams.replay import replay as send_again
    from streams.settings import load_settings

    configure_quiet_logs()
    settings = load_settings()
    dsn = settings.dsn

    async def run() -> list[Replayed]:
        async with reading(dsn) as connection:
            return await send_again(
                settings, connection, wanted, repaired=lines, dry_run=dry_run, done=watch.sent
            )

    with watching(enabled=not json) as watch:
        watch.stage("Reading the dead letters ..." if dry_run else "Sending them again ...")
        found = asyncio.run(run())
    if json:
        sys.stdout.write(dumps([one._asdict() for one in found]) + "\n")
        return
    did = "would be sent again" if dry_run else "sent again"
    for one in found:
        by_reason = ", ".join(f"{reason} {count}" for reason, count in sorted(one.refused.items()))
        told = f"; this version still refuses {by_reason}" if by_reason else ""
        if one.records:
            sys.stdout.write(f"{one.province}: {one.records} {did}{told}\n")
    asked_for = None if wanted.offsets is None else len(wanted.offsets)
    total = sum(one.records for one in found)
    if total == 0 or (asked_for is not None and total < asked_for):
        sys.stdout.write(
            f"{'nothing' if total == 0 else 'nothing else'} waits: what was sent again before needs --again,"
            " and `tiendo deadletters list` has what there is\n"
        )


def _one(province: str, offset: int, *, topic: bool) -> "DeadLetter":
    from sinks.postgres.dead_letters import Wanted
    from streams.cli.letters import kept, returned

    wanted = Wanted([province], offsets=[offset])
    letters = asyncio.run(returned(wanted) if topic else kept(wanted))
    if not letters:
        raise NotFound(
            f"{province} has no dead letter at offset {offset}: `tiendo deadletters list` has them"
        )
    return letters[0]


def _show_row(province: str, offset: int, why: str, *, json: bool) -> None:
    """Show what the view tells of a dead letter, and `why` it is not more."""
    from sinks.postgres.dead_letters import Wanted
    from streams.cli.json_rows import dumps, json_row
    from streams.cli.letters import listing
    from streams.cli.refused import line, with_mend

    wanted = Wanted([province], offsets=[offset])
    (found,) = asyncio.run(listing(wanted, None, topic=False, with_types=False)).rows
    row = with_mend(found)
    if json:
        sys.stdout.write(dumps({**json_row(row), "withheld": why}) + "\n")
    else:
        sys.stdout.write(f"{line(row)}\n{why}\n")


def _reason(code: str | None) -> str | None:
    from models.mending import REASONS

    if code is not None and code not in REASONS:
        raise UsageError(f"--reason {code!r} is no code: known are {', '.join(REASONS)}")
    return code


def _since(text: str | None) -> dt.datetime | None:
    from models.days import datetime_of, start_of
    from models.events.rfc3339 import parse_date, parse_instant

    if text is None:
        return None
    try:
        instant = parse_instant(text) if "T" in text else start_of(parse_date(text))
    except ValueError as error:
        raise UsageError(
            f"--since {text!r} is no day: write it as 2019-10-31, or as 2019-10-31T17:00:00+07:00"
        ) from error
    return datetime_of(instant)


def _repaired(path: Path, offsets: Sequence[int]) -> dict[int, bytes]:
    lines = path.read_bytes().splitlines()
    if len(lines) != len(offsets) or len(set(offsets)) != len(offsets):
        raise UsageError(
            f"{path} has {len(lines)} lines for {len(set(offsets))} offsets: give one --offset for each line"
        )
    return dict(zip(offsets, lines, strict=True))
