"""Writes the catalogue's listing to its tables, as a whole: what the catalogue no longer has is gone there too."""

from collections.abc import Collection
from typing import Final

from models.catalogue.listing import Listing
from sinks.postgres.connection import Connection

_CLEAR: Final = """
DELETE FROM tiendo.indicator_measure;
DELETE FROM tiendo.indicator;
DELETE FROM tiendo.target;
DELETE FROM tiendo.problem"""
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

_PROBLEMS: Final = """
INSERT INTO tiendo.problem
    (province, plan, problem, section, basis, text_vi, text_en, unit, operator, threshold,
     house_rule_vi, house_rule_en, why_vi, why_en)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)"""


async def write_listing(connection: Connection, listing: Listing) -> None:
    """Replace the rows of indicators, their measures, targets and problems, in one transaction: readers see the old or the new."""
    async with connection.transaction():
        await connection.execute(_CLEAR)
        for sql, rows in (
            (_INDICATORS, listing.indicators),
            (_MEASURES, listing.measures),
            (_TARGETS, listing.targets),
            (_PROBLEMS, listing.problems),
        ):
            await connection.executemany(sql, _in_key_order(rows))


def _in_key_order(rows: Collection[tuple[object, ...]]) -> list[tuple[object, ...]]:
    return sorted(rows, key=lambda row: row[:3])
