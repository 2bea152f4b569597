"""What targets count, on hand-made facts: the figures that plans print, and the edges of our readings.

Each history is the least that shows one thing; everything runs through the fold, as it does for a province.
"""

from datetime import datetime, timedelta
from typing import Any

import pytest

from models.days import VIETNAM
from tests.support.drafts import Draft
from tests.support.plan_facts import (
    instant,
    judged,
    mailbox,
    official,
    online,
    procedure,
    registered,
    said,
    share,
    used,
)


def test_148_of_1137_procedures_of_dong_nai_are_13_0167_percent() -> None:
    """Đồng Nai, II.4.2: the baseline that the plan prints as a pair of numbers."""
    facts = [procedure(number, "2016-01-04") for number in range(1137)]
    facts += [online(number, "2016-01-05", 3 + number % 2) for number in range(148)]
    facts += [online(number, "2016-01-05", 2) for number in range(148, 300)]

    row = judged("dong-nai", "procedures-online-level-3-4", "2016-01-05", facts)

    assert ("13.0167", 148, 1137) == share(row)


def test_a_person_who_used_mail_on_seven_days_does_not_use_it_regularly() -> None:
    """Bà Rịa - Vũng Tàu, I.2.b: regularly is at least 8 of 30 days, by the house rule."""
    facts = [registered("A1", "2011-01-03", "xa")]
    for name, days in (("seven", 7), ("eight", 8)):
        facts += [official(name, "2011-01-03"), mailbox(name, "2011-01-03", f"m-{name}")]
        facts += [used(name, f"2011-03-{day + 1:02d}", f"m-{name}") for day in range(days)]

    row = judged("ba-ria-vung-tau", "email-use-commune", "2011-03-30", facts)

    assert ("50.0000", 1, 2) == share(row)


def test_regular_use_ends_when_the_eight_days_leave_the_window() -> None:
    """The first of eight days, 1 March, is outside the 30 days that end on 31 March."""
    facts = [registered("A1", "2011-01-03", "xa"), official("eight", "2011-01-03")]
    facts += [mailbox("eight", "2011-01-03", "m")]
    facts += [used("eight", f"2011-03-{day + 1:02d}", "m") for day in range(8)]

    row = judged("ba-ria-vung-tau", "email-use-commune", "2011-03-31", facts)

    assert ("0.0000", 0, 1) == share(row)


def test_two_mailboxes_of_one_person_are_two_accounts() -> None:
    """Trà Vinh, II.2.b counts accounts, not people."""
    facts = [official("one", "2019-01-02")]
    facts += [mailbox("one", "2019-01-02", account) for account in ("a", "b")]

    row = judged("tra-vinh", "email-accounts-reviewed", "2019-01-02", facts)

    assert 2 == row.figure.value


@pytest.mark.parametrize(
    ("issued", "expected"), [("2018-03-08", "100.0000"), ("2018-03-09", "0.0000")]
)
def test_a_certificate_is_in_time_until_the_fifth_working_day(issued: str, expected: str) -> None:
    """Bình Thuận, II.1: asked for on Thursday, 1 March 2018; the fifth working day is the 8th."""
    facts = [
        said(
            "signature.certificate_issued",
            issued,
            certificate_serial=f"C{number}",
            holder_type="individual",
            holder_id="x",
            agency_id="A1",
            requested_at=instant("2018-03-01"),
            valid_from=issued,
            valid_to="2023-03-01",
        )
        for number in range(20)
    ]

    row = judged("binh-thuan", "certificate-timely-management", issued, facts)

    assert (expected, 20) == (share(row)[0], share(row)[2])


def test_a_data_centre_that_falls_silent_is_up_for_an_hour_more() -> None:
    """Bình Thuận, I.2.1: up at 0:00, next report at 2:00 on the same day: 60 of the 120 minutes."""
    at = datetime(2018, 5, 7, tzinfo=VIETNAM)
    facts = []
    for moment, status in ((at, "up"), (at + timedelta(hours=2), "down")):
        data = {
            "system_id": "dc",
            "agency_id": "A1",
            "system_type": "data_centre",
            "link_id": None,
            "status": status,
            "traffic": None,
            "at": moment.isoformat(),
        }
        facts.append(Draft("system.status_reported", data, "A1", moment, moment, moment, id=status))

    row = judged("binh-thuan", "data-centre-24-7", "2018-05-07", facts)

    assert (60, 120 + 22 * 60) == share(row)[1:]


def test_a_steering_document_counts_from_the_day_that_it_is_published() -> None:
    """Hải Dương, III.2.1: two of 2017 and one of 2016 issued; one of each published."""
    facts = []
    for document, day in (("old", "2016-12-30"), ("late", "2017-02-01"), ("never", "2017-02-01")):
        facts.append(
            said(
                "document.issued",
                day,
                document_id=document,
                agency_id="A1",
                doc_class="steering",
                secret=False,
                issued_at=instant(day),
            )
        )
    facts.extend(
        said(
            "document.published",
            "2017-03-01",
            document_id=document,
            agency_id="A1",
            site_id="s",
            is_provincial_portal=True,
            published_at=instant("2017-03-01"),
        )
        for document in ("old", "late")
    )

    before = judged("hai-duong", "steering-documents-published", "2017-02-28", facts[:3])
    after = judged("hai-duong", "steering-documents-published", "2017-03-01", facts)

    assert [("0.0000", 0, 2), ("50.0000", 1, 2)] == [share(before), share(after)]


def exchange(number: int, medium: str, **more: Any) -> Draft:  # noqa: ANN401 - a payload
    """Return a document sent by a department of Bình Thuận on 2 May 2018."""
    data = {
        "document_id": f"V{number}",
        "exchange_id": f"X{number}",
        "sender_agency_id": "A1",
        "receiver_agency_id": "A2",
        "relation": "inter_agency",
        "medium": medium,
        "signed": False,
        "secret": False,
        "sender_level": "so",
        "receiver_level": "huyen",
        "sent_at": instant("2018-05-02"),
        "received_at": None,
    }
    return said("document.exchanged", "2018-05-02", **{**data, **more})


def test_documents_with_communes_and_secret_ones_are_outside_the_80_percent() -> None:
    """Bình Thuận, I.2.2: submissions by departments, and exchange among departments and districts."""
    facts = [exchange(number, "electronic_only") for number in range(15)]
    facts += [exchange(number, "paper_only") for number in range(15, 20)]
    facts += [
        exchange(20, "electronic_only", relation="submission_to_ppc", receiver_level="tinh"),
        exchange(21, "paper_only", receiver_level="xa"),
        exchange(22, "paper_only", secret=True),
        exchange(23, "paper_only", relation="province_to_central", receiver_level=None),
    ]

    row = judged("binh-thuan", "documents-fully-electronic", "2018-05-02", facts)

    assert ("76.1905", 16, 21) == share(row)


def test_agencies_count_when_they_hold_a_certificate_and_have_signed() -> None:
    """Hải Dương, III(2).2: the department did both, the district only holds one, a commune is outside."""
    facts = [
        registered(code, "2017-01-02", level)
        for code, level in (("S", "so"), ("H", "huyen"), ("X", "xa"))
    ]
    facts.extend(
        said(
            "signature.certificate_issued",
            "2017-02-01",
            code,
            certificate_serial=f"C-{code}",
            holder_type="organisation",
            holder_id=code,
            agency_id=code,
            requested_at=None,
            valid_from="2017-02-01",
            valid_to="2021-02-01",
        )
        for code in ("S", "H", "X")
    )
    facts.extend(
        said(
            "signature.applied",
            "2017-02-02",
            code,
            certificate_serial=f"C-{code}",
            object_type="document",
            object_id="1",
            agency_id=code,
            system="edoc",
            signed_at=instant("2017-02-02"),
        )
        for code in ("S", "X")
    )

    row = judged("hai-duong", "signature-deployed", "2017-02-02", facts)

    assert (1, 1, 2) == row.figure


def test_two_services_of_one_name_are_two_rows_of_the_63() -> None:
    """Bà Rịa - Vũng Tàu, PL3.3: rows 12 and 13 read the same; a row outside 1 to 63 is none."""
    facts = [
        procedure(row, "2012-01-03", name="y", in_plan_list="brvt-63", list_row=row)
        for row in (12, 13, 64)
    ]
    facts += [online(row, "2012-01-04", 3) for row in (12, 13, 64)]

    row = judged("ba-ria-vung-tau", "services-63-level-3", "2012-01-04", facts)

    assert (2, 2, 63) == row.figure


def test_a_milestone_of_two_rows_is_reached_with_the_second() -> None:
    """Trà Vinh, II.3.b: the platform runs, and it is linked to the national axis."""
    platform = said(
        "system.deployed",
        "2019-05-06",
        system_id="lgsp",
        system_type="lgsp",
        agency_id="A1",
        stage="in_use",
        deployed_at="2019-05-06",
        plan_item=None,
    )
    link = said(
        "system.connected",
        "2019-06-03",
        link_id="axis",
        from_id="lgsp",
        to_id="national",
        agency_id="A1",
        link_type="national_axis",
        active=True,
        connected_at="2019-06-03",
        plan_item=None,
    )

    half = judged("tra-vinh", "shared-platform", "2019-06-02", [platform])
    whole = judged("tra-vinh", "shared-platform", "2019-06-03", [platform, link])

    assert [(0, 1, 2), (1, 2, 2)] == [half.figure, whole.figure]


def test_a_median_of_last_year_is_what_this_year_is_held_against() -> None:
    """Đồng Nai, III.1: 5 working days in 2016, 3 in 2017, on the same days of the year; all told late."""
    facts = []
    for year, done in ((2016, "2016-03-14"), (2017, "2017-03-09")):
        start = {2016: "2016-03-07", 2017: "2017-03-06"}[year]
        facts += [
            said(
                "dossier.received",
                "2017-03-13",
                dossier_id=f"D{year}",
                procedure_id="1",
                agency_id="A1",
                intake_channel="counter",
                procedure_online_level=2,
                received_at=instant(start),
                due_at=None,
                submitter_type="citizen",
            ),
            said(
                "dossier.resolved",
                "2017-03-13",
                dossier_id=f"D{year}",
                procedure_id="1",
                agency_id="A1",
                due_at=None,
                resolved_at=instant(done, 16),
                outcome="granted",
                processing_level=2,
                result_channel="counter",
            ),
        ]

    row = judged("dong-nai", "processing-time-reduced", "2017-03-20", facts)

    assert (-2, "attained") == (row.figure.value, row.status)
