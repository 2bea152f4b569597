"""Writes the catalogue's listing of a province to its tables, as a whole: what the catalogue no longer has is gone there too.

The views join it with figures by place: it changes in the transaction that changes those, or before there are any.
"""

from collections.abc import Collection
from typing import Final

from models.catalogue.listing import Listing
from sinks.postgres.connection import Connection

_TABLES: Final = ("indicator_measure", "indicator", "target")
_INDICATORS: Final = """
INSERT INTO tiendo.indicator
    (province, plan, indicator, kind, unit, windows, per_agency, definition_version, name_vi, name_en)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)"""
_MEASURES: Final = """
INSERT INTO tiendo.indicator_measure (province, plan, indicator, role, measure, stock)
VALUES ($1, $2, $3, $4, $5, $6)"""
_TARGETS: Final = """
INSERT INTO tiendo.target
    (province, plan, target, kind, operator, target_value, unit, deadline, baseline_value, measurability,
     section, text_vi, text_en)
VALUES ($1, $2, $3, $4, $5, $6, $7, tiendo.day($8), $9, $10, $11, $12, $13)"""


async def write_listing(connection: Connection, listing: Listing, province: str) -> None:
    """Replace a province's rows of indicators, their measures and targets, in one transaction: readers see the old or the new."""
    async with connection.transaction():
        for table in _TABLES:
            await connection.execute(
                f"DELETE FROM tiendo.{table} WHERE province = $1",  # noqa: S608 - constants
                province,
            )
        for sql, rows in (
            (_INDICATORS, listing.indicators),
            (_MEASURES, listing.measures),
            (_TARGETS, listing.targets),
        ):
            await connection.executemany(sql, _in_key_order(rows, province))


def _in_key_order(rows: Collection[tuple[object, ...]], province: str) -> list[tuple[object, ...]]:
    return sorted((row for row in rows if row[0] == province), key=lambda row: row[:3])
