"""Projects of the plans, their tenders and their money.

Money is whole đồng; an allocation or payment may belong to no project.
"""

from typing import Final

from models.events.event_type import EventType, Keyed, about
from models.events.fields import Choice, Date, Id, Integer, Payload, Text


class TenderMethod(Choice):
    """How a contractor is selected."""

    COMPETITIVE_QUOTATION = "competitive_quotation"
    """Competitive quotation."""
    OPEN = "open"
    """Open tender."""
    LIMITED = "limited"
    """Limited tender."""
    OTHER = "other"
    """Anything else."""


class SizeClass(Choice):
    """Size of a package."""

    SMALL = "small"
    """Small."""
    OTHER = "other"
    """Anything else."""


class ProjectGroup(Choice):
    """What a project is for."""

    INFRASTRUCTURE = "infrastructure"
    """Infrastructure."""
    MANAGEMENT = "management"
    """Work inside agencies."""
    CITIZENS = "citizens"
    """Service to citizens and enterprises."""
    INFOSEC = "infosec"
    """Information security."""
    HR = "hr"
    """People."""
    OTHER = "other"
    """Anything else."""


class ProjectStatus(Choice):
    """Where a project stands."""

    NOT_STARTED = "not_started"
    """Not started."""
    PREPARING = "preparing"
    """Being prepared."""
    IN_PROGRESS = "in_progress"
    """Being carried out."""
    COMPLETED = "completed"
    """Completed."""
    CANCELLED = "cancelled"
    """Given up."""


class BudgetSource(Choice):
    """Where money comes from."""

    LOCAL = "local"
    """The province's budget."""
    CENTRAL = "central"
    """The central budget."""
    OTHER = "other"
    """Anything else."""


class TenderAwarded(Payload):
    """A contractor is selected."""

    package_id: Id
    method: TenderMethod
    size_class: SizeClass
    online: bool
    procuring_agency_id: Id
    awarded_at: Date


TENDER_AWARDED: Final = EventType(
    name="tender.awarded",
    model=TenderAwarded,
    natural_key=("package_id",),
    moment="awarded_at",
    keyed=Keyed.ONCE,
    tells_about=(about("tender", "package_id"),),
)


class ProjectRegistered(Payload):
    """A project of a plan is registered."""

    project_id: Id
    plan_id: Text
    name: Text
    group: ProjectGroup
    lead_agency_id: Id
    planned_start: Date | None = None
    planned_end: Date | None = None
    plan_item: Text | None = None
    estimate_vnd: Integer | None = None


PROJECT_REGISTERED: Final = EventType(
    name="project.registered",
    model=ProjectRegistered,
    natural_key=("project_id",),
    moment="time",
    keyed=Keyed.DATED,
    tells_about=(about("project", "project_id"),),
)


class ProjectStatusChanged(Payload):
    """A project changes its status."""

    project_id: Id
    from_status: ProjectStatus | None = None
    to_status: ProjectStatus
    reason: Text | None = None
    at: Date


PROJECT_STATUS_CHANGED: Final = EventType(
    name="project.status_changed",
    model=ProjectStatusChanged,
    natural_key=("project_id",),
    moment="at",
    keyed=Keyed.DATED,
    tells_about=(about("project", "project_id"),),
)


class ProjectMilestoneReached(Payload):
    """A project reaches a milestone: reviewed, appraised, approved, tendered, accepted, iso_27001, ..."""

    project_id: Id
    milestone: Text
    reached_at: Date


PROJECT_MILESTONE_REACHED: Final = EventType(
    name="project.milestone_reached",
    model=ProjectMilestoneReached,
    natural_key=("project_id", "milestone"),
    moment="reached_at",
    keyed=Keyed.ONCE,
    tells_about=(about("project", "project_id"),),
)


class BudgetAllocated(Payload):
    """Money is allotted."""

    allocation_id: Id
    project_id: Id | None = None
    plan_id: Text
    fiscal_year: Integer
    source: BudgetSource
    purpose: Text
    amount_vnd: Integer
    allocated_at: Date


BUDGET_ALLOCATED: Final = EventType(
    name="budget.allocated",
    model=BudgetAllocated,
    natural_key=("allocation_id",),
    moment="allocated_at",
    keyed=Keyed.ONCE,
    tells_about=(about("allocation", "allocation_id"), about("project", "project_id")),
)


class BudgetDisbursed(Payload):
    """Money is paid out."""

    disbursement_id: Id
    project_id: Id | None = None
    plan_id: Text
    fiscal_year: Integer
    amount_vnd: Integer
    paid_at: Date


BUDGET_DISBURSED: Final = EventType(
    name="budget.disbursed",
    model=BudgetDisbursed,
    natural_key=("disbursement_id",),
    moment="paid_at",
    keyed=Keyed.ONCE,
    tells_about=(about("disbursement", "disbursement_id"), about("project", "project_id")),
)
