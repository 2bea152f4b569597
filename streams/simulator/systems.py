"""Signs of life: status reports, updates of sites, assessments, incidents, and what facilities say they can do.

Every agency reports so regularly that none is silent by chance: busy ones weekly, the others at last every forty days.
"""

from collections.abc import Iterator

from streams.simulator.agencies import Agency
from streams.simulator.registers import facility_ids
from streams.simulator.rollouts import system_id
from streams.simulator.wire import SECONDS_PER_DAY, Data, Happening, date_text, key_of, stamp
from streams.simulator.world import World

FIRST_GAPS = (6, 18, 18)
"""Days between the first reports of an agency with little to say; later ones come every `STEADY_GAP` days."""

STEADY_GAP = 40
WEEK = 7
AVAILABILITY_PROVINCE = "binh-thuan"
"""The only plan that asks for the availability of its data centre."""

CATEGORIES = ("tin_tuc", "van_ban", "thu_tuc", "lich_cong_tac")
CRITERIA = (
    ("infosec", "agency"),
    ("infosec", "system"),
    ("effective_use", "agency"),
    ("site_full_information", "website"),
    ("security_level", "system"),
    ("iso_27001", "system"),
    ("iso_9001", "agency"),
    ("lan_complete", "agency"),
    ("equipment", "agency"),
    ("architecture", "project"),
)
"""Criterion, kind of what is assessed by it."""

REPORTING = ("edoc", "edoc", "one_stop", "antivirus", "website")
"""Systems of an agency that report how they are."""

CAPABILITIES = (
    "fibre_internet",
    "computers_sufficient",
    "clinical_management",
    "insurance_payment",
)
SCHOOL_CAPABILITIES = ("fibre_internet", "informatics_taught", "e_lessons")
INCIDENTS = ("intrusion", "malware", "leak", "secret_leak", "outage", "misuse")


class Systems:
    """Tells status reports and updates on their days, and assessments and incidents by chance."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._chance = world.chance("systems")
        self._calls: dict[int, list[Agency]] = {}
        self._incidents = 0

    def open(self) -> None:
        """Fix the days of every agency's reports."""
        for agency in self._world.agencies:
            for day in self._report_days(agency):
                self._calls.setdefault(day, []).append(agency)

    def run(self, day: int) -> None:
        """Tell the day's reports."""
        for agency in self._calls.pop(day, ()):
            if agency.level != "xa" and self._chance.happens(0.5):
                self._updated(agency, day)
            else:
                self._status(agency, day)
        if self._world.profile.province == AVAILABILITY_PROVINCE:
            self._data_centre(day)
        for _ in range(self._chance.count(self._world.rate(0.7, day))):
            self._assessed(day)
        for _ in range(self._chance.count(self._world.rate(0.03, day))):
            self._incident(day)
        self._facilities(day)

    def _report_days(self, agency: Agency) -> Iterator[int]:
        busy = agency in self._world.busy
        day = self._world.first_reports[agency.code]
        gaps = iter(()) if busy else iter(FIRST_GAPS)
        while day <= self._world.profile.last:
            yield day
            day += WEEK if busy else next(gaps, STEADY_GAP)

    def _status(self, agency: Agency, day: int) -> None:
        at = self._chance.office_moment(day)
        kind = self._chance.pick(REPORTING)
        system = system_id(kind, agency.code)
        data: Data = {
            "system_id": system,
            "agency_id": agency.code,
            "system_type": kind,
            "link_id": None,
            "status": "up" if self._chance.happens(0.97) else "degraded",
            "traffic": self._chance.below(50_000),
            "at": stamp(at),
        }
        self._world.tell(
            Happening(
                "system.status_reported",
                key_of(system, agency.code),
                at,
                agency.code,
                "giamsat",
                data,
            )
        )

    def _data_centre(self, day: int) -> None:
        """Tell the state of the province's data centre: every hour."""
        agency = self._world.agencies[4].code
        system = system_id("data_centre", self._world.agencies[0].code)
        for hour in range(24):
            at = day * SECONDS_PER_DAY + hour * 3600
            status = "up" if self._chance.happens(0.997) else "down"
            data: Data = {
                "system_id": system,
                "agency_id": agency,
                "system_type": "data_centre",
                "link_id": None,
                "status": status,
                "traffic": None,
                "at": stamp(at),
            }
            self._world.tell(
                Happening(
                    "system.status_reported", key_of(system, agency), at, agency, "giamsat", data
                )
            )

    def _updated(self, agency: Agency, day: int) -> None:
        at = self._chance.office_moment(day)
        site, category = system_id("website", agency.code), self._chance.pick(CATEGORIES)
        data: Data = {
            "site_id": site,
            "agency_id": agency.code,
            "category": category,
            "procedure_id": None,
            "updated_at": stamp(at),
        }
        self._world.tell(
            Happening(
                "website.content_updated", key_of(site, category, ""), at, agency.code, "cong", data
            )
        )

    def _assessed(self, day: int) -> None:
        agency = self._chance.pick(self._world.agencies)
        criterion, kind = self._chance.pick(CRITERIA)
        subject = {
            "agency": agency.code,
            "system": system_id("edoc", agency.code),
            "website": system_id("website", agency.code),
            "project": self._chance.pick(self._world.projects),
        }[kind]
        passed = self._chance.happens(0.6 + 0.35 * self._world.progress(day))
        assessor = self._world.agencies[4].code
        data: Data = {
            "subject_type": kind,
            "subject_id": subject,
            "agency_id": agency.code,
            "criterion": criterion,
            "result": "pass" if passed else "fail",
            "score": self._chance.between(500, 1000) / 10 if passed else None,
            "assessor_agency_id": assessor,
            "assessed_at": date_text(day),
        }
        self._world.tell(
            Happening(
                "compliance.assessed",
                key_of(kind, subject, criterion),
                self._chance.office_moment(day),
                assessor,
                "kiemtra",
                data,
            )
        )

    def _incident(self, day: int) -> None:
        self._incidents += 1
        agency = self._chance.pick(self._world.busy).code
        incident = f"SC-{self._world.profile.code}-{self._incidents:05d}"
        at = self._chance.office_moment(day)
        data: Data = {
            "incident_id": incident,
            "agency_id": agency,
            "system_id": system_id("edoc", agency) if self._chance.happens(0.5) else None,
            "kind": self._chance.pick(INCIDENTS),
            "severity": self._chance.pick(("low", "medium", "high")),
            "detected_at": stamp(at),
            "resolved_at": None,
        }
        self._world.tell(Happening("incident.reported", incident, at, agency, "giamsat", data))

    def _facilities(self, day: int) -> None:
        """Let each facility state its capabilities twice a year, one facility a day."""
        facilities = facility_ids(self._world)
        place = (day - self._world.profile.first) % 182
        if place >= len(facilities):
            return
        facility, kind = facilities[place]
        school = kind.startswith("truong")
        owner = self._world.agencies[12 if school else 8].code
        at = self._chance.office_moment(day)
        for capability in SCHOOL_CAPABILITIES if school else CAPABILITIES:
            staff = self._chance.between(12, 60)
            counted = capability == "e_lessons"
            able = self._chance.between(staff // 2, staff)
            data: Data = {
                "facility_id": facility,
                "capability": capability,
                "met": self._chance.happens(0.6 + 0.35 * self._world.progress(day)),
                "value": able if counted else None,
                "total": staff if counted else None,
                "as_of": date_text(day),
            }
            self._world.tell(
                Happening(
                    "facility.capability_reported",
                    key_of(facility, capability),
                    at,
                    owner,
                    "coso",
                    data,
                )
            )
