"""Official documents: issued, exchanged, handled, published, digitised.

An exchange is one document to one recipient: ten recipients are ten exchanges.
"""

from typing import Final

from models.events.choices import Level
from models.events.event_type import EventType, Keyed, about
from models.events.fields import Choice, Id, Payload, Pseudonym, Text, Timestamp


class DocumentClass(Choice):
    """What a document is for."""

    STEERING = "steering"
    """Guides and manages work."""
    LEGAL = "legal"
    """Legal rule."""
    OTHER = "other"
    """Anything else."""


class Relation(Choice):
    """Between whom a document goes."""

    SUBMISSION_TO_PPC = "submission_to_ppc"
    """Submitted to the provincial People's Committee."""
    INTER_AGENCY = "inter_agency"
    """Between agencies of the province."""
    PROVINCE_TO_CENTRAL = "province_to_central"
    """To the central government."""
    PROVINCE_TO_PROVINCE = "province_to_province"
    """To another province."""


class ExchangeMedium(Choice):
    """What was sent."""

    ELECTRONIC_ONLY = "electronic_only"
    """No paper."""
    ELECTRONIC_WITH_PAPER = "electronic_with_paper"
    """Both."""
    PAPER_ONLY = "paper_only"
    """Only paper."""


class Direction(Choice):
    """Which way a handled document goes."""

    INCOMING = "incoming"
    """Came in."""
    OUTGOING = "outgoing"
    """Goes out."""


class DocumentIssued(Payload):
    """An official document is issued."""

    document_id: Id
    agency_id: Id
    doc_class: DocumentClass
    secret: bool
    issued_at: Timestamp


DOCUMENT_ISSUED: Final = EventType(
    name="document.issued",
    model=DocumentIssued,
    natural_key=("document_id",),
    moment="issued_at",
    keyed=Keyed.ONCE,
    tells_about=(about("document", "document_id"),),
)


class DocumentExchanged(Payload):
    """A document is sent to one recipient."""

    document_id: Id
    exchange_id: Id
    sender_agency_id: Id
    receiver_agency_id: Id
    relation: Relation
    medium: ExchangeMedium
    signed: bool
    secret: bool
    sender_level: Level | None = None
    receiver_level: Level | None = None
    sent_at: Timestamp
    received_at: Timestamp | None = None


DOCUMENT_EXCHANGED: Final = EventType(
    name="document.exchanged",
    model=DocumentExchanged,
    natural_key=("exchange_id",),
    moment="sent_at",
    keyed=Keyed.ONCE,
    tells_about=(about("exchange", "exchange_id"),),
)


class DocumentProcessed(Payload):
    """An incoming or outgoing document is handled by an official."""

    document_id: Id
    agency_id: Id
    direction: Direction
    in_software: bool
    official_id: Pseudonym
    official_is_leader: bool
    processed_at: Timestamp


DOCUMENT_PROCESSED: Final = EventType(
    name="document.processed",
    model=DocumentProcessed,
    natural_key=("document_id", "agency_id", "direction"),
    moment="processed_at",
    keyed=Keyed.ONCE,
    tells_about=(about("processing"),),
)


class DocumentPublished(Payload):
    """A document is posted on a portal or site."""

    document_id: Id
    agency_id: Id
    site_id: Id
    is_provincial_portal: bool
    published_at: Timestamp


DOCUMENT_PUBLISHED: Final = EventType(
    name="document.published",
    model=DocumentPublished,
    natural_key=("document_id", "site_id"),
    moment="published_at",
    keyed=Keyed.ONCE,
    tells_about=(about("document", "document_id"),),
)


class DocumentDigitized(Payload):
    """An archived document is digitised."""

    document_id: Id
    agency_id: Id
    archive_series: Text
    secret: bool
    digitized_at: Timestamp


DOCUMENT_DIGITIZED: Final = EventType(
    name="document.digitized",
    model=DocumentDigitized,
    natural_key=("document_id",),
    moment="digitized_at",
    keyed=Keyed.ONCE,
    tells_about=(about("document", "document_id"),),
)
