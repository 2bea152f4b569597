"""What goes wrong in a simulated log: each kind of trouble alone, then what the pipeline must make of it."""

from collections import Counter, defaultdict
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import msgspec
import pytest

from models.envelope import decode
from models.facts import DeadLetter, Event, Record
from streams.simulator import CALM, Trouble, simulate
from streams.simulator.trouble import BROKEN
from streams.simulator.wire import Data, Happening, Letter, envelope

NOW_MS = 1_750_000_000_000
PROVINCE = "binh-thuan"
DAYS = 60


def run(trouble: Trouble, days: int = DAYS) -> list[bytes]:
    """Return the lines of a run with one kind of trouble."""
    return list(simulate(1, [PROVINCE], days, trouble=trouble))


def events(lines: list[bytes]) -> list[dict[str, Any]]:
    """Return the CloudEvents of well-formed lines, registers apart."""
    told = [msgspec.json.decode(text) for text in lines]
    return [event for event in told if ".registered." not in event["type"]]


def delay(event: dict[str, Any]) -> timedelta:
    """Return how long after the event its report was written."""
    return moment(event, "recordedtime") - moment(event, "time")


def moment(event: dict[str, Any], attribute: str) -> datetime:
    """Return an instant of an event."""
    return datetime.fromisoformat(event[attribute])


def only(**share: float) -> Trouble:
    """Return a trouble of one kind."""
    return replace(CALM, **share)  # type: ignore[arg-type] # all shares are floats


def order_of_writing(event: dict[str, Any]) -> tuple[str, str, str]:
    """Return what orders the assertions of one fact."""
    return (event["recordedtime"], event["source"], event["id"])


@pytest.mark.parametrize(("reason", "spoil"), BROKEN)
def test_a_broken_line_is_refused_for_its_reason(
    reason: str, spoil: Callable[[dict[str, object]], bytes]
) -> None:
    """Each way to break a line makes a dead letter of just that reason."""
    data: Data = {
        "document_id": "1/VB",
        "agency_id": "000.00.01.H99",
        "doc_class": "other",
        "secret": False,
        "issued_at": "2018-01-02T08:00:00+07:00",
    }
    at = 17_533 * 86_400
    happening = Happening("document.issued", "1%2FVB", at, "000.00.01.H99", "edoc", data)
    event = envelope(happening, Letter(PROVINCE, "edoc-1", at))

    letter = decode(Record(PROVINCE, 0, NOW_MS, None, spoil(event)))

    assert isinstance(letter, DeadLetter)
    assert reason == letter.reason


def test_a_run_has_a_dead_letter_of_every_reason_and_its_neighbours_count() -> None:
    """The reasons take turns; what was broken is sent again, so nothing is missing but the broken lines."""
    lines = run(only(broken=0.02))
    letters = [decode(Record(PROVINCE, 0, NOW_MS, None, text)) for text in lines]

    reasons = Counter(letter.reason for letter in letters if isinstance(letter, DeadLetter))
    accepted = {letter.fact for letter in letters if isinstance(letter, Event)}
    calm = [decode(Record(PROVINCE, 0, NOW_MS, None, text)) for text in run(CALM)]

    assert {reason for reason, _ in BROKEN} == set(reasons)
    assert reasons["too_large"] == 1
    assert accepted <= {event.fact for event in calm if isinstance(event, Event)}
    assert len(lines) - reasons.total() >= 0.98 * len(calm)


def test_late_reports_arrive_up_to_sixty_days_later() -> None:
    """Half are written late, half are written in time and delivered late: then the order of arrival shows it."""
    told = events(run(only(late=1.0)))
    delays = [delay(event) for event in told]
    written_in_time = [event for event in told if delay(event) < timedelta(hours=1)]
    times = [event["time"] for event in written_in_time]

    assert timedelta(days=30) < max(delays) <= timedelta(days=60)
    assert 0.3 < len(written_in_time) / len(told) < 0.7
    assert times != sorted(times)


def test_duplicates_are_equal_byte_for_byte() -> None:
    """Sent twice: the second copy differs in nothing."""
    lines = [text for text in run(only(duplicated=1.0)) if b".registered." not in text]
    copies = Counter(lines)
    twice = sum(1 for number in copies.values() if number == 2)

    assert {1, 2} >= set(copies.values())
    assert twice >= 0.9 * len(copies)


def test_a_correction_asserts_the_same_fact_again_and_wins() -> None:
    """It names the event that it corrects, keeps type and key, and is written later."""
    told = events(run(only(corrected=1.0)))
    by_id = {event["id"]: event for event in told}
    pairs = [
        (by_id[event["correctionof"]], event)
        for event in told
        if event.get("correctionof") in by_id
    ]

    assert len(pairs) > 0.3 * len(told)
    for wrong, right in pairs:
        assert (wrong["type"], wrong["subject"]) == (right["type"], right["subject"])
        assert order_of_writing(wrong) < order_of_writing(right)


def test_corrections_change_the_agency_the_subject_and_other_fields() -> None:
    """Also the field that says which subject a fact is about; and some overtake what they correct."""
    told = events(run(only(corrected=1.0)))
    by_id = {event["id"]: (place, event) for place, event in enumerate(told)}
    changed: set[tuple[str, str]] = set()
    overtaken = 0
    for place, right in enumerate(told):
        if right.get("correctionof") in by_id:
            before, wrong = by_id[right["correctionof"]]
            overtaken += before > place
            kind = right["type"].split(".v1")[0].removeprefix("vn.tiendo.")
            if wrong["agency"] != right["agency"]:
                changed.add((kind, "agency"))
            for field in right["data"]:
                if wrong["data"][field] != right["data"][field]:
                    changed.add((kind, field))

    assert {
        ("dossier.received", "agency"),
        ("dossier.received", "intake_channel"),
        ("dossier.received", "received_at"),
        ("account.used", "official_id"),
        ("payment.made", "payer_id"),
    } <= changed
    assert overtaken > 0


def test_retractions_come_after_and_before_their_facts_and_some_facts_come_back() -> None:
    """A retraction names type, key and, if the fact is dated, moment of a fact that is in the log."""
    told = events(run(only(retracted=1.0)))
    facts: defaultdict[tuple[str, str, str | None], list[str]] = defaultdict(list)
    for text in run(only(retracted=1.0)):
        event = decode(Record(PROVINCE, 0, NOW_MS, None, text))
        assert isinstance(event, Event)
        if event.fact is not None and not event.type.endswith(".registered"):
            name = "retraction" if event.type == "fact.retracted" else "fact"
            facts[event.fact.type, event.fact.key, str(event.fact.moment)].append(name)
    histories = Counter(tuple(history) for history in facts.values())

    assert sum(event["type"].endswith("fact.retracted.v1") for event in told) > 0.3 * len(told)
    assert histories["fact", "retraction"] > 0
    assert histories["retraction", "fact"] > 0
    assert histories["fact", "retraction", "fact"] > 0


def test_registers_are_spared() -> None:
    """Denominators stay as the plans print them, whatever goes wrong elsewhere."""
    registers = [
        {
            (event["type"], event["subject"], msgspec.json.encode(event["data"]))
            for event in map(msgspec.json.decode, run(trouble, 3))
            if ".registered." in event["type"]
        }
        for trouble in (CALM, only(corrected=0.5, retracted=0.5))
    ]

    assert registers[0] == registers[1]
