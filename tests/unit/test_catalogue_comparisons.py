"""What the rarer words of the grammar count, on hand-made facts: moving denominators, weights, references that come by event.

Each history is the least that shows one thing.
"""

from collections.abc import Sequence
from typing import Any, Final

import pytest

from models.catalogue import load_catalogue
from models.changes import AttainmentRow
from tests.support.drafts import Draft
from tests.support.plan_facts import (
    connected,
    deployed,
    dossier,
    instant,
    judged,
    online,
    procedure,
    project,
    project_status,
    registered,
    said,
    share,
)

BRVT: Final = "ba-ria-vung-tau"
MISSING: Final = ("not_measurable", "reference_missing")


def certificate(agency: str, day: str) -> Draft:
    """Return that an agency was given a certificate for four years."""
    return said(
        "signature.certificate_issued", day, agency, certificate_serial=f"C-{agency}", holder_type="organisation",
        holder_id=agency, agency_id=agency, requested_at=None, valid_from=day, valid_to=f"{int(day[:4]) + 4}{day[4:]}",
    )  # fmt: skip


def assessed(kind: str, subject: str, day: str, criterion: str, result: str = "pass") -> Draft:
    """Return an assessment."""
    return said(
        "compliance.assessed", day, subject_type=kind, subject_id=subject, agency_id="A1", criterion=criterion,
        result=result, score=None, assessor_agency_id="A1", assessed_at=day,
    )  # fmt: skip


def published(population: str, day: str, count: float) -> Draft:
    """Return a number that somebody published."""
    return said(
        "population.snapshot_published", day, population_id=population, level="tinh", count=count, as_of=day,
        source="x",
    )  # fmt: skip


def held(number: str, day: str, audience: list[str]) -> Draft:
    """Return a class."""
    return said(
        "training.session_held", day, session_id=number, session_kind="class", topic="it_skills", audience=audience,
        organiser_agency_id="A1", participants=9, held_at=day, plan_item=None,
    )  # fmt: skip


def up(agency: str, day: str, kind: str) -> Draft:
    """Return that an agency's system is up."""
    return said(
        "system.status_reported", day, agency, system_id=f"{kind}-{agency}", agency_id=agency, system_type=kind,
        link_id=None, status="up", traffic=None, at=instant(day),
    )  # fmt: skip


def stood(province: str, target: str, day: str, facts: Sequence[Draft]) -> AttainmentRow:
    """Return how a target stood at the close of a day, with the facts told up to it."""
    told = [fact for fact in facts if fact.time.date().isoformat() <= day]
    return judged(province, target, day, told)


def test_an_agency_that_leaves_the_network_leaves_the_denominator() -> None:
    """Bà Rịa - Vũng Tàu, I.2.a: of the agencies ALREADY connected; a certificate without a link counts for nothing."""
    facts = [
        *(registered(code, "2011-01-03", "so") for code in ("A", "B", "C")),
        *(connected(code, "2011-02-01", "tslcd_wan") for code in ("A", "B")),
        *(certificate(code, "2011-03-01") for code in ("A", "C")),
        connected("B", "2011-05-02", "tslcd_wan", active=False),
    ]
    target = "signature-service-connected-agencies"

    before = stood(BRVT, target, "2011-05-01", facts)
    after = stood(BRVT, target, "2011-05-02", facts)

    assert [("50.0000", 1, 2), ("100.0000", 1, 1)] == [share(before), share(after)]
    assert ["at_risk", "attained"] == [before.status, after.status]


def test_a_system_must_report_again_in_each_year() -> None:
    """Bà Rịa - Vũng Tàu, I.2.a: kept in use every year; the new year begins with none."""
    facts = [
        *(registered(code, "2011-01-03", "so") for code in ("A", "B", "C")),
        *(deployed(code, "2011-02-01", kind) for code in ("A", "B") for kind in ("antivirus", "firewall")),
        up("A", "2011-06-01", "antivirus"),
        up("C", "2011-06-01", "antivirus"),
    ]  # fmt: skip
    target = "antivirus-kept-up-yearly"

    year = stood(BRVT, target, "2011-12-31", facts)
    next_year = stood(BRVT, target, "2012-01-01", facts)

    assert [("50.0000", 1, 2), ("0.0000", 0, 2)] == [share(year), share(next_year)]


def test_a_procedure_weighs_in_with_its_agency() -> None:
    """Bình Thuận, II.2: three of four one-stop procedures belong to the agency that uses the software."""
    facts = [
        registered("A1", "2018-01-02", "so"),
        registered("B", "2018-01-02", "huyen"),
        deployed("A1", "2018-01-02", "one_stop"),
        *(procedure(number, "2018-01-03") for number in (1, 2, 3)),
        procedure(4, "2018-01-03", one_stop=False),
        said("procedure.registered", "2018-01-03", "B", **procedure(5, "2018-01-03").data),
    ]
    target = "one-stop-all-procedures"

    before = stood("binh-thuan", target, "2018-02-01", facts)
    after = stood("binh-thuan", target, "2018-02-02", [*facts, dossier("D", "2018-02-02")])

    assert [("0.0000", 0, 4), ("75.0000", 3, 4)] == [share(before), share(after)]


def test_only_departments_with_interlinked_procedures_must_be_interlinked() -> None:
    """Bình Thuận, I.2.3: the link alone is not enough, a dossier must have gone electronically."""
    transfer = said(
        "dossier.transferred", "2018-03-01", dossier_id="D", from_agency_id="A1", to_agency_id="B", electronic=True,
        signed=True, transferred_at=instant("2018-03-01"),
    )  # fmt: skip
    facts = [
        *(registered(code, "2018-01-02", "so") for code in ("A1", "B")),
        procedure(1, "2018-01-03", interlinked=True),
        connected("A1", "2018-02-01", "one_stop"),
        transfer,
    ]
    target = "one-stop-3-levels-interlinked"

    before = stood("binh-thuan", target, "2018-02-28", facts)
    after = stood("binh-thuan", target, "2018-03-01", facts)

    assert [("0.0000", 0, 1), ("100.0000", 1, 1)] == [share(before), share(after)]


def test_the_audience_with_the_fewest_classes_decides() -> None:
    """Bà Rịa - Vũng Tàu, II.4: administrators, specialists and leaders each year; one class may serve two."""
    facts = [
        held("1", "2011-02-01", ["it_staff", "official"]),
        held("2", "2011-03-01", ["it_staff"]),
        held("3", "2011-04-01", ["leader"]),
    ]

    seen = [
        (row.figure.value, row.status)
        for day in ("2011-03-31", "2011-04-01", "2012-01-01")
        for row in [stood(BRVT, "yearly-training", day, facts)]
    ]

    assert [(0, "behind"), (1, "attained"), (0, "on_track")] == seen


def test_growth_waits_for_the_number_that_it_is_held_against() -> None:
    """Bà Rịa - Vũng Tàu, I.2.b: 'step by step' is judged once the links before the plan are published; shown before that."""
    links = [connected(code, "2011-03-01", "data_share") for code in ("A", "B", "C")]
    start = published("data-sharing-links-2010", "2011-06-01", 2)
    target = "admin-info-shared"

    before = stood(BRVT, target, "2011-05-31", [*links, start])
    after = stood(BRVT, target, "2011-06-01", [*links, start])

    assert MISSING == (before.status, before.reason)
    assert (None, 3, None) == before.figure
    assert ("attained", None) == (after.status, after.reason)
    assert (1, 3, None) == after.figure


def test_a_list_that_nobody_has_sent_is_a_missing_reference() -> None:
    """Trà Vinh, II.3.b: the central list is outside the plan; without its length there is no share."""
    services = [
        procedure(1, "2019-01-02", in_plan_list="central-list-level-3"),
        procedure(2, "2019-01-02", in_plan_list="central-list-level-4"),
        *(online(number, "2019-01-03", 3) for number in (1, 2)),
    ]
    target = "online-services-quality"

    before = stood("tra-vinh", target, "2019-01-31", services)
    listed = [*services, published("central-list-services", "2019-02-01", 2)]
    after = stood("tra-vinh", target, "2019-02-01", listed)

    assert (*MISSING, (None, 1, 0)) == (before.status, before.reason, before.figure)
    assert ("on_track", ("50.0000", 1, 2)) == (after.status, share(after))


@pytest.mark.parametrize(
    ("known", "shown"),
    [
        ([], (*MISSING, (None, 2, None))),
        (["2015-08-03"], ("attained", None, (2, 2, None))),
        (["2016-02-01"], ("attained", None, (1, 2, None))),
        (["2016-02-01", "2016-02-02"], ("at_risk", None, (0, 2, None))),
    ],
    ids=["nothing of 2016", "an earlier year alone", "one", "two"],
)
def test_more_than_last_year_needs_to_know_last_year(known: list[str], shown: Any) -> None:  # noqa: ANN401 - a row
    """Hải Dương, IV.3: two inspections are more than none only if anybody told of the time before."""
    days = [*known, "2017-02-01", "2017-02-02"]
    facts = [assessed("agency", f"A{number}", day, "infosec") for number, day in enumerate(days)]

    row = stood("hai-duong", "it-inspection", "2017-02-02", facts)

    assert shown == (row.status, row.reason, row.figure)


def test_most_is_more_than_half() -> None:
    """Đồng Nai, III.1: 'hầu hết' has no number; two of four systems are not yet most of them."""
    systems = [deployed(code, "2016-02-01", "edoc") for code in ("A", "B", "C", "D")]
    names = [str(one.data["system_id"]) for one in systems]
    half = [assessed("system", name, "2016-03-01", "infosec") for name in names[:2]]
    third = assessed("system", names[2], "2016-03-02", "infosec")
    target = "apps-infosec-compatible"

    seen = [
        (share(row), row.status)
        for day in ("2016-03-01", "2016-03-02")
        for row in [stood("dong-nai", target, day, [*systems, *half, third])]
    ]

    assert [(("50.0000", 2, 4), "on_track"), (("75.0000", 3, 4), "attained")] == seen


def test_a_standard_may_be_met_by_an_agency_or_by_a_system() -> None:
    """Đồng Nai, IV.4: the plan does not say of what; a failed assessment is none."""
    target = "iso-27001"

    failed = stood(
        "dong-nai",
        target,
        "2016-03-01",
        [assessed("agency", "A", "2016-03-01", "iso_27001", "fail")],
    )
    passed = stood(
        "dong-nai", target, "2016-03-01", [assessed("system", "S", "2016-03-01", "iso_27001")]
    )

    assert [(0, 0, 1), (1, 1, 1)] == [failed.figure, passed.figure]


def test_a_milestone_may_wait_until_all_of_something_hold() -> None:
    """Trà Vinh, II.2.b: the upgrade is accepted, and every site in use reports that it is up."""
    facts = [
        project("P", "2019-01-02", plan_item="portal-upgrade"),
        project_status("P", "2019-02-01", "completed"),
        *(deployed(code, "2019-01-02", "website") for code in ("A", "B")),
        *(
            said(
                "system.status_reported", day, code, system_id=f"website-{code}", agency_id=code,
                system_type="website", link_id=None, status=status, traffic=None, at=instant(day),
            )
            for day, code, status in (
                ("2019-03-02", "A", "up"), ("2019-03-01", "B", "down"), ("2019-03-05", "B", "up")
            )
        ),
    ]  # fmt: skip
    target = "portal-stable"

    figures = [
        stood("tra-vinh", target, day, facts).figure
        for day in ("2019-03-05", "2019-03-31", "2019-04-01")
    ]

    assert [
        (0, 1, 2),
        (1, 2, 2),
        (0, 1, 2),
    ] == figures  # B is up for long enough, then A has not reported


def test_what_is_finished_must_be_accepted_too() -> None:
    """Hải Dương, IV.3: appraised while it runs, accepted once it is done; begun in another year it is none of this one's."""
    milestones = [
        said("project.milestone_reached", day, project_id=number, milestone=name, reached_at=day)
        for number, name, day in (
            ("A", "appraised", "2017-01-10"), ("B", "appraised", "2017-01-10"), ("B", "accepted", "2017-06-02"),
        )
    ]  # fmt: skip
    facts = [
        *(project_status(number, "2017-02-01", "in_progress") for number in ("A", "B", "C")),
        project_status("old", "2016-02-01", "in_progress"),
        project_status("B", "2017-06-01", "completed"),
        *milestones,
    ]
    target = "project-architecture-appraisal"

    shares = [
        share(stood("hai-duong", target, day, facts))
        for day in ("2017-05-31", "2017-06-01", "2017-06-02")
    ]

    assert [("66.6667", 2, 3), ("33.3333", 1, 3), ("66.6667", 2, 3)] == shares


def test_an_application_counts_from_the_year_that_it_was_begun_in() -> None:
    """Đồng Nai, V.3: what was begun before 2017 cannot stand on a framework that was due in 2017, whatever became of it."""
    facts = [
        *(project(number, "2016-01-04", group="management") for number in ("old", "new")),
        project("lan", "2016-01-04", group="infrastructure"),
        project_status("old", "2016-02-01", "in_progress"),
        project_status("old", "2018-02-01", "in_progress"),
        project_status("new", "2018-02-01", "in_progress"),
        project_status("lan", "2018-02-01", "in_progress"),
        assessed("project", "new", "2018-03-01", "architecture"),
    ]

    row = stood("dong-nai", "apps-on-architecture", "2018-03-01", facts)

    assert ("100.0000", 1, 1) == share(row)


def test_seven_districts_are_listed_and_con_dao_is_not() -> None:
    """Bà Rịa - Vũng Tàu, PL1: the list decides, not the level; the communes are counted apart."""
    facts = [
        *(registered(code, "2011-01-03", "huyen") for code in ("ubnd-vung-tau", "ubnd-con-dao")),
        registered("X", "2011-01-03", "xa"),
        *(
            deployed(code, "2011-02-01", "one_stop", "one-stop-infrastructure")
            for code in ("ubnd-vung-tau", "ubnd-con-dao", "X")
        ),
    ]

    districts = stood(BRVT, "one-stop-infrastructure-districts", "2011-02-01", facts)
    communes = stood(BRVT, "one-stop-infrastructure-communes", "2011-02-01", facts)

    assert [(1, 1, 1), (1, None, None)] == [districts.figure, communes.figure]


@pytest.mark.parametrize(
    ("province", "target", "before", "within"),
    [
        ("dong-nai", "egov-architecture-issued", "2015-11-02", "2016-03-01"),
        ("hai-duong", "egov-architecture", "2016-11-02", "2017-03-01"),
    ],
)
def test_an_architecture_counts_when_it_is_issued_in_the_plan_s_period(
    province: str, target: str, before: str, within: str
) -> None:
    """Đồng Nai, VI: 'in the years 2016 - 2017'; the assumption that is shown says the same as the figure."""

    def issued(kind: str, day: str) -> Draft:
        return said(
            "policy.issued", day, policy_id=f"{kind}-{day}", policy_kind=kind, topic="x", agency_id="A1",
            number="1", issued_at=day, replaces=None, plan_item=None,
        )  # fmt: skip

    early, late = (
        judged(province, target, within, [issued("architecture", day), issued("plan", within)])
        for day in (before, within)
    )

    assert ("on_track", "attained") == (early.status, late.status)
    (row,) = (
        one
        for one in load_catalogue().province(province).annotations.definitions
        if one.target.endswith(f"-{target}")
    )
    assert "ban hành từ trước không tính" in str(row.house_rule_vi)
