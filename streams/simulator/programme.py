"""What repeats by the day, the month and the year of a plan: meetings, reports, indices, published populations.

Reports and indices come on fixed days of the calendar year, so a run of few days may have none of them.
"""

from typing import Final

from models.days import date_of, year_start
from streams.simulator.wire import Data, Happening, date_text, key_of, stamp
from streams.simulator.world import World

REPORTS: Final = (("plan", 15), ("estimate", 40), ("six_month", 190), ("yearly", 345))
"""Report type, day of the year on which agencies begin to file it."""

EMULATION: Final = 25
"""Day of the year on which agencies issue the criteria that they judge their staff by."""

INDICES: Final = (
    ("PCI", 75, 60),
    ("PAPI", 95, 45),
    ("PAR", 120, 80),
    ("ICT", 230, 50),
    ("it_ranking", 300, 70),
)
"""Index, day of the year on which it is published, score of the first year."""

POPULATIONS: Final = (
    ("social-insurance-participants", 4200),
    ("archived-documents", 120_000),
    ("total-budget-expenditure", 9_200_000_000_000),
)
"""What others count: insured organisations, archived documents, the province's spending in đồng."""


class Programme:
    """Tells what the province's offices do by the calendar."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._chance = world.chance("programme")
        self._lead = world.agencies[4].code
        self._meetings = 0

    def open(self) -> None:
        """Publish the populations that others count."""
        for population, count in POPULATIONS:
            self._population(population, count)

    def run(self, day: int) -> None:
        """Tell the meetings of `day`, and what is due on this day of the year."""
        for _ in range(self._chance.count(self._world.rate(0.35, day))):
            self._meeting(day)
        of_year = day - year_start(day)
        for report, filed in REPORTS:
            if of_year == filed:
                self._reports(report, day)
        if of_year == EMULATION:
            self._emulation(day)
        for index, published, score in INDICES:
            if of_year == published:
                self._index(index, score, day)

    def _population(self, population: str, count: int) -> None:
        first = self._world.profile.first
        key, at = key_of(population, "tinh"), self._chance.office_moment(first)
        data: Data = {
            "population_id": population,
            "level": "tinh",
            "count": count,
            "as_of": date_text(first),
            "source": "Cục Thống kê",
        }
        kind = "population.snapshot_published"
        self._world.tell(Happening(kind, key, at, self._lead, "thongke", data))

    def _meeting(self, day: int) -> None:
        self._meetings += 1
        host, at = self._world.agencies[0].code, self._chance.office_moment(day)
        meeting = f"HN-{self._world.profile.code}-{self._meetings:05d}"
        share = self._world.profile.drift.meetings_online.at(self._world.progress(day))
        online = self._chance.happens(share)
        data: Data = {
            "meeting_id": meeting,
            "meeting_class": self._chance.pick(("ppc_with_districts", "giao_ban", "other")),
            "mode": "online" if online else self._chance.pick(("hybrid", "in_person")),
            "host_agency_id": host,
            "participant_agency_ids": [agency.code for agency in self._world.busy[:6]],
            "held_at": stamp(at),
        }
        self._world.tell(Happening("meeting.held", meeting, at, host, "hop", data))

    def _reports(self, report: str, day: int) -> None:
        """Let most departments and districts file a report of the year."""
        year = date_of(day).year
        for agency in self._world.busy:
            if agency.level == "xa" or not self._chance.happens(0.85):
                continue
            name = f"{report}-{year}-{agency.code}"
            at = self._chance.office_moment(day + self._chance.below(10))
            data: Data = {
                "report_id": name,
                "report_type": report,
                "agency_id": agency.code,
                "recipient_agency_id": self._lead,
                "period_start": f"{year}-01-01",
                "period_end": f"{year}-12-31",
                "due_at": date_text(day + 7),
                "submitted_at": stamp(at),
                "amount_vnd": self._world.profile.need_vnd // 40 if report == "estimate" else None,
            }
            self._world.tell(Happening("report.submitted", name, at, agency.code, "baocao", data))

    def _emulation(self, day: int) -> None:
        """Let most departments and districts put the use of IT among their criteria of the year."""
        year = date_of(day).year
        for agency in self._world.busy:
            if agency.level == "xa" or not self._chance.happens(0.9):
                continue
            policy = f"TD-{year}-{agency.code}"
            data: Data = {
                "policy_id": policy,
                "policy_kind": "emulation",
                "topic": "Tiêu chí thi đua",
                "agency_id": agency.code,
                "number": f"01/QĐ-{year}",
                "issued_at": date_text(day),
                "replaces": None,
                "plan_item": "it-emulation-criteria",
            }
            at = self._chance.office_moment(day)
            self._world.tell(Happening("policy.issued", policy, at, agency.code, "vanban", data))

    def _index(self, index: str, score: int, day: int) -> None:
        year = date_of(day).year
        name = f"{index}-{year}-{self._world.profile.province}"
        gained = 3 * self._world.progress(day) + 2 * self._chance.random()
        data: Data = {
            "index_id": name,
            "index": index,
            "subject": self._world.profile.province,
            "year": year - 1,
            "score": round(score + gained, 2),
            "rank": self._chance.between(5, 40),
            "grade": "Khá" if score > 60 else "Trung bình",
        }
        at = self._chance.office_moment(day)
        self._world.tell(Happening("index.published", name, at, self._lead, "xephang", data))
