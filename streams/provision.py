"""Prepares a database for the workers: the newest schema, and the catalogue's listing that the views join with."""

import asyncio

from models.catalogue import Catalogue
from sinks.postgres.listing import write_listing
from sinks.postgres.migrations import upgrade
from sinks.postgres.queries import reading


async def provide_schema(dsn: str, catalogue: Catalogue) -> list[str]:
    """Take the pending steps of the schema and replace the listing; return what was done, a line each."""
    steps = await asyncio.to_thread(upgrade, dsn)
    async with reading(dsn) as connection:
        await write_listing(connection, catalogue.listing)
    listing = catalogue.listing
    rows = (
        f"{len(listing.indicators)} indicators, {len(listing.targets)} targets,"
        f" {len(listing.duties)} reporting duties"
    )
    return [
        *(f"schema: {step}" for step in steps or ("up to date",)),
        f"catalogue: {rows}, version {catalogue.engine_version}",
    ]
