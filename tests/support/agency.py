"""An agency's sending system for tests: its arguments, a clock's reading, and fields of a dossier."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Final, TypedDict

from tiendo_agency.events import Attributes, Sender

NOW: Final = datetime(2025, 12, 31, tzinfo=UTC)
"""What the clock says: before the Kafka timestamp of the tests' records, after every time that they draw."""
SENDER: Final = Sender("tra-vinh", "000.00.01.H59", "urn:tiendo:tra-vinh:motcua")
NOWHERE: Final = "127.0.0.1:1"
"""Brokers that are away."""


class Opening(TypedDict):
    """Arguments of `Agency`."""

    province: str
    agency: str
    source: str
    brokers: str
    spool: Path


def opening(spool: Path, brokers: str = NOWHERE) -> Opening:
    """Return the arguments that open a spool."""
    return Opening(
        province=SENDER.province,
        agency=SENDER.agency,
        source=SENDER.source,
        brokers=brokers,
        spool=spool,
    )


def attributes(event_id: str = "e1") -> Attributes:
    """Return attributes of an event that is written now."""
    return Attributes(event_id, NOW)


def dossier(dossier_id: str = "D1", **fields: object) -> dict[str, object]:
    """Return the fields of a `dossier.received`; others replace them."""
    told: dict[str, object] = {
        "dossier_id": dossier_id,
        "procedure_id": "1.001",
        "agency_id": SENDER.agency,
        "intake_channel": "online",
        "procedure_online_level": 4,
        "received_at": datetime(2019, 10, 1, 1, tzinfo=UTC),
        "submitter_type": "citizen",
    }
    return told | fields
