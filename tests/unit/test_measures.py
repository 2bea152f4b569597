"""Measures on hand-made facts: which amounts they lay on which days, under which agency and bucket."""

from collections.abc import Mapping
from typing import Any

from models.changes import Amount
from models.days import EARLIEST
from models.definitions import Measure
from models.measures import CompiledMeasure, Ones, compile_measure, no_amounts
from models.measures.held import minutes_by_day
from models.place import Place
from models.subjects import Grouped
from tests.support.asserted import amounts_of, asserted, instant, subject, told

PLACE = Place("measures.yaml", "m")


def compiled(written: Mapping[str, Any], **stocks: Mapping[str, Any]) -> CompiledMeasure:
    """Return a measure as it is compiled from a file; `stocks` are named conditions on the same subject."""
    measure = Measure.model_validate(written)
    named = {
        name: Measure.model_validate({"subject": measure.subject, "stock": condition})
        for name, condition in stocks.items()
    }
    return compile_measure(
        "m",
        measure,
        PLACE,
        {name: (one.subject, one.stock) for name, one in named.items() if one.stock is not None},
    )


def amounts(
    written: Mapping[str, Any], facts: Grouped, key: str = "K", **stocks: Mapping[str, Any]
) -> dict[tuple[int, str, str], Amount]:
    """Return (day, agency, bucket) -> amount, where it is not 0."""
    panes = amounts_of(compiled(written, **stocks), facts, key)
    return {
        (day, agency, bucket): amount
        for (bucket, agency, day), amount in panes.items()
        if amount != 0
    }


RECEIVED = told("dossier.received", asserted(10, intake_channel="online", procedure_online_level=3))
RESOLVED = told("dossier.resolved", asserted(14, "A2", outcome="granted"))
OPEN = {"has": {"fact": "dossier.received", "until": "dossier.resolved"}}


def used(day: int, agency: str = "A1", **payload: Any) -> Any:  # noqa: ANN401 - a payload
    """Return an assertion of `account.used`, which is dated by a date."""
    return asserted(day, agency, hour=None, **payload)


def test_a_flow_counts_each_fact_on_its_day_for_its_agency() -> None:
    """Two transfers by two agencies, two of one on one day."""
    moves = told("dossier.transferred", asserted(3, hour=8), asserted(3, hour=9), asserted(5, "A2"))
    flow = {"subject": "dossier", "flow": {"fact": "dossier.transferred"}}

    assert {(3, "A1", ""): 2, (5, "A2", ""): 1} == amounts(flow, subject(moves))


def test_a_flow_counts_what_where_means() -> None:
    """The other facts of the type count nowhere."""
    flow = {
        "subject": "dossier",
        "flow": {"fact": "dossier.received", "where": {"intake_channel": "online"}},
    }
    by_post = told("dossier.received", asserted(11, intake_channel="post"), key="P")

    assert {(10, "A1", ""): 1} == amounts(flow, subject(RECEIVED, by_post))


def test_a_flow_sums_a_field_and_a_missing_one_is_nothing() -> None:
    """Whole and broken numbers add up exactly."""
    uses = told("account.used", used(3, actions=4), used(4), used(5, actions=0))
    flow = {"subject": "official", "flow": {"fact": "account.used", "amount": "actions"}}

    assert {(3, "A1", ""): 4} == amounts(flow, subject(uses))


def test_a_flow_keeps_buckets_apart() -> None:
    """By the field's text; a missing field is the bucket ''."""
    moves = told("dossier.status_changed", asserted(3, to_status="paused"), asserted(4))
    flow = {"subject": "dossier", "flow": {"fact": "dossier.status_changed", "bucket": "to_status"}}

    assert {(3, "A1", "paused"): 1, (4, "A1", ""): 1} == amounts(flow, subject(moves))


def test_a_bucket_that_is_not_known_yet_counts_nowhere() -> None:
    """Working days are known once a dossier is resolved: received on Sunday, 11 January 1970, four of them to Thursday."""
    flow = {
        "subject": "dossier",
        "flow": {"fact": "dossier.received", "bucket": "dossier.working_days"},
    }

    assert {} == amounts(flow, subject(RECEIVED))
    assert [(10, "A1", "4")] == list(amounts(flow, subject(RECEIVED, RESOLVED)))


def test_first_takes_the_earliest_match_of_the_subject_only() -> None:
    """Over all keys, by moment: the first training of an official."""
    trained = [
        told("training.completed", asserted(7), key="a"),
        told("training.completed", asserted(5, "A2"), key="b"),
    ]
    flow = {"subject": "official", "flow": {"fact": "training.completed", "first": True}}

    assert {(5, "A2", ""): 1} == amounts(flow, subject(*trained))


def test_while_asks_at_the_end_of_the_fact_s_own_day() -> None:
    """A transfer on the day of the resolution is one of a dossier that is open no more."""
    moves = told(
        "dossier.transferred", asserted(9), asserted(10), asserted(13), asserted(14, hour=1)
    )
    flow = {"subject": "dossier", "flow": {"fact": "dossier.transferred", "while": "open"}}

    found = amounts(flow, subject(RECEIVED, RESOLVED, moves), open=OPEN)

    assert {(10, "A1", ""): 1, (13, "A1", ""): 1} == found


def test_a_flow_asks_for_another_fact_as_known_on_its_day() -> None:
    """Transferred before it was received is not a transfer of an online dossier, as far as that day knew."""
    moves = told("dossier.transferred", asserted(9), asserted(12))
    where = {"dossier.received.intake_channel": "online"}
    flow = {"subject": "dossier", "flow": {"fact": "dossier.transferred", "where": where}}

    assert {(12, "A1", ""): 1} == amounts(flow, subject(RECEIVED, moves))


def test_held_minutes_last_until_the_next_report_or_so_long() -> None:
    """Up at 8:00, again at 8:30, down at 12:00: 30 minutes and the 60 that a report holds."""
    reports = told(
        "system.status_reported",
        asserted(3, hour=8, status="up"),
        asserted(3, hour=8.5, status="up"),
        asserted(3, hour=12, status="down"),
    )
    where = {"status": "up"}
    flow = {
        "subject": "system",
        "flow": {"fact": "system.status_reported", "where": where, "held": 60},
    }

    assert {(3, "A1", ""): 90} == amounts(flow, subject(reports))


def test_held_minutes_are_split_at_midnight() -> None:
    """From 23:30 on: half of the hour belongs to the next day."""
    reports = told("system.status_reported", asserted(3, hour=23.5))
    flow = {"subject": "system", "flow": {"fact": "system.status_reported", "held": 60}}

    assert {(3, "A1", ""): 30, (4, "A1", ""): 30} == amounts(flow, subject(reports))


def test_minutes_are_those_of_the_clock_so_that_pieces_add_up() -> None:
    """08:00:40 to 08:01:20 crosses one full minute, cut at 08:01:00 or not."""
    start = instant(3) + 40_000_000
    middle, end = start + 20_000_000, start + 40_000_000

    whole = sum(minutes for _, minutes in minutes_by_day(start, end))
    pieces = sum(
        minutes for span in ((start, middle), (middle, end)) for _, minutes in minutes_by_day(*span)
    )

    assert (1, 1) == (whole, pieces)


def test_a_stock_is_one_more_on_its_first_day_and_one_less_after_its_last() -> None:
    """Both under the agency of the fact that opened it, whoever ended it."""
    stock = {"subject": "dossier", "stock": OPEN}

    assert {(10, "A1", ""): 1, (14, "A1", ""): -1} == amounts(stock, subject(RECEIVED, RESOLVED))


def test_a_stock_that_stays_has_no_end() -> None:
    """An open interval puts nothing on the last day that a calendar can name."""
    assert {(10, "A1", ""): 1} == amounts({"subject": "dossier", "stock": OPEN}, subject(RECEIVED))


def test_a_stock_that_changes_hands_is_split_there() -> None:
    """An official moves to another agency."""
    series = told("official.registered", used(1, "A1"), used(5, "A2"))
    stock = {"subject": "official", "stock": {"has": {"fact": "official.registered"}}}

    assert {(1, "A1", ""): 1, (5, "A1", ""): -1, (5, "A2", ""): 1} == amounts(
        stock, subject(series)
    )


def test_a_stock_may_be_kept_apart_by_a_field_of_the_fact_that_labels_it() -> None:
    """The first member of an `all` says agency and bucket."""
    registered = told("official.registered", used(1, employment_class="can_bo"))
    account = told("account.provisioned", asserted(3))
    members = [{"has": {"fact": "official.registered"}}, {"has": {"fact": "account.provisioned"}}]
    stock = {"subject": "official", "stock": {"all": members}, "bucket": "employment_class"}

    assert {(3, "A1", "can_bo"): 1} == amounts(stock, subject(registered, account))


def test_measures_on_agencies_belong_to_the_agency_itself() -> None:
    """Whoever told of it: the subject's key is its code."""
    entries = told("agency.registered", used(1, "registrar", active=True), key="A9")
    stock = {"subject": "agency", "stock": {"has": {"fact": "agency.registered"}}}
    flow = {"subject": "agency", "flow": {"fact": "agency.registered"}}

    for measure in (stock, flow):
        assert {(1, "A9", ""): 1} == amounts(measure, subject(entries), key="A9")


def test_each_counts_the_facts_in_force_and_amount_sums_them() -> None:
    """Two accounts of one official are two; a corrected field moves the sum on its day."""
    levels = [
        told(
            "procedure.online_level_changed",
            asserted(3, new_level=3),
            asserted(6, new_level=4),
            key="P/A",
        ),
        told("procedure.online_level_changed", asserted(4, "A2", new_level=2), key="P/B"),
    ]
    has = {"has": {"fact": "procedure.online_level_changed", "where": {"new_level": {"gte": 1}}}}
    each = {"subject": "procedure", "stock": has, "each": True}
    total = {"subject": "procedure", "stock": has, "amount": "new_level"}

    assert {(3, "A1", ""): 1, (4, "A2", ""): 1} == amounts(each, subject(*levels))
    assert {(3, "A1", ""): 3, (4, "A2", ""): 2, (6, "A1", ""): 1} == amounts(
        total, subject(*levels)
    )


def test_the_last_value_is_kept_in_its_bucket_a_zero_too() -> None:
    """By moment: the greatest bucket is the last value of all subjects."""
    levels = told(
        "procedure.online_level_changed", asserted(3, new_level=3), asserted(6, new_level=0)
    )
    latest = {
        "subject": "procedure",
        "latest": {"fact": "procedure.online_level_changed", "field": "new_level"},
    }

    found = amounts(latest, subject(levels))

    assert [(3, "3"), (6, "0")] == [
        (day, bucket.split("|")[-1]) for day, _, bucket in sorted(found)
    ]
    assert [bucket for _, _, bucket in sorted(found)] == sorted(bucket for _, _, bucket in found)


def test_amounts_taken_away_leave_nothing() -> None:
    """What a subject gave before is subtracted by the same code."""
    stock = compiled({"subject": "dossier", "stock": OPEN})
    facts = subject(RECEIVED, RESOLVED)
    amounts = no_amounts()

    assert not isinstance(stock.gives, Ones)
    stock.gives(facts, "K", amounts, 1)
    stock.gives(facts, "K", amounts, -1)

    assert {0} == set(amounts["m"].values())


def test_a_stock_that_begins_before_the_calendar_begins_with_it() -> None:
    """30 days before 1 January of the year 1 is no day."""
    issued = told("signature.certificate_issued", asserted(1, valid_to=EARLIEST + 1))
    start = {"field": "valid_to", "days": -30}
    stock = {
        "subject": "certificate",
        "stock": {"has": {"fact": "signature.certificate_issued", "from": start}},
    }

    assert {(EARLIEST, "A1", ""): 1} == amounts(stock, subject(issued))
