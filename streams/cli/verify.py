"""`tiendo verify`: are the tables what the log says?"""

import asyncio
import sys
from typing import TYPE_CHECKING, Annotated

import typer

from streams.cli.provinces import asked

if TYPE_CHECKING:
    from collections.abc import Mapping

    from streams.verification import Verified


def verify(
    province: Annotated[
        str | None, typer.Option("--province", metavar="P", help="Only this province.")
    ] = None,
    from_subjects: Annotated[
        bool,
        typer.Option("--from-subjects", help="Only the panes, from the stored subjects."),
    ] = False,
    json: Annotated[bool, typer.Option("--json", help="Print only JSON.")] = False,
) -> None:
    """Fold the log again and compare every row, while workers run; exit status 1 if one differs."""
    from models.catalogue import load_catalogue
    from streams.cli.json_rows import dumps
    from streams.cli.operate import configure_quiet_logs
    from streams.cli.progress import watching
    from streams.settings import load_settings
    from streams.verification import verify_log, verify_subjects

    named = None if province is None else asked([province])
    configure_quiet_logs()
    settings = load_settings()
    provinces = settings.provinces if named is None else named
    how = verify_subjects if from_subjects else verify_log
    with watching(enabled=not json) as watch:
        found = asyncio.run(how(settings, load_catalogue(), provinces, watch))
    if json:
        sys.stdout.write(dumps([_as_json(one) for one in found]) + "\n")
    else:
        for line in _lines(found):
            sys.stdout.write(line + "\n")
    if any(one.compared.differing for one in found):
        raise typer.Exit(1)


def _as_json(verified: "Verified") -> dict[str, object]:
    compared = verified.compared
    return {
        "province": verified.province,
        "next_offset": verified.next_offset,
        "rows_compared": sum(compared.rows.values()),
        "rows_differing": compared.differing,
        "tables": compared.rows,
        "left_out": [one._asdict() for one in verified.left_out],
        "differences": [one._asdict() for one in compared.differences],
    }


def _lines(found: "list[Verified]") -> list[str]:
    """Return a line a province, and one for each difference that is kept."""
    if not found:
        return ["nothing was folded yet"]
    lines = []
    for one in found:
        rows = f"{sum(one.compared.rows.values()):,} rows of {len(one.compared.rows)} tables"
        differ = (
            "none differs" if one.compared.differing == 0 else f"{one.compared.differing} DIFFER"
        )
        lines.append(f"{one.province}: {rows} compared at offset {one.next_offset}, {differ}")
        lines += [
            f"  not compared of {left.table}: {left.what} ({left.why})" for left in one.left_out
        ]
        for row in one.compared.differences:
            lines.append(f"  {row.table} {'/'.join(row.key)}")
            lines += [
                f"    {side}: {'no such row' if values is None else _columns(values)}"
                for side, values in (("stored", row.stored), ("recomputed", row.recomputed))
            ]
    return lines


def _columns(values: "Mapping[str, str]") -> str:
    return ", ".join(f"{name} {value}" for name, value in values.items())
