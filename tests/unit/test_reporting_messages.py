"""What alerts on reports say: each rule and state carries its figures, and names no more than a few."""

from datetime import date

import pytest

from models.days import Day, day_from_date
from models.definitions import Text
from models.reporting_messages import ReportFigures, report_reason
from models.rules import Rule, State

DUE = day_from_date(date(2019, 10, 14))


def figures(day: int, missing: int, owing: int = 9) -> ReportFigures:
    """Return the figures of a day, counted from the last day for the report."""
    names = tuple(f"S{number}" for number in range(missing))
    return ReportFigures("II.6", Text(vi="Sở TTTT", en="the IT department"), DUE, Day(DUE + day), owing, names)  # fmt: skip


@pytest.mark.parametrize(
    ("rule", "state", "told", "vi", "en"),
    [
        (
            Rule.REPORT_DUE_SOON, State.FIRING, figures(-3, 2),
            "Sắp đến hạn báo cáo theo mục II.6 gửi Sở TTTT: hạn 14/10/2019, còn 3 ngày; 2 trong 9 cơ quan chưa gửi: S0, S1.",
            ("Due soon, the report of section II.6 to the IT department: due on 14 October 2019, days left: 3;"
            " 2 of 9 agencies have not filed: S0, S1."),
        ),
        (
            Rule.REPORT_LATE, State.FIRING, figures(2, 7),
            ("Quá hạn báo cáo theo mục II.6 gửi Sở TTTT: hạn 14/10/2019, trễ 2 ngày; 7 trong 9 cơ quan chưa gửi:"
            " S0, S1, S2, S3, S4 và 2 cơ quan khác."),
            ("Late, the report of section II.6 to the IT department: it was due on 14 October 2019, days late: 2;"
            " 7 of 9 agencies have not filed: S0, S1, S2, S3, S4 and 2 others."),
        ),
        (
            Rule.REPORT_LATE, State.RESOLVED, figures(5, 0),
            "Đã gửi đủ báo cáo theo mục II.6 gửi Sở TTTT: 9 trong 9 cơ quan, hạn 14/10/2019.",
            "All filed, the report of section II.6 to the IT department: 9 of 9 agencies, due on 14 October 2019.",
        ),
        (
            Rule.REPORT_DUE_SOON, State.RESOLVED, figures(1, 1),
            "Quá hạn báo cáo theo mục II.6 gửi Sở TTTT: hạn 14/10/2019, trễ 1 ngày; 1 trong 9 cơ quan chưa gửi: S0.",
            ("Late, the report of section II.6 to the IT department: it was due on 14 October 2019, days late: 1;"
            " 1 of 9 agencies have not filed: S0."),
        ),
        (
            Rule.REPORT_DUE_SOON, State.RESOLVED, figures(-1, 1),
            "Sắp đến hạn báo cáo theo mục II.6 gửi Sở TTTT: hạn 14/10/2019, còn 1 ngày; 1 trong 9 cơ quan chưa gửi: S0.",
            ("Due soon, the report of section II.6 to the IT department: due on 14 October 2019, days left: 1;"
            " 1 of 9 agencies have not filed: S0."),
        ),
        (
            Rule.REPORT_LATE, State.RESOLVED, figures(5, 0, owing=0),
            "Không còn cơ quan nào phải gửi báo cáo theo mục II.6 gửi Sở TTTT, hạn 14/10/2019.",
            "Nobody owes it any more, the report of section II.6 to the IT department, due on 14 October 2019.",
        ),
        (
            Rule.REPORT_LATE, State.RETRACTED, figures(5, 1),
            "Rút lại cảnh báo vì số liệu đã được sửa; báo cáo theo mục II.6 gửi Sở TTTT: 8 trong 9 cơ quan đã gửi, hạn 14/10/2019.",
            ("Withdrawn, the figures were corrected; the report of section II.6 to the IT department: 8 of 9 agencies have filed,"
            " due on 14 October 2019."),
        ),
    ],
)  # fmt: skip
def test_a_reason_says_how_the_report_stands(
    rule: Rule, state: State, told: ReportFigures, vi: str, en: str
) -> None:
    """A spell that is over says what is true now."""
    assert (vi, en) == report_reason(rule, state, told)


def test_a_report_without_a_recipient_names_none() -> None:
    """The plan does not always say to whom."""
    told = figures(-3, 1)._replace(recipient=None)

    assert (
        "Sắp đến hạn báo cáo theo mục II.6: hạn 14/10/2019, còn 3 ngày; 1 trong 9 cơ quan chưa gửi: S0."
    ) == report_reason(Rule.REPORT_DUE_SOON, State.FIRING, told).vi
