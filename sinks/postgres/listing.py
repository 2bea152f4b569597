"""Writes the catalogue's listing of a province to its tables, as a whole: what the catalogue no longer has is gone there too.

The views join it with figures by place: it changes in the transaction that changes those, or before there are any.
"""

from collections.abc import Collection
from typing import Final

from models.catalogue.listing import Listing
from sinks.postgres.connection import Connection

_TABLES: Final = (
    *("indicator_measure", "indicator", "target", "target_definition", "baseline"),
    *("inconsistency", "reading_date", "duty", "problem"),
)
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
_DEFINITIONS: Final = """
INSERT INTO tiendo.target_definition
    (province, plan, target, house_rule_vi, house_rule_en, readings_vi, readings_en, overlaps_with, counted,
     upper_value, baseline_value, baseline_unit, baseline_qualifier, baseline_date, baseline_section,
     missing_vi, missing_en)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, tiendo.day($14), $15, $16, $17)"""
_BASELINES: Final = """
INSERT INTO tiendo.baseline
    (province, plan, baseline, section, metric_vi, metric_en, value, unit, qualifier, since, "date", golden, note)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, tiendo.day($10), tiendo.day($11), $12, $13)"""
_INCONSISTENCIES: Final = """
INSERT INTO tiendo.inconsistency
    (province, plan, inconsistency, section, status, text_vi, text_en, reading_vi, reading_en, targets)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)"""
_READING_DATES: Final = """
INSERT INTO tiendo.reading_date (province, plan, reading_day, section, name_vi, name_en)
VALUES ($1, $2, tiendo.day($3), $4, $5, $6)"""

_DUTIES: Final = """
INSERT INTO tiendo.duty
    (province, plan, duty, recipient, section, text_vi, text_en, house_rule_vi, house_rule_en, reason)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)"""

_PROBLEMS: Final = """
INSERT INTO tiendo.problem
    (province, plan, problem, section, basis, text_vi, text_en, unit, operator, threshold,
     house_rule_vi, house_rule_en, why_vi, why_en)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)"""


async def write_listing(connection: Connection, listing: Listing, province: str) -> None:
    """Replace all rows of a province's catalogue in one transaction: readers see the old or the new."""
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
            (_DEFINITIONS, listing.definitions),
            (_BASELINES, listing.baselines),
            (_INCONSISTENCIES, listing.inconsistencies),
            (_READING_DATES, listing.reading_dates),
            (_DUTIES, listing.duties),
            (_PROBLEMS, listing.problems),
        ):
            await connection.executemany(sql, _in_key_order(rows, province))


def _in_key_order(rows: Collection[tuple[object, ...]], province: str) -> list[tuple[object, ...]]:
    return sorted((row for row in rows if row[0] == province), key=lambda row: row[:3])
