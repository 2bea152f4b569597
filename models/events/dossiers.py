"""Dossiers of citizens and enterprises from intake to result, and what citizens say of it.

`received` and `resolved` are once: sending them again corrects them, even their date.
"""

from typing import Final

from models.events.choices import DossierChannel
from models.events.event_type import EventType, Keyed, about
from models.events.fields import Choice, Id, Number, OnlineLevel, Payload, Timestamp


class SubmitterType(Choice):
    """Who hands a dossier in."""

    CITIZEN = "citizen"
    """A citizen."""
    ENTERPRISE = "enterprise"
    """An enterprise."""
    ORGANISATION = "organisation"
    """Any other organisation."""


class DossierStatus(Choice):
    """A step of handling."""

    RECEIVED = "received"
    """Taken in."""
    IN_PROCESS = "in_process"
    """Being handled."""
    WAITING_FOR_APPLICANT = "waiting_for_applicant"
    """The applicant must add papers: the clock stands."""
    WAITING_FOR_PAYMENT = "waiting_for_payment"
    """The applicant must pay: the clock stands."""
    PAUSED = "paused"
    """Stopped: the clock stands."""
    DONE = "done"
    """Handled."""
    RETURNED = "returned"
    """Result handed over."""
    REJECTED = "rejected"
    """Refused."""
    WITHDRAWN = "withdrawn"
    """Taken back by the applicant."""


class HandlingMedium(Choice):
    """Where a step was taken."""

    SOFTWARE = "software"
    """In the software."""
    PAPER = "paper"
    """On paper, entered later."""


class Outcome(Choice):
    """How a dossier ended."""

    GRANTED = "granted"
    """What was asked for is given."""
    REJECTED = "rejected"
    """Refused; timed like any other."""
    WITHDRAWN = "withdrawn"
    """Taken back; not timed."""


class DossierReceived(Payload):
    """A dossier is taken in."""

    dossier_id: Id
    procedure_id: Id
    agency_id: Id
    intake_channel: DossierChannel
    procedure_online_level: OnlineLevel
    received_at: Timestamp
    due_at: Timestamp | None = None
    submitter_type: SubmitterType


DOSSIER_RECEIVED: Final = EventType(
    name="dossier.received",
    model=DossierReceived,
    natural_key=("dossier_id",),
    moment="received_at",
    keyed=Keyed.ONCE,
    tells_about=(about("dossier", "dossier_id"),),
)


class DossierStatusChanged(Payload):
    """A step of handling, on paper or in the software."""

    dossier_id: Id
    from_status: DossierStatus | None = None
    to_status: DossierStatus
    medium: HandlingMedium
    status_at: Timestamp
    entered_at: Timestamp


DOSSIER_STATUS_CHANGED: Final = EventType(
    name="dossier.status_changed",
    model=DossierStatusChanged,
    natural_key=("dossier_id",),
    moment="status_at",
    keyed=Keyed.DATED,
    tells_about=(about("dossier", "dossier_id"),),
)


class DossierTransferred(Payload):
    """An interlinked dossier passes between agencies."""

    dossier_id: Id
    from_agency_id: Id
    to_agency_id: Id
    electronic: bool
    signed: bool
    transferred_at: Timestamp


DOSSIER_TRANSFERRED: Final = EventType(
    name="dossier.transferred",
    model=DossierTransferred,
    natural_key=("dossier_id", "from_agency_id", "to_agency_id"),
    moment="transferred_at",
    keyed=Keyed.DATED,
    tells_about=(about("dossier", "dossier_id"),),
)


class DossierResolved(Payload):
    """The result is given."""

    dossier_id: Id
    procedure_id: Id
    agency_id: Id
    due_at: Timestamp | None = None
    resolved_at: Timestamp
    outcome: Outcome
    processing_level: OnlineLevel
    result_channel: DossierChannel


DOSSIER_RESOLVED: Final = EventType(
    name="dossier.resolved",
    model=DossierResolved,
    natural_key=("dossier_id",),
    moment="resolved_at",
    keyed=Keyed.ONCE,
    tells_about=(about("dossier", "dossier_id"),),
)


class SurveyResponded(Payload):
    """A citizen answers a survey."""

    survey_id: Id
    dossier_id: Id | None = None
    agency_id: Id
    score: Number
    electronic: bool
    responded_at: Timestamp


SURVEY_RESPONDED: Final = EventType(
    name="survey.responded",
    model=SurveyResponded,
    natural_key=("survey_id",),
    moment="responded_at",
    keyed=Keyed.ONCE,
    tells_about=(about("survey", "survey_id"),),
)
