"""A ledger in memory: drives a `Book` over a log as the worker does, and keeps the rows that its changes write.

Like Postgres it takes absolute values, and refuses changes that do not follow on from its mark.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeVar
from zlib import crc32

from models.book import Book, Steps, step
from models.catalogue import ProvinceCatalogue
from models.changes import (
    AgencyRow,
    AlertRow,
    Amount,
    AttainmentRow,
    Changes,
    CloseRow,
    FeedRow,
    Figure,
    HistoryRow,
    KpiKey,
    Mark,
    ObligationKey,
    ObligationRow,
    OutboxMessage,
    PaneKey,
    PartKey,
    PartRequest,
    ProblemRow,
    StoredBook,
)
from models.days import Day
from models.envelope import decode
from models.facts import DeadLetter, Record
from models.upgrade import Upgrade

Key = TypeVar("Key")


@dataclass
class Tables:
    """The rows of one province."""

    mark: Mark = field(default_factory=Mark)
    parts: dict[PartKey, bytes] = field(default_factory=dict)
    """Written by `write_parts` only."""
    panes: dict[PaneKey, Amount] = field(default_factory=dict)
    kept: dict[tuple[str, str], int] = field(default_factory=dict)
    kpi: dict[KpiKey, tuple[Figure, ...]] = field(default_factory=dict)
    agencies: dict[str, AgencyRow] = field(default_factory=dict)
    history: list[HistoryRow] = field(default_factory=list)
    closes: list[CloseRow] = field(default_factory=list)
    attainment: dict[str, AttainmentRow] = field(default_factory=dict)
    readings: dict[tuple[str, Day], AttainmentRow] = field(default_factory=dict)
    obligations: dict[ObligationKey, ObligationRow] = field(default_factory=dict)
    problems: dict[str, ProblemRow] = field(default_factory=dict)
    alert_history: list[AlertRow] = field(default_factory=list)
    outbox: list[OutboxMessage] = field(default_factory=list)
    dead_letters: list[DeadLetter] = field(default_factory=list)
    feeds: dict[tuple[str, str], FeedRow] = field(default_factory=dict)
    _parts_of: dict[tuple[str, str], set[PartKey]] = field(default_factory=dict, compare=False)
    """Subject -> the keys of its parts, so that they are found without a look at all others."""

    def commit(self, changes: Changes) -> None:
        """Write what a transaction writes."""
        if changes.base != self.mark:
            raise AssertionError(f"{changes.base} does not follow on from {self.mark}")
        self.mark = changes.mark
        _check_new(self.parts, changes.parts, changes.new_parts)
        _check_new(self.panes, changes.panes, changes.new_panes)
        self.write_parts(changes.parts)
        _write(self.panes, changes.panes, 0)
        _write(self.kept, changes.kept, 0)
        _write(self.agencies, changes.agencies, None)
        _write(self.obligations, changes.obligations, None)
        _write(self.kpi, changes.kpi, None)
        self.history += changes.history
        self.closes += changes.closes
        self.attainment |= changes.attainment
        self.readings |= {(row.target, row.as_of): row for row in changes.readings}
        self.problems |= changes.problems
        self.alert_history += changes.alerts
        self.outbox += changes.outbox
        self.dead_letters += changes.dead_letters
        self.feeds |= changes.feeds

    def read(self, requests: Collection[PartRequest]) -> dict[PartKey, bytes]:
        """Return the stored parts that are asked for."""
        wanted: set[PartKey] = set()
        for kind, key, part in requests:
            wanted |= (
                self._parts_of.get((kind, key), set())
                if part is None
                else {PartKey(kind, key, part)}
            )
        return {part: self.parts[part] for part in wanted if part in self.parts}

    def write_parts(self, parts: Mapping[PartKey, bytes | None]) -> None:
        """Keep the parts of subjects that a transaction writes; None: there is none any more."""
        _write(self.parts, parts, None)
        for part in parts:
            self._parts_of.setdefault((part.kind, part.key), set()).add(part)

    @property
    def alerts(self) -> dict[str, AlertRow]:
        """The present state of every alert."""
        return {row.alert_id: row for row in self.alert_history}

    @property
    def stored(self) -> StoredBook:
        """What the next owner reads at a claim."""
        return StoredBook(
            mark=self.mark,
            panes=dict(self.panes),
            kept=dict(self.kept),
            kpi=dict(self.kpi),
            agencies=dict(self.agencies),
            published={(row.key, row.window): row.figure for row in self.history},
            alerts=tuple(sorted(self.alerts.values(), key=lambda row: row.alert_id)),
            feeds=dict(self.feeds),
            registers={
                part: b for part, b in self.parts.items() if part.kind == "agency" and not part.part
            },
            obligations=dict(self.obligations),
        )


def _check_new(
    table: Mapping[Key, object], rows: Mapping[Key, object], new: Collection[Key]
) -> None:
    """Fail where rows that the table lacks are not called new, or others are."""
    if new != {key for key in rows if key not in table}:
        raise AssertionError("the rows that are called new are not those that the table lacks")


def _write(table: dict, rows: Mapping, nothing: object) -> None:  # type: ignore[type-arg]  # any table
    for key, value in rows.items():
        if value == nothing:
            table.pop(key, None)
        else:
            table[key] = value


def all_at_once(steps: Steps) -> Changes:
    """Fold a batch to its end."""
    while (changes := step(steps)) is None:
        pass
    return changes


class Worker:
    """Owns one province of one catalogue."""

    def __init__(self, catalogue: ProvinceCatalogue) -> None:
        """Claim an empty province."""
        self.catalogue = catalogue
        self.tables = Tables()
        self.book = Book.restore(catalogue, self.tables.stored)

    def restart(self) -> None:
        """Lose everything that is not stored."""
        self.book = Book.restore(self.catalogue, self.tables.stored)

    def batch(self, records: Sequence[Record]) -> None:
        """Fold one batch and commit it."""
        events = [decode(record) for record in records]
        parts = self.tables.read(self.book.homes(events))
        parts |= self.tables.read(self.book.subjects(events, parts))
        last = records[-1]
        steps = self.book.apply(
            events, parts, next_offset=last.offset + 1, last_crc=crc32(last.value or b"")
        )
        self.tables.commit(all_at_once(steps))

    def close(self, day: int) -> None:
        """Close every day up to and including `day`."""
        self.tables.commit(self.book.close_until(Day(day)))

    def upgrade(self, catalogue: ProvinceCatalogue, subjects: int) -> None:
        """Take the province over with another catalogue, reading so many subjects at a time."""
        plan = Upgrade(catalogue, self.catalogue.measure_versions)
        tables = self.tables
        tables.panes = {key: one for key, one in tables.panes.items() if key.measure in plan.kept}
        found = sorted({part[:2] for part in tables.parts if part.kind in plan.kinds})
        for start in range(0, len(found), subjects):
            wanted = set(found[start : start + subjects])
            parts = {part: facts for part, facts in tables.parts.items() if part[:2] in wanted}
            for pane, amount in plan.amounts(parts).items():
                tables.panes[pane] = tables.panes.get(pane, 0) + amount
        tables.panes = {pane: amount for pane, amount in tables.panes.items() if amount != 0}
        changes = plan.rewritten(tables.stored)
        tables.kpi, tables.attainment, tables.readings = {}, {}, {}
        tables.obligations, tables.problems, self.catalogue = {}, {}, catalogue
        tables.commit(changes)
        self.restart()

    def read_back(self, day: int) -> Tables:
        """Return the tables as they are at an earlier day."""
        changes = self.book.read_back(Day(day))
        return Tables(
            mark=changes.mark,
            kpi={key: row for key, row in changes.kpi.items() if row is not None},
            attainment=dict(changes.attainment),
            agencies={code: row for code, row in changes.agencies.items() if row is not None},
        )


def batches(log: Sequence[Record], splits: Iterable[int]) -> list[Sequence[Record]]:
    """Cut a log into batches of the given sizes; what is left over is one more."""
    found, start = [], 0
    for size in splits:
        if start < len(log):
            found.append(log[start : start + size])
            start += size
    if start < len(log):
        found.append(log[start:])
    return found


def fold(
    catalogue: ProvinceCatalogue,
    log: Sequence[Record],
    splits: Iterable[int] = (),
    *,
    until: int | None = None,
    restarts: bool = False,
) -> Worker:
    """Fold a log in batches, to the close of day `until`; with `restarts` each batch finds a new owner."""
    worker = Worker(catalogue)
    for batch in batches(log, splits):
        worker.batch(batch)
        if restarts:
            worker.restart()
    if until is not None:
        worker.close(until)
    return worker
