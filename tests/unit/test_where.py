"""`where` on hand-made facts: which assertions are meant, and what cannot be asked of a field."""

from collections.abc import Mapping
from typing import Any

import pytest

from models.definitions import Has
from models.errors import CatalogueError
from models.facts import Assertion
from models.place import Place
from models.where import compile_where
from tests.support.asserted import asserted, instant, subject, told

PLACE = Place("plans/p.yaml", "target")


def means(fact: str, where: Mapping[str, Any], assertion: Assertion) -> bool:
    """Return whether an assertion, the only one of its subject, is meant."""
    written = Has.model_validate({"fact": fact, "where": where})
    return compile_where(PLACE, fact, written.where).means(
        assertion, subject(told(fact, assertion))
    )


WHERE = [
    ({"intake_channel": "online"}, True),
    ({"intake_channel": "counter"}, False),
    ({"intake_channel": ["counter", "online"]}, True),
    ({"procedure_online_level": {"gte": 3}}, True),
    ({"procedure_online_level": {"gt": 3}}, False),
    ({"procedure_online_level": {"gt": 2, "lt": 4}}, True),
    ({"procedure_online_level": {"lte": 3, "gte": 3}, "intake_channel": "counter"}, False),
    ({"procedure_id": {"starts_with": "1.0"}}, True),
    ({"procedure_id": {"starts_with": "2."}}, False),
    ({"due_at": {"exists": True}}, True),
    ({"due_at": {"exists": False}}, False),
    ({"submitter_type": {"exists": False}}, True),
    ({"submitter_type": "citizen"}, False),
    ({"received_at": "1970-01-11"}, True),
    ({"received_at": ["1970-01-10", "1970-01-12"]}, False),
    ({"received_at": {"lt": "1970-01-11"}}, False),
    ({"received_at": {"lte": "1970-01-11"}}, True),
    ({"due_at": {"by": {"after": "received_at", "days": 5}}}, True),
    ({"due_at": {"by": {"after": "received_at", "days": 4}}}, False),
    ({"due_at": {"gt": {"field": "received_at"}}}, True),
    ({"received_at": {"gte": {"field": "due_at"}}}, False),
    ({"due_at": {"gt": {"field": "received_at"}, "lt": "1970-01-16"}}, False),
    ({"due_at": {"lte": {"field": "dossier.due"}}}, True),
    ({"dossier.working_days": {"exists": False}}, True),
    ({"dossier.working_days": {"gte": 0}}, False),
]


@pytest.mark.parametrize(("where", "expected"), WHERE, ids=str)
def test_where_means_the_assertions_that_satisfy_all_it_says(
    where: Mapping[str, Any], *, expected: bool
) -> None:
    """A dossier received on 11 January 1970 and due on the 16th; a missing field satisfies nothing but `exists: false`."""
    received = asserted(
        10,
        procedure_id="1.007",
        intake_channel="online",
        procedure_online_level=3,
        received_at=instant(10),
        due_at=instant(15, 17),
    )

    assert expected == means("dossier.received", where, received)


def test_working_days_leave_out_weekends_and_holidays() -> None:
    """Asked on Thursday, 1 March 2018 (day 17591): the fifth working day is Thursday, the 8th."""
    where = {"due_at": {"by": {"after": "received_at", "working_days": 5}}}

    in_time = [
        means(
            "dossier.received",
            where,
            asserted(17591, received_at=instant(17591), due_at=instant(due)),
        )
        for due in (17598, 17599)
    ]

    assert [True, False] == in_time


def test_a_list_is_asked_by_contains() -> None:
    """An official has several roles."""
    where = {"roles": {"contains": "leader"}}

    assert means("official.registered", where, asserted(1, roles=["staff", "leader"]))
    assert not means("official.registered", where, asserted(1, roles=["staff"]))


def test_another_fact_is_asked_on_the_day_of_the_one_meant() -> None:
    """What is known later does not count for a day that has gone."""
    written = Has.model_validate(
        {"fact": "dossier.transferred", "where": {"dossier.received.intake_channel": "online"}}
    )
    where = compile_where(PLACE, written.fact, written.where)
    facts = subject(told("dossier.received", asserted(10, intake_channel="online")))

    assert [False, True] == [where.means(asserted(day), facts) for day in (9, 10)]
    assert {"dossier.received"} == where.reads


@pytest.mark.parametrize(
    ("where", "message"),
    [
        (
            {"intake_channel": "fax"},
            "intake_channel: 'fax' is none of online, counter, post",
        ),
        (
            {"procedure_online_level": "3"},
            "procedure_online_level: takes a value of kind integer, not '3'",
        ),
        (
            {"procedure_online_level": True},
            "procedure_online_level: takes a value of kind integer, not True",
        ),
        ({"due_at": "soon"}, "due_at: 'soon' is no date (YYYY-MM-DD)"),
        (
            {"intake_channel": {"gt": "online"}},
            "intake_channel: is of kind choice, which has no order",
        ),
        (
            {"intake_channel": {"contains": "online"}},
            "intake_channel: is no list; `contains` needs one",
        ),
        ({"due_at": {"starts_with": "1"}}, "due_at: is no text; `starts_with` needs one"),
        (
            {"due_at": {"gt": {"field": "procedure_online_level"}}},
            "due_at: is of kind instant, procedure_online_level of kind integer",
        ),
        (
            {"due_at": {"gt": {"field": "dossier.end"}}},
            "dossier.end: is no field of dossier.received",
        ),
        (
            {"procedure_id": {"by": {"after": "received_at", "days": 1}}},
            "procedure_id: is of kind id; `by` compares dates or instants",
        ),
        (
            {"account.used.actions": {"gt": 0}},
            "account.used.actions: dossier.received and account.used tell about no common subject",
        ),
        ({"dossier.resolved.end": 1}, "end: is no field of dossier.resolved"),
    ],
)
def test_a_where_that_cannot_be_is_refused(where: Mapping[str, Any], message: str) -> None:
    """What is wanted of a field fits its kind and its words."""
    with pytest.raises(CatalogueError) as refused:
        means("dossier.received", where, asserted(10))

    assert f"plans/p.yaml: target: {message}" == str(refused.value)


def test_a_list_cannot_be_equal_to_a_value() -> None:
    """Whether one of several or all are meant is for the definition to say."""
    with pytest.raises(CatalogueError, match="roles: is a list; use `contains`"):
        means("official.registered", {"roles": "leader"}, asserted(1))
