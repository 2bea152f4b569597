"""Bring a province's rows from the version that folded it to this one, a step at a time, between a claim and the first batch.

A step is short enough that whoever waits for it may look around in between; what it staged is durable, and another owner goes on from there.
"""

from collections.abc import Awaitable, Callable, Collection, Mapping
from typing import Any, Protocol

from models.catalogue import Catalogue, ProvinceCatalogue
from models.catalogue.listing import Listing
from models.changes import Amount, Changes, PaneKey, StoredBook
from models.errors import Unavailable
from models.upgrade import Upgrade
from sinks.postgres.ledger import Claim
from sinks.postgres.upgrade import Begun, Page, Position, UpgradeTables

Beside = Callable[..., Awaitable[Any]]
"""(call, arguments) -> what it returns, called where it keeps nobody waiting."""


class Tables(Protocol):
    """What an upgrade needs of the province's tables."""

    async def begin(self) -> Begun | None:
        """Return what to go on from; None where it is done."""

    async def read(self, kinds: Collection[str], position: Position) -> Page | None:
        """Return the next subjects; None after the last."""

    async def stage(self, amounts: Mapping[PaneKey, Amount], position: Position) -> None:
        """Add to the panes that are made anew."""

    async def load(self, kept: Collection[str]) -> StoredBook:
        """Return the book with the new panes."""

    async def swap(self, kept: Collection[str], changes: Changes, listing: Listing) -> None:
        """Put the new rows in the place of the old ones."""

    async def close(self) -> None:
        """Let go of them."""


class Upgrading:
    """The upgrade of one province under one claim."""

    def __init__(self, catalogue: ProvinceCatalogue, listing: Listing, tables: Tables) -> None:
        self._catalogue = catalogue
        self._listing = listing
        self._tables = tables
        self._going: tuple[Upgrade, Position] | None = None
        """None: not begun, or a service was away, so that what has landed must be looked up."""

    async def step(self, beside: Beside) -> int | None:
        """Go a step further; return how many subjects are done, None when all is.

        Fenced: the province is somebody else's. Unavailable: call again.
        """
        try:
            return await self._step(beside)
        except Unavailable:
            self._going = None
            raise

    async def close(self) -> None:
        """Let go of the tables; what was staged stays."""
        await self._tables.close()

    async def _step(self, beside: Beside) -> int | None:
        tables = self._tables
        if self._going is None:
            begun = await tables.begin()
            if begun is None:
                return None
            self._going = Upgrade(self._catalogue, begun.before), begun.position
            return begun.position.subjects
        upgrade, position = self._going
        page = await tables.read(upgrade.kinds, position)
        if page is None:
            stored = await tables.load(upgrade.kept)
            changes: Changes = await beside(upgrade.rewritten, stored)
            await tables.swap(upgrade.kept, changes, self._listing)
            return None
        await tables.stage(await beside(upgrade.amounts, page.parts), page.position)
        self._going = upgrade, page.position
        return page.position.subjects


Upgrades = Callable[[Claim], Upgrading]
"""Returns the upgrade of the province that a claim found behind."""


def upgrading_to(catalogue: Catalogue, dsn: str) -> Upgrades:
    """Return what begins upgrades to a catalogue."""

    def begin(claim: Claim) -> Upgrading:
        tables = UpgradeTables(dsn, catalogue.engine_version, claim)
        return Upgrading(catalogue.province(claim.province), catalogue.listing, tables)

    return begin
