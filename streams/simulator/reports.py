"""The reports of a province's offices, filed by the calendar: most in time, some late, some never.

Each office begins on the day of the calendar and takes up to so many days; the last ones overrun the dates of the plans.
"""

from dataclasses import dataclass
from datetime import date
from typing import Final

from models.days import date_of, day_from_date
from streams.simulator.agencies import Agency
from streams.simulator.wire import Data, Happening, date_text, stamp
from streams.simulator.world import World

OFFICES: Final = ""
"""Stands for all departments and districts."""

IT_DEPARTMENT: Final = "Sở Thông tin và Truyền thông"


@dataclass(frozen=True, slots=True)
class Filing:
    """A report that is filed every year."""

    report: str
    begins: tuple[int, int]
    """Month and day."""
    within: int
    """Days in which all who file it do."""
    by: str = OFFICES
    """Name of an agency, or all offices."""
    months: tuple[int, int] = (1, 12)
    """First and last month of the period that it is about."""
    share: float = 0.9
    """How many file it at all."""
    due: tuple[int, int] | None = None
    """Month and day that the plan prints, the last one in time."""


EVERYWHERE: Final = (
    Filing("plan", (1, 15), 10),
    Filing("estimate", (2, 9), 10),
    Filing("six_month", (6, 14), 24, months=(1, 6)),
    Filing("six_month", (12, 8), 30, months=(7, 12)),
    Filing("yearly", (12, 8), 30),
    Filing("yearly", (12, 15), 25, by="Ủy ban nhân dân tỉnh"),
    Filing("ranking", (11, 15), 20, by=IT_DEPARTMENT),
    Filing("funding", (3, 10), 30, by=IT_DEPARTMENT),
    Filing("inventory", (6, 5), 60, by="Sở Tư pháp", share=0.5),
    *(
        Filing("monitoring", (month, 20), 9, by=name, months=(month - 2, month))
        for month in (3, 6, 9, 12)
        for name in (IT_DEPARTMENT, "Sở Nội vụ", "Văn phòng Ủy ban nhân dân tỉnh")
    ),
)
"""What offices file in any province."""

OF_A_PLAN: Final = {
    "tra-vinh": (Filing("result", (9, 22), 30, due=(10, 14)),),  # II.6.e: before 15/10/2019
    "hai-duong": (
        Filing("result", (11, 25), 40),
        Filing("funding", (3, 10), 30, by="Sở Kế hoạch và Đầu tư"),
        Filing("funding", (12, 20), 30, by="Sở Tài chính"),
    ),
    "binh-thuan": (Filing("result", (11, 25), 40),),
}
"""What a province's plan asks for beside it."""


class Reports:
    """Tells who files what."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._chance = world.chance("reports")
        self._filings = (*EVERYWHERE, *OF_A_PLAN.get(world.profile.province, ()))

    def open(self) -> None:
        """Nothing is filed before the first day."""

    def run(self, day: int) -> None:
        """Tell of the reports that offices begin with on `day`."""
        today = date_of(day)
        for filing in self._filings:
            if filing.begins == (today.month, today.day):
                for agency in self._filers(filing):
                    if self._chance.happens(filing.share):
                        self._file(filing, agency, day)

    def _filers(self, filing: Filing) -> list[Agency]:
        if filing.by == OFFICES:
            return [one for one in self._world.agencies if one.level in {"so", "huyen"}]
        return [one for one in self._world.agencies if one.name == filing.by]

    def _file(self, filing: Filing, agency: Agency, day: int) -> None:
        year, (first, last) = date_of(day).year, filing.months
        name = f"{filing.report}-{year}-{last:02}-{agency.code}"
        at = self._chance.office_moment(day + self._chance.below(filing.within))
        lead = next(one for one in self._world.agencies if one.name == IT_DEPARTMENT)
        recipient = self._world.agencies[0] if agency is lead else lead
        estimate = filing.report == "estimate"
        data: Data = {
            "report_id": name,
            "report_type": filing.report,
            "agency_id": agency.code,
            "recipient_agency_id": recipient.code,
            "period_start": date(year, first, 1).isoformat(),
            "period_end": _last_of(year, last),
            "due_at": None if filing.due is None else date(year, *filing.due).isoformat(),
            "submitted_at": stamp(at),
            "amount_vnd": self._world.profile.need_vnd // 40 if estimate else None,
        }
        self._world.tell(Happening("report.submitted", name, at, agency.code, "baocao", data))


def _last_of(year: int, month: int) -> str:
    return date_text(day_from_date(date(year + month // 12, month % 12 + 1, 1)) - 1)
