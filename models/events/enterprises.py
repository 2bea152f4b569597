"""Enterprises and what they file and pay.

Payers and filers are pseudonyms; money is whole đồng.
"""

from typing import Final

from models.events.event_type import EventType, Keyed, about
from models.events.fields import Choice, Date, Id, Integer, Payload, Pseudonym, Timestamp


class EnterpriseService(Choice):
    """An online service for enterprises."""

    TAX_PAYMENT = "e_tax_payment"
    """Paying taxes."""
    CUSTOMS = "e_customs"
    """Declaring to customs."""
    INSURANCE = "e_insurance"
    """Social insurance."""


class FilingType(Choice):
    """What a filing declares."""

    TAX = "tax_declaration"
    """Taxes."""
    CUSTOMS = "customs_declaration"
    """Goods imported or exported."""
    SOCIAL_INSURANCE = "social_insurance"
    """Social insurance."""


class FilerType(Choice):
    """Who files."""

    ENTERPRISE = "enterprise"
    """An enterprise."""
    AGENCY = "agency"
    """An agency."""
    ORGANISATION = "organisation"
    """Any other organisation."""


class FilingChannel(Choice):
    """The way in which a filing arrives."""

    ONLINE = "online"
    """Electronically."""
    PAPER = "paper"
    """On paper."""


class PaymentType(Choice):
    """What a payment to the State is for."""

    DOMESTIC_TAX = "domestic_tax"
    """Domestic tax."""
    IMPORT_EXPORT_TAX = "import_export_tax"
    """Tax on imports or exports."""
    FEE = "fee"
    """Fee."""
    OTHER = "other"
    """Anything else."""


class PaymentChannel(Choice):
    """The way in which a payment is made."""

    ONLINE = "online"
    """Electronically."""
    BANK = "bank"
    """At a bank."""
    CASH = "cash"
    """In cash."""


class EnterpriseRegistered(Payload):
    """Register of enterprises."""

    enterprise_id: Pseudonym
    import_export: bool
    active: bool
    valid_from: Date


ENTERPRISE_REGISTERED: Final = EventType(
    name="enterprise.registered",
    model=EnterpriseRegistered,
    natural_key=("enterprise_id",),
    moment="valid_from",
    keyed=Keyed.DATED,
    tells_about=(about("enterprise", "enterprise_id"),),
)


class EnterpriseServiceEnrolled(Payload):
    """An enterprise enrols for an online service, or leaves it."""

    enterprise_id: Pseudonym
    service: EnterpriseService
    active: bool
    enrolled_at: Timestamp


ENTERPRISE_SERVICE_ENROLLED: Final = EventType(
    name="enterprise.service_enrolled",
    model=EnterpriseServiceEnrolled,
    natural_key=("enterprise_id", "service"),
    moment="enrolled_at",
    keyed=Keyed.DATED,
    tells_about=(about("enterprise", "enterprise_id"),),
)


class FilingSubmitted(Payload):
    """A declaration is filed with tax, customs or social insurance."""

    filing_id: Id
    filing_type: FilingType
    filer_id: Pseudonym
    filer_type: FilerType
    channel: FilingChannel
    submitted_at: Timestamp


FILING_SUBMITTED: Final = EventType(
    name="filing.submitted",
    model=FilingSubmitted,
    natural_key=("filing_id",),
    moment="submitted_at",
    keyed=Keyed.ONCE,
    tells_about=(about("filing", "filing_id"), about("filer", "filer_id")),
)


class PaymentMade(Payload):
    """Money is paid to the State."""

    payment_id: Id
    payer_id: Pseudonym
    payment_type: PaymentType
    channel: PaymentChannel
    amount_vnd: Integer
    paid_at: Timestamp


PAYMENT_MADE: Final = EventType(
    name="payment.made",
    model=PaymentMade,
    natural_key=("payment_id",),
    moment="paid_at",
    keyed=Keyed.ONCE,
    tells_about=(about("payment", "payment_id"), about("payer", "payer_id")),
)
