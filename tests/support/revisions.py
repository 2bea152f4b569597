"""Revisions of alerts as the product writes them, in the oracle's words."""

from models.changes import AlertRow
from tests.support.oracle.alerts import Revision


def revision_of(row: AlertRow, about: str | None = None) -> Revision:
    """Return a row's revision; `about` names what it is about otherwise than the end of its key does."""
    return Revision(
        row.rule,
        row.dedup_key.split("/", 3)[3] if about is None else about,
        row.severity,
        row.state,
        row.starts_at,
        row.ends_at,
        row.revision,
        row.closed_day,
    )
