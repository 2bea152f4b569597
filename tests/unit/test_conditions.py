"""Conditions on hand-made facts: on which days they hold, and whose label each day carries."""

from collections.abc import Mapping
from typing import Any

import pytest
from pydantic import TypeAdapter, ValidationError

from models.conditions import Scope, compile_condition
from models.days import FOREVER
from models.definitions import Condition
from models.errors import CatalogueError
from models.place import Place
from models.subjects import Grouped
from tests.support.asserted import asserted, subject, told

CONDITIONS: TypeAdapter[Condition] = TypeAdapter(Condition)
PLACE = Place("plans/p.yaml", "target")


def condition(written: Any) -> Condition:  # noqa: ANN401 - as YAML gives it
    """Return a condition as it is read from a file."""
    return CONDITIONS.validate_python(written)


def scope(kind: str, stocks: Mapping[str, tuple[str, Any]] | None = None) -> Scope:
    """Return where a condition of the tests stands."""
    named = {name: (about, condition(what)) for name, (about, what) in (stocks or {}).items()}
    return Scope(PLACE, kind, named)


def days(written: Any, kind: str, facts: Grouped) -> list[tuple[int, int | None, str]]:  # noqa: ANN401 - as YAML gives it
    """Return (first day, day after the last or None, agency) of each interval."""
    compiled = compile_condition(condition(written), scope(kind))
    return [
        (start, None if end == FOREVER else end, label.agency)
        for start, end, label in compiled.evaluate(facts)
    ]


RECEIVED = told("dossier.received", asserted(10, intake_channel="online", procedure_online_level=3))
RESOLVED = told("dossier.resolved", asserted(14, "A2", outcome="granted"))


def registered(day: int, agency: str = "A1", **payload: Any) -> Any:  # noqa: ANN401 - a payload
    """Return an assertion of `official.registered`, which is dated by a date."""
    return asserted(day, agency, hour=None, **{"active": True, **payload})


def test_a_fact_that_happens_once_holds_from_its_day_on() -> None:
    """Received is received for ever."""
    assert [(10, None, "A1")] == days(
        {"has": {"fact": "dossier.received"}}, "dossier", subject(RECEIVED)
    )


def test_until_takes_the_ending_day_out() -> None:
    """A dossier resolved on the 14th was open at the end of the 13th."""
    written = {"has": {"fact": "dossier.received", "until": "dossier.resolved"}}

    assert [(10, 14, "A1")] == days(written, "dossier", subject(RECEIVED, RESOLVED))


def test_what_ended_on_its_first_day_never_held() -> None:
    """Received and resolved on one day was never open."""
    written = {"has": {"fact": "dossier.received", "until": "dossier.resolved"}}
    same_day = told("dossier.resolved", asserted(10, hour=16))

    assert [] == days(written, "dossier", subject(RECEIVED, same_day))


def test_a_fact_of_a_series_holds_until_the_next_of_its_key() -> None:
    """Whether or not the next one is meant too; the agency of each is the label of its days."""
    series = told(
        "official.registered",
        registered(1, "A1"),
        registered(5, "A2"),
        registered(9, active=False),
        registered(12, "A3"),
    )
    written = {"has": {"fact": "official.registered", "where": {"active": True}}}

    assert [(1, 5, "A1"), (5, 9, "A2"), (12, None, "A3")] == days(
        written, "official", subject(series)
    )


def test_of_several_on_one_day_the_last_counts() -> None:
    """A stock is what is true at the day's end."""
    series = told(
        "dossier.status_changed",
        asserted(3, hour=9, to_status="paused"),
        asserted(3, hour=11, to_status="processing"),
    )
    written = {"has": {"fact": "dossier.status_changed", "where": {"to_status": "paused"}}}

    assert [] == days(written, "dossier", subject(series))


def test_to_is_the_last_day_inside_and_null_is_open() -> None:
    """`valid_to` on the 7th is out on the 8th, and the gap to the next entry stays a gap."""
    series = told("official.registered", registered(1, valid_to=7), registered(20, "A2"))
    written = {"has": {"fact": "official.registered", "to": "valid_to"}}

    assert [(1, 8, "A1"), (20, None, "A2")] == days(written, "official", subject(series))


def test_from_moves_the_first_day_but_in_a_series_not_before_the_fact() -> None:
    """Thirty days before the end; an entry made later than that holds from its own day."""
    series = told("official.registered", registered(1, valid_to=50), registered(90, valid_to=100))
    start = {"field": "valid_to", "days": -30}
    written = {"has": {"fact": "official.registered", "from": start, "to": "valid_to"}}

    assert [(20, 51, "A1"), (90, 101, "A1")] == days(written, "official", subject(series))


def test_from_a_missing_date_holds_never() -> None:
    """Nobody knows on which day it would begin."""
    series = told("official.registered", registered(1))
    written = {"has": {"fact": "official.registered", "from": {"field": "valid_to"}}}

    assert [] == days(written, "official", subject(series))


def test_keys_of_one_type_are_joined_and_the_first_opened_keeps_its_agency() -> None:
    """A second mailbox at another agency changes nothing while the first one is there."""
    first = told(
        "account.provisioned", asserted(3, active=True), asserted(8, active=False), key="a"
    )
    second = told("account.provisioned", asserted(5, "A2", active=True), key="b")
    written = {"has": {"fact": "account.provisioned", "where": {"active": True}}}

    assert [(3, 8, "A1"), (8, None, "A2")] == days(written, "official", subject(second, first))


def test_within_holds_for_so_many_days_from_each() -> None:
    """Seven days from the 3rd, and from the 20th; uses on one day are one."""
    uses = told(
        "account.used",
        asserted(3, hour=None),
        asserted(5, "A2", hour=None),
        asserted(20, hour=None),
    )
    written = {"within": {"fact": "account.used", "days": 7}}

    assert [(3, 5, "A1"), (5, 12, "A2"), (20, 27, "A1")] == days(written, "official", subject(uses))


def test_within_a_year_holds_until_its_end() -> None:
    """Day 364 of 1970 is 31 December."""
    trained = told("training.completed", asserted(360), asserted(370))
    written = {"within": {"fact": "training.completed", "same": "year"}}

    assert [(360, 365, "A1"), (370, 730, "A1")] == days(written, "official", subject(trained))


def test_another_fact_is_judged_as_it_is_known_on_each_day() -> None:
    """An account counts on the days on which its official is active."""
    account = told("account.provisioned", asserted(2))
    people = told("official.registered", registered(4), registered(9, active=False))
    written = {
        "has": {"fact": "account.provisioned", "where": {"official.registered.active": True}}
    }

    assert [(4, 9, "A1")] == days(written, "official", subject(account, people))


def test_another_fact_that_must_be_absent_takes_its_days_out() -> None:
    """`exists: false` of another fact holds while nothing of it is in force."""
    written = {
        "has": {
            "fact": "dossier.received",
            "where": {"dossier.resolved.outcome": {"exists": False}},
        }
    }

    assert [(10, 14, "A1")] == days(written, "dossier", subject(RECEIVED, RESOLVED))


OPEN = {"has": {"fact": "dossier.received", "until": "dossier.resolved"}}
EVER_RESOLVED = {"has": {"fact": "dossier.resolved"}}


def test_all_is_labelled_by_its_first_member() -> None:
    """The figure belongs to the agency of the first condition."""
    received = {"has": {"fact": "dossier.received"}}
    facts = subject(RECEIVED, RESOLVED)

    assert [(14, None, "A1")] == days({"all": [received, EVER_RESOLVED]}, "dossier", facts)
    assert [(14, None, "A2")] == days({"all": [EVER_RESOLVED, received]}, "dossier", facts)


def test_any_is_labelled_by_the_first_member_that_holds() -> None:
    """Open at the first agency, then resolved by the second."""
    assert [(10, 14, "A1"), (14, None, "A2")] == days(
        {"any": [EVER_RESOLVED, OPEN]}, "dossier", subject(RECEIVED, RESOLVED)
    )


def test_not_takes_days_out_wherever_it_stands_in_an_all() -> None:
    """The order of members does not matter to the days."""
    received = {"has": {"fact": "dossier.received"}}

    for members in ([received, {"not": EVER_RESOLVED}], [{"not": EVER_RESOLVED}, received]):
        assert [(10, 14, "A1")] == days({"all": members}, "dossier", subject(RECEIVED, RESOLVED))


def test_a_name_stands_for_the_condition_of_a_stock() -> None:
    """Named conditions compose like those said in place."""
    stocks = {"open": ("dossier", OPEN), "also_open": ("dossier", "open")}
    compiled = compile_condition("also_open", scope("dossier", stocks))

    assert [(10, 14)] == [(s, e) for s, e, _ in compiled.evaluate(subject(RECEIVED, RESOLVED))]


def test_a_condition_knows_what_it_reads() -> None:
    """Facts of the types that it names, of its `where` too, make it run again; others do not."""
    written = {
        "all": [
            OPEN,
            {"has": {"fact": "dossier.received", "where": {"dossier.due": {"exists": True}}}},
            {"not": {"has": {"fact": "dossier.transferred"}}},
        ]
    }

    assert {
        "dossier.received",
        "dossier.resolved",
        "dossier.status_changed",
        "dossier.transferred",
    } == compile_condition(condition(written), scope("dossier")).reads


@pytest.mark.parametrize(
    ("written", "reach"),
    [
        ({"within": {"fact": "account.used", "days": 30}}, 30),
        ({"within": {"fact": "account.used", "same": "year"}}, 366),
        ({"has": {"fact": "account.provisioned"}}, 0),
        ({"has": {"fact": "account.used"}}, None),
        (
            {
                "all": [
                    {"within": {"fact": "account.used", "days": 7}},
                    {"within": {"fact": "account.used", "days": 30}},
                ]
            },
            30,
        ),
        (
            {
                "any": [
                    {"has": {"fact": "account.used"}},
                    {"within": {"fact": "account.used", "days": 7}},
                ]
            },
            None,
        ),
    ],
)
def test_a_condition_knows_how_far_a_daily_fact_reaches(
    written: Mapping[str, Any], reach: int | None
) -> None:
    """The fold reads the parts of a subject that lie this near; None: all of them."""
    assert reach == compile_condition(condition(written), scope("official")).reach


@pytest.mark.parametrize(
    ("written", "message"),
    [
        ({"has": {"fact": "dossier.lost"}}, "fact: dossier.lost is no event type"),
        (
            {"has": {"fact": "account.used"}},
            "fact: account.used tells about official, not about dossier",
        ),
        (
            {"has": {"fact": "dossier.received", "where": {"channel": "online"}}},
            "channel: is no field of dossier.received",
        ),
        (
            {"has": {"fact": "dossier.received", "to": "due_at"}},
            "due_at: is of kind instant, not date",
        ),
        (
            {"has": {"fact": "dossier.received", "from": {"field": "ends"}}},
            "ends: is no field of dossier.received",
        ),
        (
            {"has": {"fact": "dossier.received", "until": "dossier.status_changed"}},
            "until: dossier.status_changed is dated; `until` takes a fact that happens once",
        ),
        ({"not": OPEN}, "not: stands only inside an `all` that has a positive member"),
        ({"all": [{"not": OPEN}]}, "all: needs a positive member"),
        (
            {"any": [OPEN, {"not": OPEN}]},
            "not: stands only inside an `all` that has a positive member",
        ),
        ({"function": "dossier.lost"}, "dossier.lost: is no function; there are: dossier.overdue"),
        ("open", "open: is no stock measure; a condition may name only those"),
        ("self", "self: uses itself: self -> other -> self"),
        ("people", "people: is about the subject official, not dossier"),
    ],
)
def test_a_condition_that_cannot_be_is_refused_by_file_id_and_field(
    written: Any,  # noqa: ANN401 - as YAML gives it
    message: str,
) -> None:
    """Nothing is computed from a definition that names what does not exist or does not fit."""
    stocks = {
        "self": ("dossier", "other"),
        "other": ("dossier", {"all": ["self"]}),
        "people": ("official", {"has": {"fact": "official.registered"}}),
    }

    with pytest.raises(CatalogueError) as refused:
        compile_condition(condition(written), scope("dossier", stocks))

    assert f"plans/p.yaml: target: {message}" == str(refused.value)


def test_a_function_of_another_subject_is_refused() -> None:
    """An official is never overdue."""
    with pytest.raises(CatalogueError, match="is a function of the subject dossier, not official"):
        compile_condition(condition({"function": "dossier.overdue"}), scope("official"))


@pytest.mark.parametrize(
    "written",
    [
        {},
        {"has": None},
        {"has": {"fact": "dossier.received"}, "function": "dossier.overdue"},
        {"all": []},
        {"within": {"fact": "account.used"}},
        {"within": {"fact": "account.used", "days": 3, "same": "year"}},
        {"within": {"fact": "account.used", "days": 0}},
        {"has": {"fact": "dossier.received", "where": {"due_at": {}}}},
        {"has": {"fact": "dossier.received", "where": {"due_at": {"gte": None}}}},
        {"has": {"fact": "dossier.received", "were": {}}},
    ],
)
def test_a_shape_that_says_nothing_or_too_much_is_refused(written: Mapping[str, Any]) -> None:
    """A condition is exactly one node, and a comparison has a bound."""
    with pytest.raises(ValidationError):
        condition(written)
