"""The work that every peer does: count events by province, agency, level, channel and day, a row each in Postgres.

Imports the standard library only: the peers' environments have nothing else in common.
"""

from collections.abc import Mapping
from typing import Any, Final, NamedTuple

TABLE: Final = """
CREATE TABLE counts (
    province text COLLATE "C" NOT NULL,
    agency text COLLATE "C" NOT NULL,
    level integer NOT NULL,
    channel text COLLATE "C" NOT NULL,
    day date NOT NULL,
    count bigint NOT NULL,
    PRIMARY KEY (province, agency, level, channel, day)
)"""


class Row(NamedTuple):
    """Names a row."""

    province: str
    agency: str
    level: int
    """`procedure_online_level` of a received dossier, 0 for all other events."""
    channel: str
    """`intake_channel` of a received dossier, '' for all other events."""
    day: str
    """ISO date of the event's `time`, which the load writes with the offset of Việt Nam."""


def row_of(event: Mapping[str, Any]) -> Row:
    """Return the row that counts a decoded event."""
    data = event["data"]
    return Row(
        event["province"],
        event["agency"],
        data.get("procedure_online_level", 0),
        data.get("intake_channel", ""),
        event["time"][:10],
    )
