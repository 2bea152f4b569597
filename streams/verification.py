"""The tables checked against the log that they are a fold of, or against the subjects that they keep, while workers go on.

The log is folded again into a Postgres of its own, by the same desk that a worker has, first to where the province was and then
on to its mark at one moment: what is compared is both sides at the very same offset, and nothing that workers wait for is held.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from typing import NamedTuple, Protocol

from models.catalogue import Catalogue, ProvinceCatalogue
from models.changes import Amount, Mark, PaneKey
from models.days import date_of
from models.measures import RECORDS
from models.topics import progress_topic
from models.upgrade import Upgrade, derived_panes
from sinks.postgres.comparable import LeftOut, comparable
from sinks.postgres.connection import Connection
from sinks.postgres.ledger import Ledger
from sinks.postgres.queries import reading
from sinks.postgres.reads import load_book
from sinks.postgres.tending import went_on_elsewhere
from sinks.postgres.upgrade import START, read_page
from sinks.postgres.verification import (
    Compared,
    Difference,
    compare,
    one_moment,
    shown,
    stands,
)
from streams.desks import LocalDesks, restoring
from streams.desks.desk import LocalDesk
from streams.embedded import embedded_postgres
from streams.log_check import find_fault
from streams.log_reader import LogReader, Unverifiable, log_reader
from streams.provision import provide_schema
from streams.settings import Settings


class Watch(Protocol):
    """Who is told how far a verification is."""

    def stage(self, text: str) -> None:
        """Say what begins."""

    def done(self, records: int, total: int | None) -> None:
        """Say how many of `total` records have passed."""


class Verified(NamedTuple):
    """What came of a province."""

    province: str
    next_offset: int
    """Up to which both sides were compared."""
    compared: Compared
    left_out: tuple[LeftOut, ...]
    """What several versions have had a part in, and what is not kept any more."""


async def verify_log(
    settings: Settings, catalogue: Catalogue, provinces: Sequence[str], watch: Watch
) -> list[Verified]:
    """Fold the provinces' logs again and compare all that one version makes of them.

    Raises:
        Unverifiable: the log's beginning is gone, or the log is not the one which the tables were made from, or another
            version of the catalogue has folded it.
        Unavailable: Kafka or Postgres is away.
    """
    watch.stage("Starting a Postgres to fold into ...")
    async with embedded_postgres(durable=False) as scratch:
        await provide_schema(scratch, catalogue)
        ledger = Ledger(scratch, catalogue.engine_version)
        try:
            desks = LocalDesks(ledger, restoring(catalogue))
            return [
                found
                for province in provinces
                if (
                    found := await _Refold(
                        settings, catalogue, province, ledger, desks.desk(province), scratch, watch
                    ).verified()
                )
                is not None
            ]
        finally:
            await ledger.close()


class _Refold:
    """One province that is folded again."""

    def __init__(  # noqa: PLR0913, PLR0917 - what the provinces of one verification share
        self,
        settings: Settings,
        catalogue: Catalogue,
        province: str,
        ledger: Ledger,
        desk: LocalDesk,
        scratch: str,
        watch: Watch,
    ) -> None:
        self._settings = settings
        self._catalogue = catalogue
        self._province = province
        self._ledger = ledger
        self._desk = desk
        self._scratch = scratch
        self._watch = watch
        self._next_offset = 0

    async def verified(self) -> Verified | None:
        """Compare the province; None where nothing of it was ever folded."""
        async with reading(self._settings.dsn) as stored:
            mark = await _mark(stored, self._province, self._catalogue.engine_version)
            if mark is None:
                return None
            await self._check_decisions(stored)
            await self._check_log(mark)
            claim = await self._ledger.claim(self._province)
            await self._desk.load(claim)
            async with log_reader(self._settings.brokers, self._province) as reader:
                self._watch.stage(f"Folding {self._province} again ...")
                await self._fold(reader, mark.next_offset)
                async with one_moment(stored):
                    now = await _mark(stored, self._province, self._catalogue.engine_version)
                    if now is None:
                        raise Unverifiable(f"{self._province} has lost its mark meanwhile")
                    await self._fold(reader, now.next_offset)
                    return await self._compared(stored, now)

    async def _check_decisions(self, stored: Connection) -> None:
        decision = await went_on_elsewhere(stored, self._province)
        if decision is not None:
            raise Unverifiable(
                f"an operator let {self._province} go on at offset {decision.mark_after} after {decision.mark_before}"
                f" ({decision.decided_at:%Y-%m-%d}, {decision.decided_by}): its tables are not a fold of the log alone;"
                " --from-subjects checks its panes against its subjects"
            )

    async def _check_log(self, mark: Mark) -> None:
        topic = progress_topic(self._province)
        fault = await find_fault(self._settings.brokers, topic, mark)
        if fault is not None:
            raise Unverifiable(
                f"{fault.detail} ({fault.reason}): it is not the log that the tables of {self._province} were made"
                " from; --from-subjects checks its panes against its subjects"
            )

    async def _fold(self, reader: LogReader, until: int) -> None:
        async for records in reader.batches(self._next_offset, until):
            base, self._next_offset = self._next_offset, records[-1].offset + 1
            await self._desk.fold(base, self._next_offset, records)
            await self._desk.commit()
            self._watch.done(self._next_offset, until)

    async def _compared(self, stored: Connection, mark: Mark) -> Verified:
        version = self._catalogue.engine_version
        tables, left_out = await comparable(stored, self._province, version)
        compared = Compared()
        self._watch.stage(f"Comparing {self._province} ...")
        async with reading(self._scratch) as scratch, one_moment(scratch):
            for table in tables:
                await compare(compared, table, self._province, stored, scratch)
        return Verified(self._province, mark.next_offset, compared, left_out)


async def _mark(connection: Connection, province: str, version: str) -> Mark | None:
    """Return how far a province is; None where nothing was folded. Unverifiable where another version folded it."""
    found = await stands(connection, province)
    if found is None or found.mark == Mark():
        return None
    if found.engine_version != version:
        raise Unverifiable(
            f"{province} was folded by another version of the catalogue or engine: verify it with the version that"
            " its workers run"
        )
    return found.mark


async def verify_subjects(
    settings: Settings, catalogue: Catalogue, provinces: Sequence[str], watch: Watch
) -> list[Verified]:
    """Make the provinces' panes anew from their stored subjects and compare them; `records` are of the log, and left out.

    Raises:
        Unverifiable: another version of the catalogue has folded the province.
        Unavailable: Postgres is away.
    """
    verified = []
    for province in provinces:
        async with reading(settings.dsn) as connection, one_moment(connection):
            mark = await _mark(connection, province, catalogue.engine_version)
            if mark is not None:
                watch.stage(f"Making the panes of {province} anew ...")
                compared = await _panes_compared(connection, catalogue.province(province), mark)
                verified.append(Verified(province, mark.next_offset, compared, ()))
    return verified


async def _panes_compared(
    connection: Connection, catalogue: ProvinceCatalogue, mark: Mark
) -> Compared:
    stored = await load_book(connection, catalogue.province, mark)
    made = Upgrade(catalogue, {})
    sums: dict[PaneKey, Amount] = {}
    position = START
    while page := await read_page(connection, catalogue.province, made.kinds, position):
        position = page.position
        for pane, amount in (await asyncio.to_thread(partial(made.amounts, page.parts))).items():
            sums[pane] = sums.get(pane, 0) + amount
    of_log = {pane: amount for pane, amount in stored.panes.items() if pane.measure == RECORDS}
    sums |= derived_panes(catalogue, replace(stored, panes={**sums, **of_log}))
    expected = {pane: amount for pane, amount in sums.items() if amount != 0}
    found = {pane: amount for pane, amount in stored.panes.items() if pane.measure != RECORDS}
    compared = Compared({"pane": len(expected.keys() | found.keys())})
    for pane in sorted(expected.keys() | found.keys()):
        ours, theirs = found.get(pane), expected.get(pane)
        if ours != theirs and compared.counts("pane"):
            compared.differences.append(
                Difference(
                    "pane",
                    (*pane[:3], date_of(pane.day).isoformat()),
                    None if ours is None else {"amount": shown(ours)},
                    None if theirs is None else {"amount": shown(theirs)},
                )
            )
    return compared
