"""Officials: register, accounts, duties and trainings.

People are on the bus under pseudonyms only.
"""

from typing import Final

from models.events.choices import AccountSystem, TrainingTopic
from models.events.event_type import EventType, Keyed, about
from models.events.fields import Choice, Date, Id, Integer, Payload, Pseudonym, Text, Timestamp


class EmploymentClass(Choice):
    """Legal class of an official."""

    CADRE = "can_bo"
    """Elected or appointed for a term."""
    CIVIL_SERVANT = "cong_chuc"
    """Civil servant."""
    PUBLIC_EMPLOYEE = "vien_chuc"
    """Employee of a public-service unit."""


class OfficialRole(Choice):
    """A role of an official."""

    LEADER = "leader"
    """Leads an agency."""
    DIVISION_HEAD = "division_head"
    """Leads a division."""
    IT_DEDICATED = "it_dedicated"
    """Full-time on information technology."""
    IT_CONCURRENT = "it_concurrent"
    """On information technology beside other work."""
    SYSADMIN = "sysadmin"
    """Administers systems."""
    STAFF = "staff"
    """Any other work."""


class StaffRole(Choice):
    """A duty in information technology."""

    IT_DEDICATED = "it_dedicated"
    """Full-time."""
    IT_CONCURRENT = "it_concurrent"
    """Beside other work."""
    SYSADMIN = "sysadmin"
    """Administers systems."""


class Qualification(Choice):
    """Highest degree in information technology."""

    MASTER = "master"
    """Master or above."""
    UNIVERSITY = "university"
    """University."""
    COLLEGE = "college"
    """College."""
    INTERMEDIATE = "intermediate"
    """Intermediate vocational school."""
    OTHER = "other"
    """Anything else."""


class SessionKind(Choice):
    """Form of a training."""

    CLASS = "class"
    """Class."""
    DRILL = "drill"
    """Exercise of an emergency."""
    SEMINAR = "seminar"
    """Seminar."""


class Audience(Choice):
    """Whom a training is for."""

    LEADER = "leader"
    """Leaders."""
    IT_STAFF = "it_staff"
    """Staff in information technology."""
    OFFICIAL = "official"
    """All officials."""


class OfficialRegistered(Payload):
    """Register of officials."""

    official_id: Pseudonym
    agency_id: Id
    employment_class: EmploymentClass
    roles: list[OfficialRole]
    active: bool
    valid_from: Date
    valid_to: Date | None = None


OFFICIAL_REGISTERED: Final = EventType(
    name="official.registered",
    model=OfficialRegistered,
    natural_key=("official_id",),
    moment="valid_from",
    keyed=Keyed.DATED,
    tells_about=(about("official", "official_id"),),
)


class AccountProvisioned(Payload):
    """An account is opened or closed."""

    account_id: Id
    system: AccountSystem
    official_id: Pseudonym | None = None
    agency_id: Id
    active: bool
    provisioned_at: Timestamp


ACCOUNT_PROVISIONED: Final = EventType(
    name="account.provisioned",
    model=AccountProvisioned,
    natural_key=("account_id",),
    moment="provisioned_at",
    keyed=Keyed.DATED,
    tells_about=(about("official", "official_id"),),
)


class AccountUsed(Payload):
    """A day's activity of an account."""

    account_id: Id
    system: AccountSystem
    official_id: Pseudonym
    agency_id: Id
    used_on: Date
    actions: Integer


ACCOUNT_USED: Final = EventType(
    name="account.used",
    model=AccountUsed,
    natural_key=("account_id",),
    moment="used_on",
    keyed=Keyed.DATED,
    tells_about=(about("official", "official_id"),),
)


class TrainingSessionHeld(Payload):
    """A class, drill or seminar took place."""

    session_id: Id
    session_kind: SessionKind
    topic: TrainingTopic
    audience: list[Audience]
    organiser_agency_id: Id
    participants: Integer
    held_at: Date
    plan_item: Text | None = None


TRAINING_SESSION_HELD: Final = EventType(
    name="training.session_held",
    model=TrainingSessionHeld,
    natural_key=("session_id",),
    moment="held_at",
    keyed=Keyed.ONCE,
    tells_about=(about("session", "session_id"),),
)


class TrainingCompleted(Payload):
    """An official completes a training."""

    official_id: Pseudonym
    agency_id: Id
    session_id: Id
    topic: TrainingTopic
    completed_at: Date


TRAINING_COMPLETED: Final = EventType(
    name="training.completed",
    model=TrainingCompleted,
    natural_key=("official_id", "session_id"),
    moment="completed_at",
    keyed=Keyed.ONCE,
    tells_about=(about("official", "official_id"),),
)


class StaffAssigned(Payload):
    """A duty in information technology is given or ends."""

    official_id: Pseudonym
    agency_id: Id
    role: StaffRole
    qualification: Qualification
    assigned_at: Date
    ended_at: Date | None = None


STAFF_ASSIGNED: Final = EventType(
    name="staff.assigned",
    model=StaffAssigned,
    natural_key=("official_id", "role", "agency_id"),
    moment="assigned_at",
    keyed=Keyed.DATED,
    tells_about=(about("official", "official_id"), about("agency", "agency_id")),
)
