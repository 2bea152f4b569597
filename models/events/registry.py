"""The registry of event types; its table at the bottom is the table of contents of the vocabulary.

In the vocabulary's order; nothing else in tiendo lists event types.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from models.events import (
    agencies,
    documents,
    dossiers,
    enterprises,
    facilities,
    governance,
    people,
    projects,
    security,
    signatures,
    systems,
)
from models.events.event_type import EventType, wire_name
from models.events.log import DAY_STARTED, RETRACTION

_TYPES: Final[tuple[EventType, ...]] = (
    agencies.AGENCY_REGISTERED,
    people.OFFICIAL_REGISTERED,
    agencies.PROCEDURE_REGISTERED,
    agencies.PROCEDURE_ONLINE_LEVEL_CHANGED,
    enterprises.ENTERPRISE_REGISTERED,
    enterprises.ENTERPRISE_SERVICE_ENROLLED,
    facilities.FACILITY_REGISTERED,
    facilities.FACILITY_CAPABILITY_REPORTED,
    facilities.POPULATION_SNAPSHOT_PUBLISHED,
    dossiers.DOSSIER_RECEIVED,
    dossiers.DOSSIER_STATUS_CHANGED,
    dossiers.DOSSIER_TRANSFERRED,
    dossiers.DOSSIER_RESOLVED,
    documents.DOCUMENT_ISSUED,
    documents.DOCUMENT_EXCHANGED,
    documents.DOCUMENT_PROCESSED,
    documents.DOCUMENT_PUBLISHED,
    documents.DOCUMENT_DIGITIZED,
    signatures.SIGNATURE_CERTIFICATE_ISSUED,
    signatures.SIGNATURE_CERTIFICATE_REVOKED,
    signatures.SIGNATURE_APPLIED,
    people.ACCOUNT_PROVISIONED,
    people.ACCOUNT_USED,
    systems.ASSET_ASSIGNED,
    governance.MEETING_HELD,
    systems.SYSTEM_DEPLOYED,
    systems.SYSTEM_CONNECTED,
    systems.SYSTEM_STATUS_REPORTED,
    systems.WEBSITE_CONTENT_UPDATED,
    security.COMPLIANCE_ASSESSED,
    security.INCIDENT_REPORTED,
    enterprises.FILING_SUBMITTED,
    enterprises.PAYMENT_MADE,
    projects.TENDER_AWARDED,
    people.TRAINING_SESSION_HELD,
    people.TRAINING_COMPLETED,
    people.STAFF_ASSIGNED,
    governance.POLICY_ISSUED,
    governance.REPORT_SUBMITTED,
    governance.INDEX_PUBLISHED,
    dossiers.SURVEY_RESPONDED,
    systems.RECORD_CENTRALIZED,
    projects.PROJECT_REGISTERED,
    projects.PROJECT_STATUS_CHANGED,
    projects.PROJECT_MILESTONE_REACHED,
    projects.BUDGET_ALLOCATED,
    projects.BUDGET_DISBURSED,
)

VOCABULARY: Final[Mapping[str, EventType]] = MappingProxyType(
    {known.name: known for known in _TYPES}
)
"""Name as in the vocabulary -> event type."""

BY_WIRE_NAME: Final[Mapping[str, EventType]] = MappingProxyType(
    {known.wire_name: known for known in _TYPES}
)
"""CloudEvents `type` -> event type."""

RETRACTION_WIRE_NAME: Final = wire_name(RETRACTION)
DAY_STARTED_WIRE_NAME: Final = wire_name(DAY_STARTED)
