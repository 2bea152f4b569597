"""Certificates and the signatures made with them.

A certificate is valid on the days from `valid_from` to `valid_to`, both included, until it is revoked.
"""

from typing import Final

from models.events.event_type import EventType, Keyed, about
from models.events.fields import Choice, Date, Id, Payload, Text, Timestamp


class CertificateHolder(Choice):
    """Who signs with a certificate."""

    ORGANISATION = "organisation"
    """An organisation."""
    INDIVIDUAL = "individual"
    """A person."""
    ONE_STOP_UNIT = "one_stop_unit"
    """A one-stop unit."""


class SignedObject(Choice):
    """What a signature is put on."""

    DOCUMENT = "document"
    """A document."""
    DOSSIER = "dossier"
    """A dossier."""


class SignatureCertificateIssued(Payload):
    """A certificate is issued."""

    certificate_serial: Id
    holder_type: CertificateHolder
    holder_id: Id
    agency_id: Id
    requested_at: Timestamp | None = None
    valid_from: Date
    valid_to: Date


SIGNATURE_CERTIFICATE_ISSUED: Final = EventType(
    name="signature.certificate_issued",
    model=SignatureCertificateIssued,
    natural_key=("certificate_serial",),
    moment="valid_from",
    keyed=Keyed.ONCE,
    tells_about=(about("certificate", "certificate_serial"),),
)


class SignatureCertificateRevoked(Payload):
    """A certificate is revoked."""

    certificate_serial: Id
    agency_id: Id
    reason: Text
    requested_at: Timestamp | None = None
    revoked_at: Timestamp


SIGNATURE_CERTIFICATE_REVOKED: Final = EventType(
    name="signature.certificate_revoked",
    model=SignatureCertificateRevoked,
    natural_key=("certificate_serial",),
    moment="revoked_at",
    keyed=Keyed.ONCE,
    tells_about=(about("certificate", "certificate_serial"),),
)


class SignatureApplied(Payload):
    """A signature is put on a document or dossier."""

    certificate_serial: Id
    object_type: SignedObject
    object_id: Id
    agency_id: Id
    system: Text
    signed_at: Timestamp


SIGNATURE_APPLIED: Final = EventType(
    name="signature.applied",
    model=SignatureApplied,
    natural_key=("certificate_serial", "object_type", "object_id"),
    moment="signed_at",
    keyed=Keyed.ONCE,
    tells_about=(about("signature"),),
)
