"""What a worker of one version has of the province whose catalogue changes: its ledger and its desk, without Kafka."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from models.changes import StoredBook
from models.facts import Record
from sinks.postgres.ledger import Claim, Ledger
from streams.desks import LocalDesks, restoring, upgrading_to
from streams.desks.desk import LocalDesk
from tests.support.fold import batches
from tests.support.variants import PROVINCE, variant

BATCHES = [50] * 1_000


class Folding:
    """What a worker of one version has of the province."""

    def __init__(self, dsn: str, number: int) -> None:
        catalogue = variant(number)
        self.ledger = Ledger(dsn, catalogue.engine_version)
        desks = LocalDesks(self.ledger, restoring(catalogue), upgrading_to(catalogue, dsn))
        self.desk: LocalDesk = desks.desk(PROVINCE)

    async def take_over(self) -> Claim:
        """Claim the province, upgrade it if need be, load it."""
        claim = await self.ledger.claim(PROVINCE)
        if claim.upgrade_from is not None:
            await self.upgraded(claim)
        await self.desk.load(claim)
        return claim

    async def upgraded(self, claim: Claim) -> list[int]:
        """Take all steps; return how many subjects were done after each but the last."""
        steps: list[int] = []
        while (done := await self.desk.upgrade(claim)) is not None:
            steps.append(done)
        return steps

    async def fold(self, records: Sequence[Record]) -> None:
        """Fold some records and commit them."""
        for batch in batches(records, BATCHES):
            await self.desk.fold(batch[0].offset, batch[-1].offset + 1, batch)
            await self.desk.commit()

    async def stored(self) -> StoredBook:
        """Return what the ledger holds, as the next owner of this version finds it."""
        return await self.ledger.load(await self.ledger.claim(PROVINCE))


@asynccontextmanager
async def folding(dsn: str, number: int) -> AsyncIterator[Folding]:
    """Stand for a worker of one version."""
    worker = Folding(dsn, number)
    try:
        yield worker
    finally:
        await worker.ledger.close()
