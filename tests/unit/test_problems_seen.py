"""Problems on hand-made facts: the numbers that the plans print as shortcomings, and the life of an alert on one."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from models.catalogue import load_catalogue
from models.changes import AlertRow, Figure, ProblemRow
from models.days import day_from_date
from tests.support.drafts import Draft
from tests.support.fold import Tables
from tests.support.plan_facts import (
    NAMES,
    carried,
    connected,
    dossier,
    instant,
    mailbox,
    official,
    online,
    procedure,
    project,
    project_status,
    registered,
    resolved,
    said,
    told,
    used,
)


def tables(province: str, day: str, facts: Sequence[Draft]) -> Tables:
    """Return the rows of a province at the close of a day on which only these facts are known."""
    return told(load_catalogue().province(province), day, facts).tables


def seen(province: str, problem: str, day: str, facts: Sequence[Draft]) -> ProblemRow:
    """Return how a problem stands at the close of a day."""
    return tables(province, day, facts).problems[f"{NAMES[province]}-p-{problem}"]


def shown(figure: Figure) -> tuple[str, int | None, int | None]:
    """Return a figure as it is printed."""
    numerator, denominator = (
        None if side is None else int(side) for side in (figure.numerator, figure.denominator)
    )
    return str(figure.value), numerator, denominator


def alerts(found: Tables, problem: str) -> list[AlertRow]:
    """Return the revisions of the alerts on a problem."""
    return [row for row in found.alert_history if row.dedup_key.endswith(f"-p-{problem}")]


def assessed(agency: str, day: str, criterion: str, result: str) -> Draft:
    """Return that an agency was assessed."""
    return said(
        "compliance.assessed",
        day,
        agency,
        subject_type="agency",
        subject_id=agency,
        agency_id=agency,
        criterion=criterion,
        result=result,
        score=None,
        assessor_agency_id="A1",
        assessed_at=day,
    )


def incident(name: str, day: str, kind: str) -> Draft:
    """Return that a security incident was reported."""
    told_of = said(
        "incident.reported",
        day,
        incident_id=name,
        agency_id="A1",
        system_id=None,
        severity="low",
        detected_at=instant(day),
        resolved_at=None,
    )
    return replace(told_of, data={**told_of.data, "kind": kind})


def xp(failing: int) -> list[Draft]:
    """Return 40 units of which some run an unsupported system."""
    results = ["fail"] * failing + ["pass"] * (40 - failing)
    return [
        assessed(f"U{number}", "2016-03-01", "os_supported", result)
        for number, result in enumerate(results)
    ]


def projects(completed: int, in_progress: int, not_started: int, cancelled: int) -> list[Draft]:
    """Return projects that were to start on the first day of a period."""
    statuses = ["completed"] * completed + ["in_progress"] * in_progress + ["cancelled"] * cancelled
    count = len(statuses) + not_started
    facts = [project(f"P{n}", "2016-01-04", planned_start="2016-01-04") for n in range(count)]
    return facts + [project_status(f"P{n}", "2016-02-01", one) for n, one in enumerate(statuses)]


def late_dossiers(late: int, count: int) -> list[Draft]:
    """Return dossiers due on 11 January, some resolved on the 14th and the others on the 10th."""
    due: dict[str, Any] = {"due_at": instant("2019-01-11", 17)}
    facts = [dossier(f"D{number}", "2019-01-03", **due) for number in range(count)]
    return facts + [
        resolved(f"D{number}", "2019-01-14" if number < late else "2019-01-10")
        for number in range(count)
    ]


def mailboxes(in_use: int, count: int) -> list[Draft]:
    """Return officials with a mailbox, some of whom use it on eight days."""
    facts: list[Draft] = []
    for number in range(count):
        name, account = f"o{number}", f"m{number}"
        facts += [official(name, "2019-01-02"), mailbox(name, "2019-01-02", account)]
        if number < in_use:
            facts += [used(name, f"2019-01-{day:02d}", account) for day in range(10, 18)]
    return facts


def on_the_network(use: int, count: int) -> list[Draft]:
    """Return agencies on the dedicated network, over some links of which data went."""
    names = [f"U{number}" for number in range(count)]
    facts = [registered(name, "2019-01-02", "so") for name in names]
    facts += [connected(name, "2019-01-02", "tslcd_wan") for name in names]
    return facts + [carried(name, "2019-02-10") for name in names[:use]]


PRINTED = [
    ("dong-nai", "windows-xp", "2016-03-31", xp(37), "raised", ("92.5000", 37, 40)),
    ("dong-nai", "windows-xp", "2016-03-31", xp(7), "not_raised", ("17.5000", 7, 40)),
    (
        "dong-nai",
        "projects-cancelled-or-not-started",
        "2016-04-20",
        projects(27, 17, 7, 10),
        "raised",
        ("27.8689", 17, 61),
    ),
    (
        "tra-vinh",
        "late-dossiers",
        "2019-01-31",
        late_dossiers(38, 624),
        "raised",
        ("6.0897", 38, 624),
    ),
    (
        "tra-vinh",
        "late-dossiers",
        "2019-01-31",
        late_dossiers(0, 19),
        "no_data",
        ("0.0000", 0, 19),
    ),
    (
        "tra-vinh",
        "level-3-4-below-government",
        "2019-01-31",
        [
            *(procedure(number, "2019-01-02") for number in range(1819)),
            *(online(number, "2019-01-02", 3 + (number < 203)) for number in range(643)),
        ],
        "raised",
        ("35.3491", 643, 1819),
    ),
    (
        "tra-vinh",
        "tslcd-unused",
        "2019-02-20",
        on_the_network(23, 56),
        "raised",
        ("33", 33, 56),
    ),
    (
        "tra-vinh",
        "mail-low-usage",
        "2019-02-03",
        mailboxes(30, 100),
        "raised",
        ("30.0000", 30, 100),
    ),
]


@pytest.mark.parametrize(
    ("province", "problem", "day", "facts", "state", "figure"),
    PRINTED,
    ids=[f"{problem}-{state}" for _, problem, _, _, state, _ in PRINTED],
)
def test_what_a_plan_prints_as_a_shortcoming_is_seen_as_one(
    province: str,
    problem: str,
    day: str,
    facts: Sequence[Draft],
    state: str,
    figure: tuple[str, int | None, int | None],
) -> None:
    """37 of 40 units on Windows XP, 17 of 61 projects, 38 of 624 dossiers, 643 of 1,819 procedures, 23 of 56 agencies, 30 %."""
    row = seen(province, problem, day, facts)

    assert (state, figure) == (row.state, shown(row.figure))


def day_of(text: str) -> int:
    """Return a day."""
    return day_from_date(date.fromisoformat(text))


def test_a_problem_is_raised_once_its_bound_is_met_long_enough_and_resolved_when_it_is_not() -> (
    None
):
    """An incident of misuse raises it at once, for 90 days; the alert names no target and no agency, its key the problem."""
    facts = [incident("S1", "2016-01-10", "misuse"), incident("S2", "2016-01-05", "outage")]

    found = tables("dong-nai", "2016-04-30", facts)

    first, last = alerts(found, "mail-outside-province")
    assert ("firing", day_of("2016-01-10"), None, 1, day_of("2016-01-10")) == (
        first.state, first.starts_at, first.ends_at, first.revision, first.closed_day
    )  # fmt: skip
    assert ("resolved", day_of("2016-01-10"), day_of("2016-04-09"), 2, day_of("2016-04-09")) == (
        last.state, last.starts_at, last.ends_at, last.revision, last.closed_day
    )  # fmt: skip
    assert ("problem_raised", "warning", None, None, NAMES["dong-nai"]) == (
        first.rule, first.severity, first.target, first.agency, first.plan
    )  # fmt: skip
    assert (1, 1) == (first.value, first.expected)
    assert first.dedup_key == (
        "dong-nai/dong-nai-2016-2020/problem_raised/dong-nai-2016-2020-p-mail-outside-province"
    )


def test_a_bound_that_is_met_for_too_few_days_raises_nothing() -> None:
    """Seven days where the problem says nothing: on the sixth it is not raised, on the seventh since the first."""
    facts = [*xp(37), assessed("U40", "2016-03-06", "os_supported", "pass")]

    sixth, seventh = (
        seen("dong-nai", "windows-xp", day, facts) for day in ("2016-03-06", "2016-03-07")
    )

    assert ("not_raised", None) == (sixth.state, sixth.since)
    assert ("raised", day_of("2016-03-01")) == (seventh.state, seventh.since)


def test_a_problem_that_was_none_is_taken_back() -> None:
    """The assessments are corrected after the alert: the episode never was."""
    wrong, right = xp(37), xp(3)
    later = [replace(one, recorded=one.time.replace(day=20), id=f"{one.id}-2") for one in right]
    beat = [incident("S1", "2016-03-20", "outage")]

    found = tables("dong-nai", "2016-03-25", [*wrong, *beat, *later])

    states = [(row.state, row.revision) for row in alerts(found, "windows-xp")]
    assert [("firing", 1), ("retracted", 2)] == states
    assert "not_raised" == found.problems["dong-nai-2016-2020-p-windows-xp"].state


def test_the_reason_repeats_the_plan_and_names_the_agencies_foremost() -> None:
    """Figure with both sides, bound, and three agencies by name; the others are counted."""
    facts = [registered("U1", "2016-01-04", "so"), *xp(37)]

    (row,) = alerts(tables("dong-nai", "2016-03-31", facts), "windows-xp")

    assert row.reason_vi == (
        "“37/40 đơn vị còn cài đặt hệ điều hành Windows XP; 10/40 đơn vị nối mạng internet đồng thời"
        " vào mạng truyền số liệu chuyên dùng”: 92,5% (37/40), mức nêu vấn đề ít nhất 20% (quy ước);"
        " nhiều nhất: U0; U1; U10 và 34 cơ quan khác."
    )
    assert row.reason_en == (
        "“37 of 40 units still run Windows XP; 10 of 40 join the Internet to the dedicated network”:"
        " 92.5 % (37 of 40), a problem when at least 20 % (house rule);"
        " foremost: U0; U1; U10 and 34 more."
    )


def test_a_shortage_names_those_who_lack() -> None:
    """Of a share that is too low the agencies that lower it are named, with the names of the register."""
    facts = [registered(code, "2019-01-02", "so") for code in ("U1", "U2", "U3")]
    facts += [assessed("U2", "2019-01-02", "effective_use", "pass")]

    (row,) = alerts(tables("tra-vinh", "2019-05-01", facts), "heads-not-committed")

    assert row.reason_en.endswith(
        ": 33.3333 % (1 of 3), a problem when less than 80 % (house rule); foremost: U1; U3."
    )


def test_a_share_of_few_cases_raises_nothing() -> None:
    """A ratio of flows with a denominator under 20 is no data, as for targets."""
    row = seen("tra-vinh", "late-dossiers", "2019-01-31", late_dossiers(19, 19))

    assert ("no_data", None) == (row.state, row.since)
