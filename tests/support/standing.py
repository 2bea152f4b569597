"""What alerts say of the world, apart from how it was learnt: two versions of the catalogue come to the same by different ways."""

from collections.abc import Iterable

from models.changes import AlertRow


def standing(rows: Iterable[AlertRow]) -> list[tuple[object, ...]]:
    """Return what the alerts say of the world now; ids, revisions and what was withdrawn are history."""
    return sorted(
        (row.dedup_key, row.starts_at, row.severity, row.state, row.ends_at or 0)
        for row in rows
        if row.state != "retracted"
    )
