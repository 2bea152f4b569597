"""The log folded once more, by one owner in one go and into memory: what every row of a province's tables must be.

It shares the fold with the product, and nothing of what stands between the fold and the tables.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from models.catalogue import ProvinceCatalogue
from models.facts import DeadLetter, Record
from tests.support.fold import Tables, Worker, batches

Key = tuple[Any, ...]
Row = tuple[Any, ...]
TableRows = dict[Key, Row]

BATCH: Final = 5_000


def refolded(catalogue: ProvinceCatalogue, log: Sequence[Record]) -> Tables:
    """Return the tables that a log makes."""
    worker = Worker(catalogue)
    for batch in batches(log, [BATCH] * (len(log) // BATCH)):
        worker.batch(batch)
    return worker.tables


def rows_of(tables: Tables) -> Mapping[str, TableRows]:
    """Return every row of the tables, by table and key."""
    mark = tables.mark
    progress = (
        mark.next_offset, mark.last_crc, mark.first_day, mark.as_of, mark.closed, mark.watermark, mark.outbox_seq,
        mark.dead_letters, mark.dead_letters_kept, mark.dead_letter_bytes,
    )  # fmt: skip
    return {
        "progress": {(): progress},
        "subject": {tuple(key): (facts,) for key, facts in tables.parts.items()},
        "pane": {tuple(key): (amount,) for key, amount in tables.panes.items()},
        "kept": {key: (facts,) for key, facts in tables.kept.items()},
        "agency": {(row.code,): tuple(row[1:]) for row in tables.agencies.values()},
        "kpi": {tuple(key): tuple(zip(*row, strict=True)) for key, row in tables.kpi.items()},
        "kpi_history": {
            (*row.key, row.window, row.closed_day): (*row.figure, row.definition_version)
            for row in tables.history
        },
        "close": {(row.closed_day,): (row.next_offset,) for row in tables.closes},
        "attainment": {
            (row.target,): (row.as_of, *row.figure, *row[3:]) for row in tables.attainment.values()
        },
        "target_reading": {key: (*row.figure, *row[3:]) for key, row in tables.readings.items()},
        "obligation": {tuple(key): tuple(row[1:]) for key, row in tables.obligations.items()},
        "problem_standing": {
            (row.problem,): (row.state, row.since, *row.figure) for row in tables.problems.values()
        },
        "alert": {(row.alert_id,): tuple(row[1:]) for row in tables.alerts.values()},
        "alert_history": {
            (row.alert_id, row.revision): tuple(row[1:]) for row in tables.alert_history
        },
        "outbox": {(row.seq,): tuple(row[1:4]) for row in tables.outbox},
        "dead_letter": {(one.record.offset,): _dead_letter(one) for one in tables.dead_letters},
        "feed": {tuple(row[:2]): tuple(row[2:]) for row in tables.feeds.values()},
    }


def _dead_letter(letter: DeadLetter) -> Row:
    record = letter.record
    said = (
        letter.reason,
        letter.field,
        letter.detail,
        letter.event_id,
        letter.source,
        letter.agency,
    )
    return (*said, record.timestamp_ms * 1000, record.key, record.value)
