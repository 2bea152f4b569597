"""The one report that a plan dates, day by day: who has filed, who is told, and what becomes of the alerts."""

import json
from collections.abc import Sequence
from datetime import date, datetime, time

import pytest

from models.catalogue import load_catalogue
from models.changes import ObligationKey, ObligationRow
from models.days import VIETNAM, Day, day_from_date
from models.duties import DutyState
from models.facts import Record
from tests.support.drafts import Draft
from tests.support.fold import Worker, fold

PROVINCE = "tra-vinh"
DUTY = "tra-vinh-2019-r-agencies-result-2019"
"""Before 15 October 2019."""
DUE = day_from_date(date(2019, 10, 14))
NOW_MS = 1_800_000_000_000
OFFICES = {"A": "so", "B": "huyen", "C": "so", "X": "xa"}


def at(text: str) -> datetime:
    """Return eight in the morning of a day in Việt Nam."""
    return datetime.combine(date.fromisoformat(text), time(8), VIETNAM)


def registered(code: str, level: str, first: str = "2019-01-01", *, active: bool = True) -> Draft:
    """Return an entry of the register."""
    data = {
        "agency_id": code, "name": f"Cơ quan {code}", "level": level, "block": "nha_nuoc", "is_administrative": True,
        "handles_procedures": True, "has_one_stop_unit": True, "active": active, "valid_from": first,
    }  # fmt: skip
    return Draft(
        "agency.registered", data, code, at(first), at(first), at(first), f"g-{code}-{first}"
    )


def report(
    code: str, filed: str, arrival: str = "", kind: str = "result", end: str = "2019-09-30"
) -> Draft:
    """Return a report filed on a day."""
    data = {
        "report_id": f"{kind}-{code}", "report_type": kind, "agency_id": code, "recipient_agency_id": "so-tttt",
        "period_start": "2019-01-01", "period_end": end, "submitted_at": at(filed).isoformat(),
    }  # fmt: skip
    return Draft(
        "report.submitted", data, code, at(filed), at(filed), at(arrival or filed), f"r-{code}-{filed}-{kind}"
    )  # fmt: skip


def retracted(one: Draft, arrival: str) -> Draft:
    """Return the retraction of a report."""
    data = {
        "type": one.type, "subject": one.data["report_id"], "moment": one.data["submitted_at"], "reason": "x",
    }  # fmt: skip
    when = at(arrival)
    return Draft(
        "fact.retracted", data, one.agency, when, when, when, f"x-{one.id}", data["subject"]
    )


def life(day: str) -> Draft:
    """Return a record that moves the as-of day and nothing else."""
    when = at(day)
    return Draft("day.started", {}, "tiendo", when, when, when, f"day/{day}", f"day/{day}")


REGISTER = [registered(code, level) for code, level in OFFICES.items()]


def folded(drafts: Sequence[Draft], until: str, *, restarts: bool = False) -> Worker:
    """Return the province after a log, closed up to a day."""
    arrivals = sorted(drafts, key=lambda one: one.arrival)
    log = [
        Record(PROVINCE, offset, NOW_MS, None, one.line(PROVINCE))
        for offset, one in enumerate(arrivals)
    ]
    day = day_from_date(date.fromisoformat(until))
    return fold(load_catalogue().province(PROVINCE), log, [1] * 99, until=day, restarts=restarts)


def standing(worker: Worker, duty: str = DUTY) -> dict[str, tuple[str, int | None]]:
    """Return how each reporter stands with a report, and when it filed, in days from the last day."""
    return {
        key.reporter: (row.state, None if row.filed_on is None else row.filed_on - DUE)
        for key, row in worker.tables.obligations.items()
        if key.duty == duty
    }


def history(worker: Worker) -> list[tuple[str, str, int, int | None, int]]:
    """Return the revisions of alerts on reports: rule, state, start, end and closed day, in days from the last day."""
    return [
        (
            row.rule,
            row.state,
            row.starts_at - DUE,
            None if row.ends_at is None else row.ends_at - DUE,
            row.closed_day - DUE,
        )
        for row in worker.tables.alert_history
        if row.rule in {"report_due_soon", "report_late"}
    ]


@pytest.mark.parametrize("restarts", [False, True])
def test_departments_and_districts_owe_it_and_each_stands_for_itself(*, restarts: bool) -> None:
    """In time on the 14th, late on the 15th; a commune owes nothing."""
    filings = [report("A", "2019-10-14"), report("B", "2019-10-15"), report("X", "2019-10-01")]

    worker = folded([*REGISTER, *filings], "2019-10-20", restarts=restarts)

    assert {"A": ("filed", 0), "B": ("filed_late", 1), "C": ("late", None)} == standing(worker)


@pytest.mark.parametrize(
    ("until", "state"),
    [("2019-09-29", "not_due"), ("2019-09-30", "due_soon"), ("2019-10-14", "due_soon"), ("2019-10-15", "late")],
)  # fmt: skip
def test_a_state_turns_by_itself(until: str, state: str) -> None:
    """No event is needed: the calendar is enough, and each state is written at the close that brings it."""
    worker = folded([*REGISTER, life("2019-09-20")], until)

    assert {"A": (state, None), "B": (state, None), "C": (state, None)} == standing(worker)


def test_a_report_about_another_year_or_of_another_type_is_another_report() -> None:
    """`period_end` says what a report is about."""
    others = [
        report("A", "2019-10-01", end="2018-12-31"),
        report("B", "2019-10-01", kind="yearly"),
        report("C", "2019-10-01", end="2019-12-31"),
    ]

    worker = folded([*REGISTER, *others], "2019-10-10")

    assert {"A": ("due_soon", None), "B": ("due_soon", None), "C": ("filed", -13)} == standing(
        worker
    )


def test_nobody_registered_is_a_row_without_an_agency_and_without_alerts() -> None:
    """The duty is listed; once the register names somebody, the row is theirs."""
    nobody = folded([life("2019-10-01")], "2019-10-20")
    somebody = folded([life("2019-10-01"), registered("A", "so", "2019-10-10")], "2019-10-20")

    assert {"*": ("late", None)} == standing(nobody)
    assert [] == history(nobody)
    assert {"A": ("late", None)} == standing(somebody)


def test_who_owes_it_is_who_the_register_names_on_the_last_day() -> None:
    """Closed before: it owes nothing. Closed, or opened, after: nothing changes."""
    register = [
        *REGISTER,
        registered("A", "so", "2019-10-01", active=False),
        registered("B", "huyen", "2019-10-15", active=False),
        registered("D", "so", "2019-10-15"),
    ]

    worker = folded(register, "2019-10-20")

    assert {"B": ("late", None), "C": ("late", None)} == standing(worker)


def test_one_alert_stands_for_all_who_owe_the_report() -> None:
    """Due soon from 14 days before until the last day, late until the last one has filed."""
    filings = [report("A", "2019-10-01"), report("B", "2019-10-16"), report("C", "2019-10-18")]

    worker = folded([*REGISTER, life("2019-09-20"), *filings], "2019-10-25")

    assert [
        ("report_due_soon", "firing", -14, None, -14),
        ("report_due_soon", "resolved", -14, 1, 1),
        ("report_late", "firing", 1, None, 1),
        ("report_late", "resolved", 1, 4, 4),
    ] == history(worker)
    assert [(0, 3), (1, 3), (1, 3), (3, 3)] == [
        (row.value, row.expected)
        for row in worker.tables.alert_history
        if row.rule.startswith("report_")
    ]


def test_late_word_of_a_filing_takes_the_alert_back_and_a_retraction_brings_it_again() -> None:
    """Filed in time, told of late: never late. Withdrawn: late all along."""
    filings = [report(code, "2019-10-10", "2019-10-20") for code in ("A", "B", "C")]
    days = [life("2019-10-12"), life("2019-10-20")]
    log = [*REGISTER, *days, *filings, retracted(filings[0], "2019-10-22")]

    worker = folded(log, "2019-10-25")

    assert [
        ("report_due_soon", "firing", -14, None, -14),
        ("report_due_soon", "resolved", -14, 1, 1),
        ("report_late", "firing", 1, None, 1),
        ("report_due_soon", "resolved", -14, -4, 6),
        ("report_late", "retracted", 1, 1, 6),
        ("report_due_soon", "resolved", -14, 1, 8),
        ("report_late", "firing", 1, None, 8),
    ] == history(worker)
    assert {"A": ("late", None), "B": ("filed", -4), "C": ("filed", -4)} == standing(worker)


def test_an_alert_names_the_report_and_who_has_not_filed() -> None:
    """In both languages, and in the event that supervisors receive; the key is duty and period."""
    worker = folded([*REGISTER, life("2019-09-20"), report("A", "2019-10-01")], "2019-10-15")

    late = next(row for row in worker.tables.alert_history if row.rule == "report_late")
    event = json.loads(worker.tables.outbox[-1].value or b"")
    assert (
        "Quá hạn báo cáo theo mục II.6.e gửi Sở Thông tin và Truyền thông: hạn 14/10/2019, trễ 1 ngày;"
        " 2 trong 3 cơ quan chưa gửi: Cơ quan B, Cơ quan C."
    ) == late.reason_vi
    assert (
        "Late, the report of section II.6.e to the Department of Information and Communications:"
        " it was due on 14 October 2019, days late: 1; 2 of 3 agencies have not filed: Cơ quan B, Cơ quan C."
    ) == late.reason_en
    assert f"{PROVINCE}/tra-vinh-2019/report_late/{DUTY}/plan" == late.dedup_key
    assert (None, None) == (late.target, late.agency)
    assert (late.dedup_key, "vn.tiendo.alert.triggered.v1") == (event["subject"], event["type"])


def test_what_is_never_due_shows_when_it_was_seen_last_and_raises_nothing() -> None:
    """Following up has no date: the latest sign of it counts, not the first."""
    home_affairs = registered("so-nv", "so")
    signs = [
        report("so-nv", day, kind="monitoring", end=day) for day in ("2019-03-01", "2019-10-10")
    ]

    worker = folded([home_affairs, *signs], "2019-10-20")

    found = standing(worker, "tra-vinh-2019-r-noivu-one-stop-followup")
    assert {"so-nv": (DutyState.NOT_MEASURABLE.value, -4)} == found


def test_a_row_of_a_duty_that_the_catalogue_no_longer_has_is_deleted() -> None:
    """The next owner with another catalogue leaves nothing of the old one behind."""
    worker = folded([*REGISTER, life("2019-10-01")], "2019-10-05")
    gone = ObligationKey("an-old-duty", "2018", "A")
    worker.tables.obligations[gone] = ObligationRow(gone, DUE, "late", None)

    worker.restart()
    worker.close(Day(DUE))

    assert gone not in worker.tables.obligations


def test_a_close_that_changes_nothing_writes_nothing() -> None:
    """Days late are for the view to count: a report that stays late costs no row a day."""
    worker = folded([*REGISTER, life("2019-10-01")], "2019-10-20")

    assert {} == worker.book.close_until(Day(DUE + 30)).obligations
