"""Assessments against criteria, and incidents.

An assessment of a web site is a fact about a system, one of a workstation a fact about an asset.
"""

from typing import Final

from models.events.event_type import EventType, Keyed, about, about_named
from models.events.fields import Choice, Date, Id, Number, Payload, Timestamp


class AssessedKind(Choice):
    """What is assessed."""

    AGENCY = "agency"
    """An agency."""
    SYSTEM = "system"
    """A system."""
    WEBSITE = "website"
    """A web site."""
    PROJECT = "project"
    """A project."""
    WORKSTATION = "workstation"
    """A workstation."""


class Criterion(Choice):
    """What it is assessed against."""

    INFOSEC = "infosec"
    """Information security."""
    ISO_27001 = "iso_27001"
    """ISO/IEC 27001."""
    ISO_9001 = "iso_9001"
    """ISO 9001."""
    SITE_FULL_INFORMATION = "site_full_information"
    """The site gives all information that the rules ask for."""
    EFFECTIVE_USE = "effective_use"
    """Used to good effect."""
    LICENCE = "licence"
    """Software is licensed."""
    SECURITY_LEVEL = "security_level"
    """Security level determined and approved."""
    ARCHITECTURE = "architecture"
    """Fits the province's architecture."""
    EQUIPMENT = "equipment"
    """Equipped as planned."""
    OPEN_SOURCE = "open_source"
    """Runs open-source software."""
    OS_SUPPORTED = "os_supported"
    """The operating system is still supported."""
    LAN_COMPLETE = "lan_complete"
    """The local network is complete."""


class AssessmentResult(Choice):
    """Result of an assessment."""

    PASS = "pass"  # noqa: S105 - a word of the vocabulary
    """Meets the criterion."""
    FAIL = "fail"
    """Does not."""


class IncidentKind(Choice):
    """What happened."""

    INTRUSION = "intrusion"
    """Break-in."""
    MALWARE = "malware"
    """Malware."""
    LEAK = "leak"
    """Data got out."""
    SECRET_LEAK = "secret_leak"  # noqa: S105 - a word of the vocabulary
    """State secrets got out."""
    OUTAGE = "outage"
    """Out of service."""
    MISUSE = "misuse"
    """Used against the rules."""


class Severity(Choice):
    """How bad it is."""

    LOW = "low"
    """Low."""
    MEDIUM = "medium"
    """Medium."""
    HIGH = "high"
    """High."""


class ComplianceAssessed(Payload):
    """Something is assessed or inspected against a criterion."""

    subject_type: AssessedKind
    subject_id: Id
    agency_id: Id
    criterion: Criterion
    result: AssessmentResult
    score: Number | None = None
    assessor_agency_id: Id
    assessed_at: Date


COMPLIANCE_ASSESSED: Final = EventType(
    name="compliance.assessed",
    model=ComplianceAssessed,
    natural_key=("subject_type", "subject_id", "criterion"),
    moment="assessed_at",
    keyed=Keyed.DATED,
    tells_about=(about_named("subject_type", "subject_id"),),
)


class IncidentReported(Payload):
    """A security incident or leak."""

    incident_id: Id
    agency_id: Id
    system_id: Id | None = None
    kind: IncidentKind
    severity: Severity
    detected_at: Timestamp
    resolved_at: Timestamp | None = None


INCIDENT_REPORTED: Final = EventType(
    name="incident.reported",
    model=IncidentReported,
    natural_key=("incident_id",),
    moment="detected_at",
    keyed=Keyed.ONCE,
    tells_about=(about("incident", "incident_id"),),
)
