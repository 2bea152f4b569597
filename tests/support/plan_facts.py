"""Facts said in one line, for tests that count them by hand, and what a day's close makes of them.

Whatever a payload needs beside what is told has a value here that matters to no definition under test.
"""

from collections.abc import Sequence
from datetime import date, datetime, time
from typing import Any, Final

from models.catalogue import ProvinceCatalogue, load_catalogue
from models.changes import AttainmentRow
from models.days import VIETNAM, day_from_date
from models.facts import Record
from tests.support.drafts import Draft
from tests.support.fold import Worker, fold

MORNING: Final = time(8, tzinfo=VIETNAM)
NAMES: Final = {
    "dong-nai": "dong-nai-2016-2020",
    "tra-vinh": "tra-vinh-2019",
    "ba-ria-vung-tau": "ba-ria-vung-tau-2011-2015",
    "hai-duong": "hai-duong-2017",
    "binh-thuan": "binh-thuan-2018",
}


def said(kind: str, day: str, agency: str = "A1", **data: Any) -> Draft:  # noqa: ANN401 - a payload
    """Return a fact told at eight in the morning of a day."""
    at = datetime.combine(date.fromisoformat(day), MORNING)
    return Draft(kind, data, agency, at, at, at, id=f"{kind}-{day}-{agency}-{sorted(data.items())}")


def log_of(province: str, facts: Sequence[Draft]) -> list[Record]:
    """Return the log of a province on which these facts arrived long after they happened."""
    later = int(datetime(2026, 1, 1, tzinfo=VIETNAM).timestamp() * 1000)
    return [
        Record(province, offset, later, None, fact.line(province))
        for offset, fact in enumerate(facts)
    ]


def told(catalogue: ProvinceCatalogue, day: str, facts: Sequence[Draft]) -> Worker:
    """Return the worker of a province at the close of a day on which only these facts are known."""
    log = log_of(catalogue.province, facts)
    worker = fold(catalogue, log, until=day_from_date(date.fromisoformat(day)))
    refused = [(one.reason, one.field, one.detail) for one in worker.tables.dead_letters]
    assert [] == refused
    return worker


def judged(province: str, target: str, day: str, facts: Sequence[Draft]) -> AttainmentRow:
    """Return how a target stands at the close of a day on which only these facts are known."""
    worker = told(load_catalogue().province(province), day, facts)
    return worker.tables.attainment[f"{NAMES[province]}-{target}"]


def share(row: AttainmentRow) -> tuple[str, int, int]:
    """Return value, numerator and denominator of a ratio as they are shown."""
    return str(row.figure.value), int(row.figure.numerator or 0), int(row.figure.denominator or 0)


def instant(day: str, hour: int = 8, minute: int = 0) -> str:
    """Return an instant in Việt Nam."""
    return f"{day}T{hour:02d}:{minute:02d}:00+07:00"


def registered(agency: str, day: str, level: str) -> Draft:
    """Return the register entry of an active agency."""
    entry: dict[str, Any] = {
        "agency_id": agency,
        "name": agency,
        "level": level,
        "block": "nha_nuoc",
        "parent_agency_id": None,
        "is_administrative": True,
        "handles_procedures": True,
        "has_one_stop_unit": True,
        "active": True,
        "valid_from": day,
        "valid_to": None,
    }
    return said("agency.registered", day, agency, **entry)


def procedure(number: int, day: str, **more: Any) -> Draft:  # noqa: ANN401 - a payload
    """Return the register entry of an active procedure."""
    entry: dict[str, Any] = {
        "procedure_id": f"P{number}",
        "name": "x",
        "owner_agency_id": "A1",
        "handling_level": "so",
        "service_group": "x",
        "one_stop": True,
        "interlinked": False,
        "in_plan_list": None,
        "list_row": None,
        "active": True,
    }
    return said("procedure.registered", day, **{**entry, **more})


def online(number: int, day: str, level: int) -> Draft:
    """Return that a procedure reached an online level."""
    return said(
        "procedure.online_level_changed",
        day,
        procedure_id=f"P{number}",
        agency_id="A1",
        old_level=None,
        new_level=level,
        url=None,
        effective_at=instant(day),
    )


def official(name: str, day: str, agency: str = "A1") -> Draft:
    """Return the register entry of an active official."""
    return said(
        "official.registered",
        day,
        agency,
        official_id=name,
        agency_id=agency,
        employment_class="cong_chuc",
        roles=["staff"],
        active=True,
        valid_from=day,
        valid_to=None,
    )


def mailbox(name: str, day: str, account: str) -> Draft:
    """Return that an official was given a mailbox."""
    return said(
        "account.provisioned",
        day,
        account_id=account,
        system="mail",
        official_id=name,
        agency_id="A1",
        active=True,
        provisioned_at=instant(day),
    )


def used(name: str, day: str, account: str) -> Draft:
    """Return that an official used a mailbox on a day."""
    return said(
        "account.used",
        day,
        account_id=account,
        system="mail",
        official_id=name,
        agency_id="A1",
        used_on=day,
        actions=3,
    )


def dossier(number: str, day: str, agency: str = "A1", **more: Any) -> Draft:  # noqa: ANN401 - a payload
    """Return that a dossier was taken in."""
    entry: dict[str, Any] = {
        "dossier_id": number,
        "procedure_id": "P1",
        "agency_id": agency,
        "intake_channel": "counter",
        "procedure_online_level": 2,
        "received_at": instant(day),
        "due_at": None,
        "submitter_type": "citizen",
    }
    return said("dossier.received", day, agency, **{**entry, **more})


def resolved(number: str, day: str, agency: str = "A1", **more: Any) -> Draft:  # noqa: ANN401 - a payload
    """Return that a dossier's result was given."""
    entry: dict[str, Any] = {
        "dossier_id": number,
        "procedure_id": "P1",
        "agency_id": agency,
        "due_at": None,
        "resolved_at": instant(day),
        "outcome": "granted",
        "processing_level": 2,
        "result_channel": "counter",
    }
    return said("dossier.resolved", day, agency, **{**entry, **more})


def project(number: str, day: str, **more: Any) -> Draft:  # noqa: ANN401 - a payload
    """Return the register entry of a project."""
    entry: dict[str, Any] = {
        "project_id": number,
        "plan_id": "plan",
        "name": "x",
        "group": "other",
        "lead_agency_id": "A1",
        "planned_start": None,
        "planned_end": None,
        "plan_item": None,
        "estimate_vnd": None,
    }
    return said("project.registered", day, **{**entry, **more})


def project_status(number: str, day: str, status: str) -> Draft:
    """Return where a project stands from a day on."""
    return said(
        "project.status_changed", day, project_id=number, from_status=None, to_status=status,
        reason=None, at=day,
    )  # fmt: skip


def allocated(number: str, day: str, plan: str, amount: int) -> Draft:
    """Return money that was allotted to a plan for the year."""
    return said(
        "budget.allocated", day, allocation_id=number, project_id=None, plan_id=plan, fiscal_year=int(day[:4]),
        source="local", purpose="x", amount_vnd=amount, allocated_at=day,
    )  # fmt: skip


def paid(number: str, day: str, plan: str, amount: int) -> Draft:
    """Return money that was paid for a plan."""
    return said(
        "budget.disbursed", day, disbursement_id=number, project_id=None, plan_id=plan, fiscal_year=int(day[:4]),
        amount_vnd=amount, paid_at=day,
    )  # fmt: skip


def deployed(agency: str, day: str, kind: str, item: str | None = None) -> Draft:
    """Return that an agency has a system in use."""
    return said(
        "system.deployed", day, agency, system_id=f"{kind}-{agency}", system_type=kind, agency_id=agency,
        stage="in_use", deployed_at=day, plan_item=item,
    )  # fmt: skip


def connected(agency: str, day: str, kind: str, *, active: bool = True) -> Draft:
    """Return that an agency has a link that works, or works no more."""
    return said(
        "system.connected", day, agency, link_id=f"{kind}-{agency}", from_id=agency, to_id="centre", agency_id=agency,
        link_type=kind, active=active, connected_at=day, plan_item=None,
    )  # fmt: skip


def processed(agency: str, day: str) -> Draft:
    """Return that an agency handled a document in its software."""
    return said(
        "document.processed", day, agency, document_id=f"V-{agency}", agency_id=agency, direction="incoming",
        in_software=True, official_id=f"o-{agency}", official_is_leader=False, processed_at=instant(day),
    )  # fmt: skip


def carried(agency: str, day: str) -> Draft:
    """Return that data went over an agency's link."""
    return said(
        "system.status_reported", day, agency, system_id=f"wan-{agency}", agency_id=agency, system_type=None,
        link_id=f"tslcd_wan-{agency}", status="up", traffic=7, at=instant(day),
    )  # fmt: skip


def assigned(name: str, day: str, qualification: str) -> Draft:
    """Return that an official has a duty in information technology."""
    return said(
        "staff.assigned", day, official_id=name, agency_id="A1", role="it_dedicated", qualification=qualification,
        assigned_at=day, ended_at=None,
    )  # fmt: skip
