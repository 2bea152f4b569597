"""The 24 reporting duties of the five plans as data, and what is refused in one."""

import re
import unicodedata
from collections import Counter
from datetime import date
from typing import Any, Final

import pytest

from models.catalogue import load_catalogue
from models.days import date_of
from models.events import VOCABULARY
from tests.support.small_catalogue import PLAN_FILE, compiled, files, refusal

DUTIES: Final = {
    "dong-nai": (
        "stttt-periodic",
        "agencies-yearly-review",
        "agencies-yearly-estimate",
        "province-yearly-ministry",
        "judiciary-inventory",
    ),
    "tra-vinh": (
        "agencies-result-2019",
        "stttt-collate",
        "steering-committee-urging",
        "stttt-ranking",
        "noivu-one-stop-followup",
        "office-one-stop-check",
    ),
    "ba-ria-vung-tau": (
        "agencies-6-month",
        "stttt-6-month-yearly",
        "stttt-yearly-review",
        "agencies-yearly-plan-estimate",
        "heads-accountability",
        "stttt-noivu-online-services",
    ),
    "hai-duong": ("agencies-result-2017", "stttt-evaluate", "finance-allocation"),
    "binh-thuan": ("stttt-periodic", "agencies-evaluation", "stttt-funding", "noivu-par"),
}
"""The ids without the plan's, in the plans' order."""

FLOW: Final = {"fact": "report.submitted", "bucket": "period_end"}
FILED: Final = {"subject": "report", "flow": FLOW}
MONEY: Final = {"subject": "report", "flow": {**FLOW, "amount": "amount_vnd"}}
DUTY: Final[dict[str, Any]] = {
    "id": "r", "section": "I", "text_vi": "Báo cáo", "text_en": "Report", "over": {"level": ["so"]}, "recipient": None,
    "rounds": [{"every": "year", "filed": FILED}],
}  # fmt: skip


def test_every_duty_of_the_plans_is_there_in_their_order() -> None:
    """Five, six, six, three and four."""
    catalogue = load_catalogue()

    for province, names in DUTIES.items():
        one = catalogue.province(province)
        assert [f"{one.plan.id}-r-{name}" for name in names] == [row.duty for row in one.duty_rows]


def test_only_one_date_is_printed_and_only_that_raises_alerts() -> None:
    """Trà Vinh II.6.e: before 15 October 2019."""
    every = [one for p in load_catalogue().provinces.values() for one in p.obligations]

    assert [("tra-vinh-2019-r-agencies-result-2019", date(2019, 10, 14))] == [
        (one.duty, date_of(one.due_on)) for one in every if one.alerts and one.due_on is not None
    ]


def test_fourteen_duties_fall_due_and_ten_say_why_they_never_do() -> None:
    """Ten are periodic without a period, continuous or conditional."""
    rows = load_catalogue().listing.duties

    assert {None: 14, "no_period": 5, "continuous": 4, "conditional": 1} == Counter(
        row.reason for row in rows
    )


def test_yearly_and_half_yearly_reports_are_owed_for_each_period_of_the_plan() -> None:
    """Five years: ten halves; the plan's own period for what is owed once."""
    plans = load_catalogue().provinces
    found = {
        f"{one.duty}/{one.name}": one.due_on and str(date_of(one.due_on))
        for plan in plans.values()
        for one in plan.obligations
    }

    assert "2011-06-30" == found["ba-ria-vung-tau-2011-2015-r-agencies-6-month/2011-H1"]
    assert "2015-12-31" == found["ba-ria-vung-tau-2011-2015-r-agencies-6-month/2015-H2"]
    assert 10 == sum("r-agencies-6-month/" in name for name in found)
    assert 15 == sum("r-stttt-6-month-yearly/" in name for name in found)
    assert "2018-12-31" == found["dong-nai-2016-2020-r-agencies-yearly-review/2018"]
    assert "2020-12-31" == found["dong-nai-2016-2020-r-judiciary-inventory/plan"]


def test_every_duty_says_what_is_assumed_in_vietnamese_and_english() -> None:
    """Where no date is printed, when it is soon, and that a holiday does not move it; in NFC."""
    for row in load_catalogue().listing.duties:
        assert unicodedata.is_normalized("NFC", row.text_vi + row.house_rule_vi)
        assert row.house_rule_vi != row.house_rule_en
        if row.reason is None:
            assert "hạn vào ngày nghỉ vẫn giữ nguyên" in row.house_rule_vi
            assert "at most 14 days" in row.house_rule_en
        else:
            assert "never due" in row.house_rule_en


def spoilt(**given: Any) -> dict[str, Any]:  # noqa: ANN401 - as YAML gives it
    """Return a catalogue whose one duty differs from a sound one."""
    data = files()
    data[PLAN_FILE]["reporting"] = [{**DUTY, **given}]
    return data


def test_an_assumption_names_types_of_reports_in_words() -> None:
    """The codes that events carry mean nothing to whoever owes a report."""
    codes = VOCABULARY["report.submitted"].fields["report_type"].choices
    for row in load_catalogue().listing.duties:
        words = re.findall(r"\w+", row.house_rule_vi)

        assert set() == set(codes) & set(words), row.duty


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"when": 1}, "when: Extra inputs are not permitted"),
        ({"rounds": []}, "definition: give either rounds or never_due"),
        ({"never_due": "continuous"}, "definition: give either rounds or never_due"),
        ({"last_seen": [FILED]}, "definition: last_seen is for a duty that is never due"),
        ({"rounds": [{"every": "week", "filed": FILED}]}, "rounds.0.every: Input should be 'once', 'month', 'quarter', 'half_year' or 'year'"),
        ({"rounds": [{"every": "year", "filed": FILED, "due": {"by": "2017-05-01"}}]}, "rounds.0: before and by are for a report that is owed once"),
        ({"rounds": [{"every": "year", "filed": FILED, "due": {}}]}, "rounds.0.due: give exactly one of before, by, day"),
        ({"rounds": [{"every": "year", "filed": FILED, "due": {"by": "2017-05-01", "day": 3}}]}, "rounds.0.due: give exactly one of before, by, day"),
        ({"rounds": [{"every": "once", "filed": FILED, "due": {"by": "2017-05-01", "months": 1}}]}, "rounds.0.due: months belong to day"),
        ({"rounds": [{"every": "year", "filed": "nothing"}]}, "round1.filed1: nothing is no measure"),
        ({"rounds": [{"every": "year", "filed": "received"}]}, "round1.filed1: received has no bucket to find the period by"),
        ({"rounds": [{"every": "year", "filed": "deployed"}]}, "round1.filed: the buckets of deployed are no dates"),
        ({"rounds": [{"every": "year", "filed": MONEY}]}, "round1.filed: r.round1.filed1 does not count what is filed"),
        ({"rounds": [{"every": "year", "filed": FILED}] * 2}, "rounds: two rounds have the period 2017"),
        ({"over": {"list": "nobody"}}, "list: nobody is no list of the plan"),
        ({"rounds": [], "never_due": "continuous", "last_seen": "received"}, "last_seen1: received has no bucket to find the period by"),
    ],
)  # fmt: skip
def test_a_mistake_in_a_duty_is_named_by_file_id_and_field(
    given: dict[str, Any], message: str
) -> None:
    """Shapes, names and kinds of buckets."""
    assert f"{PLAN_FILE}: r: {message}" == refusal(spoilt(**given))


def test_a_duty_stands_once() -> None:
    """Ids are what rows and alerts are keyed by."""
    data = spoilt()
    data[PLAN_FILE]["reporting"] *= 2

    assert f"{PLAN_FILE}: r: id: stands twice" == refusal(data)


def test_nothing_is_owed_before_the_plan_was_issued() -> None:
    """A plan issued in the middle of its period demands no reports that were due before."""
    data = spoilt(rounds=[{"every": "quarter", "filed": FILED}])
    data[PLAN_FILE]["plan"]["issued"] = "2017-07-01"

    found = compiled(data).province("dong-nai").obligations

    assert ["2017-Q3", "2017-Q4"] == [one.name for one in found]
