"""The five provinces as their plans describe them: period, registers, and where each share starts and drifts to.

Denominators and first points of curves are printed in the plans (section in the comment); the rest is invented to
let some targets be attained, some fall behind and some regress.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Final

from models.days import Day, day_from_date
from streams.simulator.chance import Curve, line


@dataclass(frozen=True, slots=True)
class Drift:
    """Shares of flows over the plan's period."""

    electronic_only: Curve
    """Documents exchanged without paper."""
    electronic_with_paper: Curve
    signed: Curve
    """Of the electronic documents."""
    in_software: Curve
    """Of the documents processed."""
    published: Curve
    """Of the steering documents issued."""
    intake_online: Curve
    """Of the dossiers at level 3 or 4."""
    processed_at_level_4: Curve
    on_time: Curve
    mail_in_regular_use: Curve
    """Of the officials."""
    meetings_online: Curve
    declared_online: Curve
    tendered_online: Curve


@dataclass(frozen=True, slots=True)
class Rollout:
    """A kind of system or link that reaches the agencies of some levels one after another; the curve never falls."""

    kind: str
    """`system_type` of `system.deployed`, or `link_type` of `system.connected`."""
    levels: tuple[str, ...]
    curve: Curve
    link: bool = False
    item: str | None = None
    """`plan_item` of the plan's own named things; the agency has it beside others of the kind."""


@dataclass(frozen=True, slots=True)
class Procedures:
    """The register of procedures, and how many stand online at the start and at the end of the period."""

    total: int
    level_2: Curve
    """Share at this level or above; so are the next two."""
    level_3: Curve
    level_4: Curve


@dataclass(frozen=True, slots=True)
class Profile:
    """A province under its plan."""

    province: str
    plan: str
    first: Day
    last: Day
    code: str
    """Last group of its agency codes."""
    departments: int
    districts: tuple[str, ...]
    communes: int
    procedures: Procedures
    rollouts: tuple[Rollout, ...]
    drift: Drift
    need_vnd: int
    """Money that the plan's own projects need."""
    carried_vnd: int = 0
    """Money that projects of the year before still need; it is paid under that year's plan."""
    has_lists: bool = False
    """The plan lists agencies by name: departments and districts carry the codes of its lists."""


def _years(first: int, last: int) -> tuple[Day, Day]:
    return day_from_date(date(first, 1, 1)), day_from_date(date(last, 12, 31))


COMMON: Final = Drift(
    electronic_only=line(0.40, 0.75),
    electronic_with_paper=line(0.30, 0.15),
    signed=line(0.30, 0.70),
    in_software=line(0.85, 0.98),
    published=line(0.70, 0.97),
    intake_online=line(0.15, 0.32),
    processed_at_level_4=line(0.03, 0.25),
    on_time=line(0.91, 0.96),
    mail_in_regular_use=line(0.50, 0.90),
    meetings_online=line(0.30, 0.70),
    declared_online=line(0.80, 0.97),
    tendered_online=line(0.15, 0.45),
)
"""Where a plan says nothing."""

NONE: Final = line(0.0, 0.0)
"""Nothing is reported of it."""

OFFICES: Final = ("so", "huyen")
ADMINISTRATIVE: Final = ("so", "huyen", "xa")

DONG_NAI: Final = Profile(
    "dong-nai",
    "dong-nai-2016-2020",
    *_years(2016, 2020),
    code="H19",
    departments=20,
    districts=(
        "Biên Hòa",
        "Long Khánh",
        "Cẩm Mỹ",
        "Định Quán",
        "Long Thành",
        "Nhơn Trạch",
        "Tân Phú",
        "Thống Nhất",
        "Trảng Bom",
        "Vĩnh Cửu",
        "Xuân Lộc",
    ),
    communes=171,  # II.2
    procedures=Procedures(1137, NONE, line(148 / 1137, 0.85), line(20 / 1137, 0.30)),  # II.4.2
    rollouts=(
        Rollout("one_stop", ("huyen",), line(1.0, 1.0)),  # 11 of 11: II.4.1
        Rollout("one_stop", ("so",), Curve(((0.0, 0.0), (0.5, 0.45), (1.0, 0.75)))),
        Rollout("one_stop", ("xa",), Curve(((0.0, 0.0), (0.05, 0.05), (0.5, 0.88), (1.0, 1.0)))),
        Rollout("edoc", ADMINISTRATIVE, line(0.80, 1.0)),
        Rollout("website", OFFICES, line(1.0, 1.0)),
        Rollout("website", ("xa",), line(0.15, 0.70)),
        Rollout("fibre_internet", ("xa",), line(170 / 171, 1.0), link=True),  # II.2
        Rollout("firewall", OFFICES, line(35 / 40, 1.0)),  # II.2
    ),
    drift=replace(
        COMMON,
        electronic_only=line(0.40, 0.86),  # II.3.a
        mail_in_regular_use=line(0.90, 0.97),  # II.3.a
        processed_at_level_4=line(0.02, 0.34),
        tendered_online=line(0.20, 0.38),
    ),
    need_vnd=632_000_000_000,
    has_lists=True,
)

TRA_VINH: Final = Profile(
    "tra-vinh",
    "tra-vinh-2019",
    *_years(2019, 2019),
    code="H59",
    departments=15,  # I.1
    districts=(
        "Trà Vinh",
        "Duyên Hải",
        "Càng Long",
        "Cầu Kè",
        "Cầu Ngang",
        "Châu Thành",
        "Huyện Duyên Hải",
        "Tiểu Cần",
        "Trà Cú",
    ),
    communes=106,  # I.1
    procedures=Procedures(
        1819, line(1.0, 1.0), line(643 / 1819, 0.42), line(203 / 1819, 0.15)
    ),  # I.1, I.2
    rollouts=(
        Rollout("one_stop", ADMINISTRATIVE, line(1.0, 1.0)),  # I.1
        Rollout("edoc", ADMINISTRATIVE, line(0.92, 1.0)),
        Rollout("website", OFFICES, line(1.0, 1.0)),
        Rollout(
            "tslcd_wan",
            ("so", "huyen", "dang", "doan_the"),
            Curve(((0.0, 0.41), (1.0, 0.85))),
            link=True,
        ),  # I.5
    ),
    drift=replace(
        COMMON,
        electronic_only=Curve(((0.0, 0.72), (0.10, 0.70), (0.14, 0.55), (0.5, 0.60), (1.0, 0.74))),
        electronic_with_paper=line(0.22, 0.20),
        intake_online=line(0.2125, 0.40),  # I.2
        on_time=Curve(((0.0, 0.94), (0.2, 0.86), (1.0, 0.95))),
        mail_in_regular_use=line(0.30, 0.45),  # I.3
        meetings_online=line(0.35, 0.65),
    ),
    need_vnd=20_000_000_000,  # invented: none is printed
)

BA_RIA_VUNG_TAU: Final = Profile(
    "ba-ria-vung-tau",
    "ba-ria-vung-tau-2011-2015",
    *_years(2011, 2015),
    code="H97",  # invented: the province's own is in no public source
    departments=18,
    districts=(
        "Vũng Tàu",
        "Bà Rịa",
        "Xuyên Mộc",
        "Côn Đảo",
        "Long Điền",
        "Tân Thành",
        "Châu Đức",
        "Đất Đỏ",
    ),
    communes=82,  # II.2
    procedures=Procedures(1549, line(0.10, 0.96), line(0.0, 0.05), line(0.0, 0.01)),  # PL3.1
    rollouts=(
        Rollout("one_stop", ("huyen",), line(0.5, 1.0)),
        Rollout("one_stop", ("xa",), Curve(((0.0, 0.1), (0.2, 0.8), (1.0, 1.0)))),
        Rollout("edoc", OFFICES, line(15 / 26, 1.0)),  # PL2
        Rollout("edoc", ("xa",), line(0.0, 0.92)),
        Rollout("website", OFFICES, line(19 / 26, 1.0)),  # PL3.1
        Rollout("antivirus", ADMINISTRATIVE, line(0.25, 0.95)),
        Rollout("firewall", ADMINISTRATIVE, line(0.20, 0.90)),
        Rollout("one_stop", ("huyen", "xa"), line(0.0, 0.97), item="one-stop-infrastructure"),
        Rollout("website", ("xa",), line(0.10, 0.95), item="commune-one-stop-lookup"),
        Rollout("lan", OFFICES, line(0.30, 0.98), item="lan-standardised"),
        Rollout("one_stop", ("xa",), line(0.10, 0.90), link=True),
        Rollout("edoc", OFFICES, line(0.40, 1.0), link=True),
        Rollout("data_share", OFFICES, line(0.05, 0.60), link=True),
        Rollout("tslcd_wan", ADMINISTRATIVE, line(0.35, 1.0), link=True),
    ),
    drift=replace(
        COMMON,
        electronic_only=line(0.15, 0.97),
        electronic_with_paper=line(0.45, 0.03),
        in_software=line(0.82, 0.99),
        meetings_online=Curve(((0.0, 0.2), (0.6, 1.0), (1.0, 1.0))),
        mail_in_regular_use=line(0.55, 0.96),
    ),
    need_vnd=200_000_000_000,  # invented: none is printed
    has_lists=True,
)

HAI_DUONG: Final = Profile(
    "hai-duong",
    "hai-duong-2017",
    *_years(2017, 2017),
    code="H98",  # invented: the province's own is in no public source
    departments=25,  # 37 with the districts: II.4.1
    districts=(
        "Hải Dương",
        "Chí Linh",
        "Bình Giang",
        "Cẩm Giàng",
        "Gia Lộc",
        "Kim Thành",
        "Kinh Môn",
        "Nam Sách",
        "Ninh Giang",
        "Thanh Hà",
        "Thanh Miện",
        "Tứ Kỳ",
    ),
    communes=265,  # II.4.1
    procedures=Procedures(240, NONE, line(43 / 240, 0.29), line(1 / 240, 0.03)),  # 42 and 1: II.5.2
    rollouts=(
        Rollout("one_stop", ("huyen",), line(1.0, 1.0)),  # II.5.1
        Rollout("one_stop", ("so",), line(0.30, 0.76)),
        Rollout("one_stop", ("xa",), line(0.20, 0.45)),
        Rollout("edoc", OFFICES, line(1.0, 1.0)),  # II.4.1
        Rollout("website", OFFICES, line(1.0, 1.0)),  # II.4.1
        Rollout("website", ("xa",), line(200 / 265, 1.0)),  # II.4.1
        Rollout("portal", OFFICES, line(1.0, 1.0), link=True),
    ),
    drift=replace(COMMON, in_software=line(0.92, 1.0), mail_in_regular_use=line(0.70, 0.98)),
    need_vnd=16_800_000_000,  # that of 2016: II.6
)

BINH_THUAN: Final = Profile(
    "binh-thuan",
    "binh-thuan-2018",
    *_years(2018, 2018),
    code="H99",  # invented: the province's own is in no public source
    departments=20,
    districts=(
        "Phan Thiết",
        "La Gi",
        "Bắc Bình",
        "Đức Linh",
        "Hàm Tân",
        "Hàm Thuận Bắc",
        "Hàm Thuận Nam",
        "Phú Quý",
        "Tánh Linh",
        "Tuy Phong",
    ),
    communes=127,  # II.1
    procedures=Procedures(300, NONE, line(0.05, 0.15), line(0.02, 0.06)),
    rollouts=(
        Rollout("one_stop", ("huyen",), line(1.0, 1.0)),  # 10 of 10: II.2
        Rollout("one_stop", ("so",), line(0.60, 1.0)),
        Rollout("edoc", OFFICES, line(0.90, 1.0)),
        Rollout("edoc", ("xa", "truc_thuoc"), line(0.50, 0.84)),
        Rollout("lan", ("huyen",), line(1.0, 1.0)),
        Rollout("lan", ("xa",), line(0.55, 0.88)),
        Rollout("fibre_internet", ("xa",), line(0.60, 0.83), link=True),
        Rollout("tslcd_wan", ("xa",), line(0.40, 0.70), link=True),
        Rollout("one_stop", ("so",), line(0.50, 0.90), link=True),
    ),
    drift=replace(
        COMMON,
        electronic_only=Curve(((0.0, 0.74), (0.15, 0.88), (0.25, 0.70), (1.0, 0.84))),
        electronic_with_paper=line(0.18, 0.12),
        mail_in_regular_use=line(0.60, 0.88),
    ),
    need_vnd=7_288_874_942,  # IV.2
    carried_vnd=6_538_172_960,  # IV.1
    has_lists=True,
)

PROFILES: Final[Mapping[str, Profile]] = {
    profile.province: profile
    for profile in (DONG_NAI, TRA_VINH, BA_RIA_VUNG_TAU, HAI_DUONG, BINH_THUAN)
}
"""By slug."""
