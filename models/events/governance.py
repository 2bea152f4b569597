"""What steers the plans: meetings, policies, reports, published indexes.

A report may be submitted again: each submission is a fact of its own.
"""

from typing import Final

from models.events.event_type import EventType, Keyed, about
from models.events.fields import Choice, Date, Id, Ids, Integer, Number, Payload, Text, Timestamp


class MeetingClass(Choice):
    """Who meets."""

    PPC_WITH_DISTRICTS = "ppc_with_districts"
    """The provincial People's Committee with the districts."""
    BRIEFING = "giao_ban"
    """Regular briefing."""
    GOVERNMENT_WITH_PROVINCE = "government_with_province"
    """The Government with the province."""
    OTHER = "other"
    """Anything else."""


class MeetingMode(Choice):
    """How they meet."""

    ONLINE = "online"
    """By video."""
    HYBRID = "hybrid"
    """Some by video."""
    IN_PERSON = "in_person"
    """In one room."""


class PolicyKind(Choice):
    """What kind of text is issued."""

    REGULATION = "regulation"
    """Regulation."""
    PLAN = "plan"
    """Plan."""
    ARCHITECTURE = "architecture"
    """Architecture."""
    SCHEME = "scheme"
    """Scheme."""
    CRITERIA = "criteria"
    """Set of criteria."""
    INCENTIVE = "incentive"
    """Incentive for staff."""
    EMULATION = "emulation"
    """Emulation and rewards."""
    OTHER = "other"
    """Anything else."""


class ReportType(Choice):
    """What a report is about."""

    PLAN = "plan"
    """Plan of an agency."""
    ESTIMATE = "estimate"
    """Budget estimate."""
    RESULT = "result"
    """Results."""
    SIX_MONTH = "six_month"
    """Half a year."""
    YEARLY = "yearly"
    """A year."""
    SECTOR_DATA = "sector_data"
    """Data of a sector."""
    INVENTORY = "inventory"
    """Inventory."""
    FUNDING = "funding"
    """Funding."""
    MONITORING = "monitoring"
    """Monitoring."""
    RANKING = "ranking"
    """Ranking."""


class IndexName(Choice):
    """A published index."""

    PCI = "PCI"
    """Provincial competitiveness."""
    PAPI = "PAPI"
    """Governance and public administration as citizens see it."""
    PAR = "PAR"
    """Public administration reform."""
    ICT = "ICT"
    """Readiness for information technology."""
    IT_RANKING = "it_ranking"
    """The province's own ranking of its agencies."""


class MeetingHeld(Payload):
    """A meeting took place."""

    meeting_id: Id
    meeting_class: MeetingClass
    mode: MeetingMode
    host_agency_id: Id
    participant_agency_ids: Ids
    held_at: Timestamp


MEETING_HELD: Final = EventType(
    name="meeting.held",
    model=MeetingHeld,
    natural_key=("meeting_id",),
    moment="held_at",
    keyed=Keyed.ONCE,
    tells_about=(about("meeting", "meeting_id"),),
)


class PolicyIssued(Payload):
    """A rule, plan, scheme or architecture is issued."""

    policy_id: Id
    policy_kind: PolicyKind
    topic: Text
    agency_id: Id
    number: Text
    issued_at: Date
    replaces: Id | None = None
    plan_item: Text | None = None


POLICY_ISSUED: Final = EventType(
    name="policy.issued",
    model=PolicyIssued,
    natural_key=("policy_id",),
    moment="issued_at",
    keyed=Keyed.ONCE,
    tells_about=(about("policy", "policy_id"),),
)


class ReportSubmitted(Payload):
    """A report is filed."""

    report_id: Id
    report_type: ReportType
    agency_id: Id
    recipient_agency_id: Id
    period_start: Date
    period_end: Date
    due_at: Date | None = None
    submitted_at: Timestamp
    amount_vnd: Integer | None = None


REPORT_SUBMITTED: Final = EventType(
    name="report.submitted",
    model=ReportSubmitted,
    natural_key=("report_id",),
    moment="submitted_at",
    keyed=Keyed.DATED,
    tells_about=(about("report", "report_id"),),
)


class IndexPublished(Payload):
    """A ranking or index is published."""

    index_id: Id
    index: IndexName
    subject: Text
    year: Integer
    score: Number
    rank: Integer | None = None
    grade: Text | None = None


INDEX_PUBLISHED: Final = EventType(
    name="index.published",
    model=IndexPublished,
    natural_key=("index_id",),
    moment="time",
    keyed=Keyed.ONCE,
    tells_about=(about("index", "index_id"),),
)
