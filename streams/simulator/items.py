"""Named things of the plans: the rules, systems and projects that milestones wait for, and when they come.

A thing carries as `plan_item` the code that the catalogue's checklists ask for; None as its time: it never comes.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Item:
    """A named thing of a plan."""

    code: str
    """The `plan_item` of the events that realise it."""
    form: str
    """`policy`, `system` or `project`."""
    kind: str
    """`policy_kind`, `system_type` or project `group`."""
    done: float | None
    """Share of the plan's period after which it is there."""
    replaces: str | None = None
    """A policy's predecessor."""


ITEMS: Final[Mapping[str, tuple[Item, ...]]] = {
    "dong-nai": (
        Item("egov-architecture", "policy", "architecture", 0.05),
        Item("infosec-scheme", "policy", "scheme", 0.30),
        Item("ict-master-plan", "policy", "plan", None),
        Item("it-evaluation-criteria", "policy", "criteria", 0.40),
        Item("it-incentive-policy", "policy", "incentive", None),
        Item("integration-axis", "system", "lgsp", 0.60),
        Item("climate-change-database", "system", "database", 0.70),
        Item("business-dialogue-channel", "system", "portal", 0.04),
        Item("shared-databases", "system", "database", 0.65),
        Item("data-centre-phase-2", "project", "infrastructure", 0.80),
        Item("infosec-scheme", "project", "infosec", None),
    ),
    "tra-vinh": (
        Item("egov-architecture-2.0", "policy", "architecture", 0.25, "egov-architecture-1.0"),
        Item("infosec-rules", "policy", "regulation", 0.80),
        Item("electronic-iso", "system", "specialised", 0.60),
        Item("shared-platform", "system", "lgsp", None),
        Item("portal-upgrade", "project", "citizens", 0.20),
        Item("egov-system", "project", "management", 0.95),
        Item("wan-lan", "project", "infrastructure", None),
    ),
    "ba-ria-vung-tau": (
        Item("infosec-rules", "policy", "regulation", 0.05),
        Item("work-process-rules", "policy", "regulation", 0.30),
        Item("one-stop-management-tool", "system", "one_stop", 0.15),
        Item("admin-geography-database", "system", "database", None),
        Item("trade-exchange", "system", "portal", 0.50),
        Item("data-centre", "project", "infrastructure", 0.45),
        Item("provincial-portal", "project", "citizens", 0.15),
        Item("mail-upgrade", "project", "management", 0.05),
        Item("shared-infrastructure", "project", "infrastructure", 0.45),
        Item("department-and-district-infrastructure", "project", "infrastructure", 0.55),
        Item("specialised-applications", "project", "management", 0.58),
        Item("data-integration", "project", "management", None),
    ),
    "hai-duong": (
        Item("it-posts-and-incentives", "policy", "incentive", None),
        Item("egov-architecture", "policy", "architecture", 0.70),
        Item("public-service-portal", "system", "portal", 0.25),
        Item("finance-management", "system", "specialised", 0.35),
        Item("email-security", "system", "mail_security", 0.50),
        Item("infosec-hardware-software", "system", "firewall", 0.30),
        Item("lan-upgrade", "project", "infrastructure", 0.90),
    ),
    "binh-thuan": (
        Item("infosec-rules", "policy", "regulation", 0.20),
        Item("signed-edocs-regulation", "policy", "regulation", 0.15),
        Item("data-centre-scheme", "policy", "scheme", None),
        Item("e-lesson-database", "system", "database", 0.40),
        Item("student-database", "system", "database", 0.25),
        Item("lgsp", "system", "lgsp", None),
        Item("electronic-iso", "system", "specialised", 0.30),
        Item("data-centre-upgrade", "project", "infrastructure", 0.75),
        Item("personnel-software", "project", "management", 0.30),
    ),
}
"""By province; at most twelve projects each."""
