"""What the simulated world knows of the plans' targets: for each, how the world itself would answer.

The readings are those of the plans' sections and of the house rules printed beside each target.
"""

from collections.abc import Callable, Mapping
from typing import Final

from streams.simulator.truth.works import EVERY_CLASS, Works

Known = Callable[[Works], tuple[int, int] | int | bool]
"""A share, a number, or whether it is there."""

OFFICES: Final = ("so", "huyen")
OFFICE_AND_COMMUNE: Final = ("so", "huyen", "xa")
ALL: Final = ("tinh", "so", "huyen", "xa", "truc_thuoc", "su_nghiep", "dang", "doan_the")
HEALTH: Final = ("benh_vien_tinh", "benh_vien_huyen", "tram_y_te_xa")


def item(code: str) -> Known:
    """Return whether a named thing is there."""
    return lambda works: works.item_is_there(code)


KNOWN: Final[Mapping[str, Mapping[str, Known]]] = {
    "dong-nai-2016-2020": {
        "website-coverage": lambda w: w.having_system(OFFICE_AND_COMMUNE, "website", "portal"),
        "procedures-online-level-3-4": lambda w: w.online(3),
        "dossiers-online-level-4": lambda w: w.this_year(
            "dossier.resolved", {}, {"processing_level": 4}
        ),
        "documents-fully-electronic": lambda w: w.this_year(
            "document.exchanged", {}, {"medium": "electronic_only"}
        ),
        "one-stop-modern-coverage": lambda w: w.having_system(OFFICE_AND_COMMUNE, "one_stop"),
        "one-stop-expansion-communes": lambda w: w.having_system(("xa",), "one_stop")[0],
        "fibre-to-communes": lambda w: w.having_link(("xa",), "fibre_internet"),
        "it-staff-or-team": lambda w: w.having_it_staff(OFFICES),
        "ict-planning-revised": item("ict-master-plan"),
    },
    "tra-vinh-2019": {
        "officials-computers": lambda w: w.having_computer(ALL),
        "online-level-2": lambda w: w.online(2),
        "online-level-3-4-received": lambda w: w.this_year(
            "dossier.received", {"procedure_online_level": (3, 4)}, {"intake_channel": "online"}
        ),
        "meetings-online": lambda w: w.this_year(
            "meeting.held", {"meeting_class": "ppc_with_districts"}, {"mode": "online"}
        ),
        "it-staff-training": lambda w: w.trained_this_year(
            OFFICES, ("it_dedicated", "it_concurrent"), ("infosec", "system_admin", "it_skills")
        ),
        "it-focal-in-agency": lambda w: w.having_it_staff(OFFICES),
        "infosec-drill": lambda w: w.sessions(("drill",)),
        "electronic-iso": item("electronic-iso"),
        "wan-lan-project": item("wan-lan"),
        "egov-system-project": item("egov-system"),
    },
    "ba-ria-vung-tau-2011-2015": {
        "network-connected": lambda w: w.having_link(OFFICE_AND_COMMUNE, "tslcd_wan"),
        "one-stop-infrastructure-communes": lambda w: w.having_system(
            ("xa",), "one_stop", item="one-stop-infrastructure"
        )[0],
        "commune-lookup-82-q4-2011": lambda w: w.having_system(
            ("xa",), "website", "portal", item="commune-one-stop-lookup"
        )[0],
        "documents-fully-electronic": lambda w: w.this_year(
            "document.exchanged",
            {"relation": ("submission_to_ppc", "inter_agency")},
            {"medium": "electronic_only"},
        ),
        "meetings-online": lambda w: w.this_year(
            "meeting.held", {"meeting_class": "giao_ban"}, {"mode": "online"}
        ),
        "personnel-files-online": lambda w: w.file_kept_centrally(ALL),
        "email-use-province-district": lambda w: w.using_mail_regularly(OFFICES),
        "email-use-commune": lambda w: w.using_mail_regularly(("xa",)),
        "services-level-2-all": lambda w: w.online(2, handled_by=OFFICES),
        "procedures-1549-level-2": lambda w: w.online(2)[0],
        "one-stop-management-tool": item("one-stop-management-tool"),
        "trade-exchange": item("trade-exchange"),
        "project-email-upgrade": item("mail-upgrade"),
    },
    "hai-duong-2017": {
        "commune-websites-265": lambda w: w.having_system(("xa",), "website", "portal")[0],
        "documents-through-software": lambda w: w.this_year(
            "document.processed", {}, {"in_software": True}
        ),
        "email-use": lambda w: w.opening_mailbox(ALL),
        "website-joined-portal": lambda w: w.having_link(OFFICE_AND_COMMUNE, "portal"),
        "one-stop-district": lambda w: w.having_system(("huyen",), "one_stop"),
        "one-stop-department": lambda w: w.having_system(("so",), "one_stop"),
        "one-stop-commune": lambda w: w.having_system(("xa",), "one_stop"),
        "services-level-3-department": lambda w: w.online(3, handled_by=("so",)),
        "services-level-3-district": lambda w: w.online(3, handled_by=("huyen",)),
        "services-level-3-commune": lambda w: w.online(3, handled_by=("xa",)),
        "services-level-4-some": lambda w: w.online(4)[0],
        "it-staff-assigned": lambda w: w.having_it_staff(OFFICES),
        "training-classes": lambda w: w.sessions(("class",), ("it_skills", "it_management_cio")),
        "infosec-drill": lambda w: w.sessions(("drill",)),
        "public-service-portal": item("public-service-portal"),
    },
    "binh-thuan-2018": {
        "district-lan": lambda w: w.having_system(("huyen",), "lan"),
        "edoc-deployed-subordinate-commune": lambda w: w.having_system(
            ("truc_thuoc", "xa"), "edoc"
        ),
        "wan-communes": lambda w: w.having_link(("xa",), "tslcd_wan"),
        "procedures-level-3": lambda w: w.online(3, 3),
        "procedures-level-4": lambda w: w.online(4),
        "email-regular-use-province-district": lambda w: (
            w.using_mail_regularly(OFFICES)[0],
            w.owning_mailbox(OFFICES)[0],
        ),
        "email-regular-use-commune": lambda w: (
            w.using_mail_regularly(("xa",))[0],
            w.owning_mailbox(("xa",))[0],
        ),
        "personnel-files-central": lambda w: w.file_kept_centrally(OFFICES, EVERY_CLASS),
        "it-staff-training": lambda w: w.trained_this_year(
            OFFICE_AND_COMMUNE,
            ("it_dedicated",),
            ("infosec", "system_admin", "it_skills", "it_management_cio"),
        ),
        "officials-it-training": lambda w: w.sessions(("class",), ("it_skills", "infosec")),
        "health-fibre": lambda w: w.capable(HEALTH, "fibre_internet"),
        "health-station-computers": lambda w: w.capable(("tram_y_te_xa",), "computers_sufficient"),
        "hospital-it-clinical-insurance": lambda w: w.capable(
            HEALTH, "clinical_management", "insurance_payment"
        ),
        "primary-schools-informatics": lambda w: w.capable(
            ("truong_tieu_hoc",), "informatics_taught"
        ),
        "budget-2018-new-projects": lambda w: w.money("budget.allocated", "binh-thuan-2018"),
        "budget-2017-projects-paid": lambda w: w.money("budget.disbursed", "binh-thuan-2017"),
        "disbursement-timely": lambda w: (
            w.money("budget.disbursed", "binh-thuan-2018"),
            w.money("budget.allocated", "binh-thuan-2018"),
        ),
        "student-database": item("student-database"),
        "data-centre-upgraded": item("data-centre-upgrade"),
        "lgsp": item("lgsp"),
    },
}
"""Plan -> target -> what the world says of it."""
