"""What the registers say on the first day: agencies, officials, procedures, enterprises, facilities.

They arrive before the offices open, in the order of the registers; the denominators are complete from the first day.
"""

from typing import Final

from streams.simulator.agencies import Agency
from streams.simulator.wire import SECONDS_PER_DAY, Data, Happening, date_text
from streams.simulator.world import World

MIDNIGHT_TO_AGENCIES: Final = 5 * 3600
MIDNIGHT_TO_OTHERS: Final = 6 * 3600

SERVICES: Final = (
    ("local-services", "Cấp giấy chứng nhận quyền sử dụng đất"),
    ("business-registration", "Đăng ký thành lập doanh nghiệp"),
    ("residence", "Đăng ký tạm trú, tạm vắng"),
    ("construction-permits", "Cấp giấy phép xây dựng"),
    ("investment-licences", "Cấp giấy chứng nhận đầu tư"),
    ("labour-and-employment", "Cấp sổ lao động"),
    ("driving-licences", "Đổi giấy phép lái xe"),
    ("medical-practice", "Cấp chứng chỉ hành nghề y, dược"),
    ("branches-and-offices", "Cấp giấy phép thành lập chi nhánh, văn phòng đại diện"),
    ("complaints", "Giải quyết khiếu nại, tố cáo"),
)
"""Groups of procedures with a name of one."""

SPOKEN_IDS: Final = {
    "business-registration": "enterprise-registration",
    "investment-licences": "investment-certificate",
}
"""Groups whose procedures a target names: their codes begin with a word."""

FACILITIES: Final = (
    ("benh_vien_tinh", 2),
    ("benh_vien_huyen", 4),
    ("tram_y_te_xa", 8),
    ("truong_tieu_hoc", 6),
    ("truong_thcs", 3),
    ("truong_thpt", 2),
)
"""Hospitals, health stations and schools: a sample."""

CLASSES: Final = ("can_bo", "cong_chuc", "cong_chuc", "vien_chuc")
ROLES: Final = (
    ["staff"],
    ["staff"],
    ["leader"],
    ["division_head"],
    ["it_dedicated", "sysadmin"],
    ["it_concurrent"],
)
PLAN_LIST: Final = 63
"""Rows of the list of services to bring online in Bà Rịa - Vũng Tàu (PL3.3)."""


def facility_ids(world: World) -> list[tuple[str, str]]:
    """Return (id, type) of the province's facilities."""
    types = [kind for kind, number in FACILITIES for _ in range(number)]
    return [(f"CS-{world.profile.code}-{number:03d}", kind) for number, kind in enumerate(types, 1)]


def procedure_id(world: World, number: int) -> str:
    """Return the code of the procedure with this number in the register."""
    prefix = SPOKEN_IDS.get(SERVICES[number % len(SERVICES)][0])
    if prefix is not None:
        return f"{prefix}-{number:04d}"
    return f"{1 + number % 2}.{number:06d}.000.00.00.{world.profile.code}"


def procedure_owner(world: World, number: int) -> Agency:
    """Return the agency that offers a procedure."""
    return world.busy[number % len(world.busy)]


class Registers:
    """Tells the registers on the first day, and one agency that registers late."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._first = world.profile.first
        self._midnight = world.profile.first * SECONDS_PER_DAY
        self._late = world.agencies[-1]
        self._late_day = world.profile.first + 45

    def open(self) -> None:
        """Tell every register."""
        for agency in self._world.agencies:
            if agency is not self._late:
                self._agency(agency, self._first)
        self._officials()
        for number in range(1, self._world.profile.procedures.total + 1):
            self._procedure(number)
        self._enterprises()
        self._facilities()

    def run(self, day: int) -> None:
        """Register the agency that comes later; until then it reports under an unknown code."""
        if day == self._late_day:
            self._agency(self._late, day)

    def _agency(self, agency: Agency, day: int) -> None:
        at = day * SECONDS_PER_DAY + MIDNIGHT_TO_AGENCIES
        data: Data = {
            "agency_id": agency.code,
            "name": agency.name,
            "level": agency.level,
            "block": agency.block,
            "parent_agency_id": agency.parent,
            "is_administrative": agency.administrative,
            "handles_procedures": agency.administrative,
            "has_one_stop_unit": agency.administrative,
            "active": True,
            "valid_from": date_text(day),
            "valid_to": None,
        }
        self._world.tell(
            Happening("agency.registered", agency.code, at, agency.code, "danhba", data)
        )

    def _officials(self) -> None:
        for number, official in enumerate(self._world.officials):
            owner = self._world.owner_of(official).code
            data: Data = {
                "official_id": official,
                "agency_id": owner,
                "employment_class": CLASSES[number % len(CLASSES)],
                "roles": ROLES[number % len(ROLES)],
                "active": True,
                "valid_from": date_text(self._first),
                "valid_to": None,
            }
            self._world.tell(
                Happening(
                    "official.registered",
                    official,
                    self._midnight + MIDNIGHT_TO_OTHERS,
                    owner,
                    "nhansu",
                    data,
                )
            )

    def _procedure(self, number: int) -> None:
        owner = procedure_owner(self._world, number)
        group, name = SERVICES[number % len(SERVICES)]
        listed = self._world.profile.province == "ba-ria-vung-tau" and number <= PLAN_LIST
        code = procedure_id(self._world, number)
        data: Data = {
            "procedure_id": code,
            "name": f"{name} ({number})",
            "owner_agency_id": owner.code,
            "handling_level": owner.level,
            "service_group": group,
            "one_stop": number % 3 != 0,
            "interlinked": number % 7 == 0,
            "in_plan_list": "brvt-63" if listed else None,
            "list_row": number if listed else None,
            "active": True,
        }
        self._world.tell(
            Happening(
                "procedure.registered",
                code,
                self._midnight + MIDNIGHT_TO_OTHERS,
                owner.code,
                "tthc",
                data,
            )
        )

    def _enterprises(self) -> None:
        tax = self._world.agencies[1].code
        for number, enterprise in enumerate(self._world.enterprises):
            data: Data = {
                "enterprise_id": enterprise,
                "import_export": number % 3 == 0,
                "active": True,
                "valid_from": date_text(self._first),
            }
            self._world.tell(
                Happening(
                    "enterprise.registered",
                    enterprise,
                    self._midnight + MIDNIGHT_TO_OTHERS,
                    tax,
                    "dkkd",
                    data,
                )
            )

    def _facilities(self) -> None:
        for number, (facility, kind) in enumerate(facility_ids(self._world)):
            owner = self._world.agencies[8 if kind.startswith(("benh", "tram")) else 12].code
            districts = self._world.profile.districts
            data: Data = {
                "facility_id": facility,
                "facility_type": kind,
                "district": districts[number % len(districts)],
                "active": True,
            }
            self._world.tell(
                Happening(
                    "facility.registered",
                    facility,
                    self._midnight + MIDNIGHT_TO_OTHERS,
                    owner,
                    "coso",
                    data,
                )
            )
