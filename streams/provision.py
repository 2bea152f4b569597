"""Prepares a database for the workers: the newest schema, this version among those that may fold, and its listing for the views.

A province that another version folds keeps that one's listing until a worker of this one has taken it over.
"""

import asyncio
from collections.abc import Sequence
from typing import Final

from models.catalogue import Catalogue
from sinks.postgres.engines import is_folded_by_another, register
from sinks.postgres.listing import write_listing
from sinks.postgres.migrations import upgrade
from sinks.postgres.queries import reading

_ADD_PROVINCE: Final = "SELECT tiendo.add_province($1)"
"""Gives a province that the release has and the database does not its part of every table."""


async def provide_schema(dsn: str, catalogue: Catalogue, *, reinstate: bool = False) -> list[str]:
    """Take the pending steps of the schema, register the catalogue's version and list it; return what was done, a line each.

    With `reinstate` a version that others have followed becomes the latest again.
    """
    migrated = await asyncio.to_thread(upgrade, dsn)
    version, listing = catalogue.engine_version, catalogue.listing
    notes: list[str] = []
    async with reading(dsn) as connection:
        for province in catalogue.provinces:
            await connection.execute(_ADD_PROVINCE, province)
        for province, compiled in catalogue.provinces.items():
            async with connection.transaction():
                latest = await register(
                    connection, province, version, compiled.measure_versions, reinstate=reinstate
                )
                folded_by_another = await is_folded_by_another(connection, province, version)
                if not folded_by_another:
                    await write_listing(connection, listing, province)
            if not latest:
                notes.append(
                    f"{province}: a later version is registered; to go back to this one, --reinstate it"
                )
            elif folded_by_another:
                notes.append(
                    f"{province}: restart its workers; the first of this version upgrades it"
                )
    rows = (
        f"{len(listing.indicators)} indicators, {len(listing.targets)} targets,"
        f" {len(listing.duties)} reporting duties"
    )
    return [
        *(f"schema: {step}" for step in migrated.steps or ("up to date",)),
        *_about_roles(migrated.missing_roles),
        f"catalogue: {rows}, version {version}",
        *notes,
    ]


def _about_roles(missing: Sequence[str]) -> list[str]:
    """Return a line about the roles that are not there, and that this login may not make."""
    if not missing:
        return []
    statements = " ".join(f"CREATE ROLE {role};" for role in missing)
    return [f"roles: {statements} is for an administrator of the server to run; then migrate again"]
