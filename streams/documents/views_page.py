"""The reference of the tables out: every view of the schema `api`, as a database tells it that was just migrated.

The types of a view's columns follow from its query: only Postgres knows them, so the page needs one.
"""

from itertools import groupby
from typing import Final

import psycopg

from streams.documents.markdown import code, page, prose, table

_COLUMNS: Final = """
SELECT c.relname, obj_description(c.oid, 'pg_class'), a.attname, format_type(a.atttypid, a.atttypmod), col_description(c.oid, a.attnum)
FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
WHERE c.relnamespace = 'api'::regnamespace AND c.relkind IN ('v', 'm') AND a.attnum > 0 AND NOT a.attisdropped
ORDER BY c.oid, a.attnum"""
_INTRODUCTION: Final = """\
What dashboards read: views of the schema `api`, whose names and columns stay. The role `tiendo_reader` may read them all. Days are
those of Asia/Ho_Chi_Minh. `agency` = `*` is the whole province."""


def text(dsn: str) -> str:
    """Return the page of the views of a migrated database."""
    with psycopg.connect(dsn) as connection:
        rows = connection.execute(_COLUMNS).fetchall()
    blocks = []
    for (view, comment), columns in groupby(rows, key=lambda row: row[:2]):
        told = [(code(name), kind, prose(said or "")) for *_, name, kind, said in columns]
        blocks += [f"## api.{view}", comment or "", table(("column", "type", "meaning"), told)]
    return page("sinks/postgres/migrations", "Views", _INTRODUCTION, *blocks)
