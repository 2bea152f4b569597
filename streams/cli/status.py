"""`tiendo status`: how each province stands for whoever operates tiendo, and what is to be done."""

import asyncio
import datetime as dt
import sys
from collections.abc import Mapping
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from streams.cli.provinces import Provinces, asked

if TYPE_CHECKING:
    from rich.table import Table

    from models.operating import Status, Stored
    from streams.survey import Survey


def status(
    province: Provinces = None,
    json: Annotated[bool, typer.Option("--json", help="Print only JSON.")] = False,
    check: Annotated[
        bool, typer.Option("--check", help="Exit with 1 if there is anything to do.")
    ] = False,
) -> None:
    """Show how the provinces stand with their logs, and what is to be done."""
    from streams.cli import tables
    from streams.cli.json_rows import dumps
    from streams.cli.operate import configure_quiet_logs
    from streams.settings import load_settings
    from streams.survey import survey

    provinces = asked(province)
    configure_quiet_logs()
    found = asyncio.run(survey(load_settings(), provinces))
    if json:
        sys.stdout.write(dumps(as_json(found)) + "\n")
    else:
        tables.print_to_stdout(status_table(found))
        for line in lines(found):
            sys.stdout.write(line + "\n")
    if check and to_do(found):
        raise typer.Exit(1)


def status_table(found: "Survey") -> "Table":
    """Return a row a province."""
    from streams.cli import tables

    table = tables.new_table("Provinces")
    for name in ("province", "state"):
        table.add_column(name, no_wrap=True)
    for name in ("lag", "waits", "mark", "committed"):
        table.add_column(name, justify="right")
    for name in ("as of", "closed"):
        table.add_column(name, no_wrap=True)
    for name in ("outbox", "dead"):
        table.add_column(name, justify="right")
    for one in found.provinces:
        stored = one.stored
        table.add_row(
            stored.province,
            str(one.state),
            "?" if one.lag_records is None else f"{one.lag_records:,}",
            "?" if one.lag_seconds is None else _span(one.lag_seconds),
            "-" if stored.next_offset is None else str(stored.next_offset),
            _ago(stored, stored.committed_at),
            _day(stored.as_of),
            _day(stored.closed_day),
            str(stored.outbox_pending),
            str(stored.dead_letters),
        )
    return table


def lines(found: "Survey") -> list[str]:
    """Return what does not fit a table: who tends the provinces, refused records, decisions; last a line for each thing to do."""
    from models.operating import decided_note

    said = []
    tended: dict[str, list[str]] = {}
    for one in found.provinces:
        if one.stored.worker is not None:
            ago = _ago(one.stored, one.stored.seen_at)
            tended.setdefault(one.stored.worker, []).append(f"{one.stored.province} ({ago} ago)")
    said += [f"worker {name}: {', '.join(known)}" for name, known in sorted(tended.items())]
    for province, reasons in found.dead_letters.items():
        counts = ", ".join(f"{count:,} {reason}" for reason, count in reasons.items())
        said.append(f"{province}: dead letters kept: {counts}")
    for one in found.provinces:
        decision = one.stored.decision
        note = None if decision is None else decided_note(decision)
        if note is not None:
            said.append(f"{one.stored.province}: {note}")
    things = to_do(found)
    return [*said, *(f"TO DO  {thing}" for thing in things or ["nothing"])]


def to_do(found: "Survey") -> list[str]:
    """Return what somebody has to do, a line each."""
    things = [] if found.kafka_away is None else [f"Kafka is away: {found.kafka_away}"]
    things += [f"{one.stored.province}: {thing}" for one in found.provinces for thing in one.to_do]
    return things


def as_json(found: "Survey") -> dict[str, object]:
    """Return all of it as JSON values; instants in UTC."""
    return {
        "kafka_away": found.kafka_away,
        "provinces": [
            _row(one, found.dead_letters.get(one.stored.province, {})) for one in found.provinces
        ],
        "to_do": to_do(found),
    }


def _row(one: "Status", letters: Mapping[str, int]) -> dict[str, object]:
    stored, log = one.stored, one.log
    row: dict[str, object] = {
        "state": str(one.state),
        "detail": one.detail,
        "lag_records": one.lag_records,
        "lag_seconds": one.lag_seconds,
        "log_start": None if log is None else log.start,
        "log_end": None if log is None else log.end,
        "dead_letters_kept_by_reason": dict(letters),
        "to_do": list(one.to_do),
    }
    return _plain(asdict(stored)) | row


def _plain(row: Mapping[str, object]) -> dict[str, object]:
    return {
        name: value.isoformat()
        if isinstance(value, dt.date)
        else _plain(value)
        if isinstance(value, dict)
        else value
        for name, value in row.items()
    }


def _ago(stored: "Stored", at: dt.datetime | None) -> str:
    return "-" if at is None else _span((stored.now - at).total_seconds())


def _span(seconds: float) -> str:
    """Return a time in the two units that matter."""
    whole = round(max(0.0, seconds))
    if whole < 120:
        return f"{whole} s"
    if whole < 7_200:
        return f"{whole // 60} min"
    return f"{whole // 3_600} h" if whole < 172_800 else f"{whole // 86_400} days"


def _day(day: dt.date | None) -> str:
    return "-" if day is None else day.isoformat()
