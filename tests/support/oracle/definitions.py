"""Measures for tests: every form and operator of the grammar over subjects of which a history has plenty.

Written as YAML would be read, so that the grammar's own shapes are tested too.
"""

from typing import Any, Final

from hypothesis import strategies as st

from models.definitions import Measure

Plain = dict[str, Any]

ATOMS: Final[dict[str, list[Plain]]] = {
    "official": [
        {"has": {"fact": "official.registered", "where": {"active": True}, "to": "valid_to"}},
        {"has": {"fact": "official.registered", "where": {"roles": {"contains": "sysadmin"}}}},
        {"has": {"fact": "official.registered", "from": {"field": "valid_to", "days": -30}, "to": "valid_to"}},
        {"has": {"fact": "account.provisioned", "where": {"active": True}}},
        {"has": {"fact": "account.provisioned", "where": {"active": True, "official.registered.active": True}}},
        {"has": {"fact": "training.completed"}},
        {"has": {"fact": "training.completed", "where": {"session_id": {"starts_with": "ses1"}}}},
        {"has": {"fact": "training.completed", "where": {"completed_at": {"lt": "2019-05-01"}}}},
        {"has": {"fact": "staff.assigned", "to": "ended_at"}},
        {"has": {"fact": "staff.assigned", "from": {"field": "ended_at", "days": -10}}},
        {"has": {"fact": "record.centralized", "where": {"active": True}}},
        {"has": {"fact": "record.centralized", "where": {"account.provisioned.system": {"exists": False}}}},
        {"within": {"fact": "account.provisioned", "days": 15}},
        {"within": {"fact": "asset.assigned", "where": {"account.provisioned.active": True}, "same": "year", "times": 2}},
        {"has": {"fact": "asset.assigned", "where": {"software_licensed": {"exists": False}}}},
        {"within": {"fact": "account.used", "days": 30}},
        {"within": {"fact": "account.used", "days": 20, "times": 2}},
        {"within": {"fact": "account.used", "where": {"actions": {"gt": 0}}, "same": "year"}},
        {"within": {"fact": "training.completed", "same": "year", "times": 2}},
        {"within": {"fact": "account.used", "where": {"account.provisioned.active": True}, "days": 7}},
    ],
    "dossier": [
        {"has": {"fact": "dossier.received"}},
        {"has": {"fact": "dossier.received", "until": "dossier.resolved"}},
        {"has": {"fact": "dossier.received", "where": {"dossier.resolved.outcome": "granted"}}},
        {"has": {"fact": "dossier.received", "where": {"dossier.resolved.outcome": {"exists": False}}}},
        {"has": {"fact": "dossier.status_changed", "where": {"to_status": ["paused", "done"]}}},
        {"has": {"fact": "dossier.transferred", "where": {"electronic": True}}},
        {"has": {"fact": "dossier.resolved", "where": {"dossier.received.intake_channel": "online"}}},
        {"has": {"fact": "dossier.received", "where": {"dossier.status_changed.medium": "paper"}}},
        {"function": "dossier.overdue"},
        {"within": {"fact": "dossier.status_changed", "days": 5}},
    ],
    "agency": [
        {"has": {"fact": "agency.registered", "where": {"active": True}, "to": "valid_to"}},
        {"has": {"fact": "agency.registered", "where": {"level": ["so", "huyen"]}}},
        {"has": {"fact": "system.deployed", "where": {"stage": ["in_use", "effective"]}}},
        {"has": {"fact": "system.connected", "where": {"active": True}}},
        {"has": {"fact": "staff.assigned", "where": {"role": "sysadmin"}, "to": "ended_at"}},
        {"has": {"fact": "asset.assigned", "where": {"active": True}}},
        {"has": {"fact": "asset.assigned"}},
        {"has": {"fact": "agency.registered", "where": {"system.connected.active": True}}},
        {"has": {"fact": "procedure.online_level_changed", "where": {"new_level": {"gte": 3}}}},
        {"has": {"fact": "compliance.assessed", "where": {"result": "pass"}}},
        {"within": {"fact": "compliance.assessed", "days": 40}},
        {"within": {"fact": "system.deployed", "same": "year"}},
    ],
    "system": [
        {"has": {"fact": "system.deployed", "where": {"stage": "in_use"}}},
        {"has": {"fact": "system.deployed", "where": {"plan_item": {"exists": True}}}},
        {"has": {"fact": "compliance.assessed", "where": {"score": {"gte": 1, "lte": 2}}}},
        {"has": {"fact": "system.status_reported", "where": {"status": "up"}}},
        {"within": {"fact": "website.content_updated", "days": 14}},
        {"within": {"fact": "system.status_reported", "where": {"status": "up"}, "days": 10, "times": 2}},
        {"within": {"fact": "website.content_updated", "where": {"system.deployed.stage": "in_use"}, "days": 14}},
    ],
    "certificate": [
        {"has": {"fact": "signature.certificate_issued", "to": "valid_to", "until": "signature.certificate_revoked"}},
        {"has": {"fact": "signature.certificate_issued", "from": {"field": "valid_to", "days": -30}}},
        {"has": {"fact": "signature.certificate_issued", "where": {"valid_from": {"by": {"after": "requested_at", "working_days": 2}}}}},
        {"has": {"fact": "signature.certificate_revoked", "where": {"revoked_at": {"by": {"after": "requested_at", "days": 1}}}}},
    ],
    "project": [
        {"has": {"fact": "project.status_changed", "where": {"to_status": ["preparing", "in_progress"]}}},
        {"has": {"fact": "project.registered", "where": {"plan_item": {"exists": True}}}},
        {"has": {"fact": "project.milestone_reached"}},
        {"has": {"fact": "budget.allocated", "where": {"fiscal_year": 2019}}},
        {"within": {"fact": "budget.disbursed", "days": 60}},
        {"has": {"fact": "compliance.assessed", "where": {"criterion": ["architecture", "licence"]}}},
    ],
}  # fmt: skip
"""Subject kind -> conditions that stand for themselves."""

FLOWS: Final[list[tuple[str, Plain]]] = [
    ("dossier", {"fact": "dossier.received"}),
    ("dossier", {"fact": "dossier.resolved", "where": {"resolved_at": {"lte": {"field": "dossier.due"}}}}),
    ("dossier", {"fact": "dossier.resolved", "bucket": "dossier.working_days"}),
    ("dossier", {"fact": "dossier.resolved", "where": {"dossier.working_days": {"lte": 3}}}),
    ("dossier", {"fact": "dossier.resolved", "where": {"dossier.received.intake_channel": "online"}}),
    ("dossier", {"fact": "dossier.transferred", "first": True}),
    ("dossier", {"fact": "dossier.transferred", "while": {"has": {"fact": "dossier.received", "until": "dossier.resolved"}}}),
    ("dossier", {"fact": "dossier.status_changed", "where": {"to_status": "done"}, "first": True}),
    ("payment", {"fact": "payment.made", "where": {"channel": "online"}, "amount": "amount_vnd"}),
    ("project", {"fact": "budget.disbursed", "amount": "amount_vnd", "bucket": "fiscal_year"}),
    ("project", {"fact": "budget.allocated", "while": {"has": {"fact": "project.status_changed"}}}),
    ("survey", {"fact": "survey.responded", "amount": "score"}),
    ("agency", {"fact": "compliance.assessed", "where": {"result": "pass"}}),
    ("agency", {"fact": "system.deployed", "first": True}),
    ("agency", {"fact": "asset.assigned"}),
    ("agency", {"fact": "system.connected", "bucket": "link_type"}),
    ("agency", {"fact": "system.connected", "while": {"has": {"fact": "asset.assigned", "where": {"active": True}}}}),
    ("official", {"fact": "account.provisioned", "first": True}),
    ("official", {"fact": "account.provisioned", "held": 1440}),
    ("official", {"fact": "record.centralized", "where": {"asset.assigned.active": True}}),
    ("system", {"fact": "system.status_reported", "where": {"status": ["up", "degraded"]}, "held": 600}),
    ("system", {"fact": "system.status_reported", "where": {"status": "up", "system.deployed.stage": "in_use"}, "held": 1440}),
    ("system", {"fact": "website.content_updated", "while": {"has": {"fact": "system.deployed"}}}),
    ("official", {"fact": "account.used", "while": {"has": {"fact": "official.registered", "to": "valid_to"}}}),
    ("official", {"fact": "account.used", "first": True}),
    ("policy", {"fact": "policy.issued", "where": {"plan_item": {"exists": True}}, "bucket": "plan_item"}),
    ("filer", {"fact": "filing.submitted", "where": {"channel": "online"}, "first": True}),
]  # fmt: skip
"""Subject kind and flow."""

SUMS: Final[list[Plain]] = [
    {"subject": "population", "stock": {"has": {"fact": "population.snapshot_published"}}, "amount": "count"},
    {"subject": "report", "stock": {"has": {"fact": "report.submitted"}}, "amount": "amount_vnd"},
    {"subject": "agency", "stock": {"has": {"fact": "staff.assigned", "to": "ended_at"}}, "each": True},
    {"subject": "agency", "stock": {"has": {"fact": "system.connected", "where": {"active": True}}}, "each": True, "bucket": "link_type"},
    {"subject": "facility", "stock": {"has": {"fact": "facility.capability_reported", "where": {"met": True}}}, "amount": "value"},
    {"subject": "official", "stock": {"has": {"fact": "account.provisioned", "where": {"active": True}}}, "each": True, "bucket": "system"},
    {"subject": "system", "stock": {"has": {"fact": "system.deployed"}}, "bucket": "plan_item"},
]  # fmt: skip
"""Stocks that sum, count or keep apart."""


def conditions(kind: str) -> st.SearchStrategy[Plain]:
    """Draw a condition on a subject, two levels deep at most."""
    atoms = st.sampled_from(ATOMS[kind])
    negated = atoms.map(lambda one: {"not": one})
    several = st.lists(atoms, min_size=1, max_size=3)
    both = st.tuples(several, st.lists(negated, max_size=1)).map(
        lambda parts: {"all": [*parts[0], *parts[1]]}
    )
    either = several.map(lambda parts: {"any": parts})
    mixed = st.lists(st.one_of(atoms, either, both), min_size=1, max_size=2)
    return st.one_of(atoms, both, either, mixed.map(lambda parts: {"all": parts}))


def stocks() -> st.SearchStrategy[Measure]:
    """Draw a stock."""
    made = st.sampled_from(sorted(ATOMS)).flatmap(
        lambda kind: conditions(kind).map(lambda stock: {"subject": kind, "stock": stock})
    )
    return st.one_of(made, made, st.sampled_from(SUMS)).map(Measure.model_validate)


def flows() -> st.SearchStrategy[Measure]:
    """Draw a flow."""
    return st.sampled_from(FLOWS).map(
        lambda one: Measure.model_validate({"subject": one[0], "flow": one[1]})
    )
