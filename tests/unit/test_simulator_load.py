"""The benchmark's load: its size, its mix, and its spread over provinces, days and agencies."""

from collections import Counter
from datetime import datetime, timedelta

import msgspec
import pytest

from models.envelope import decode
from models.errors import UsageError
from models.facts import Event, Record
from models.topics import PROVINCES
from streams.simulator import load, span

NOW_MS = 1_750_000_000_000
EVENTS = 10_000

Lines = list[tuple[str, bytes]]


@pytest.fixture(scope="module", name="lines")
def fixture_lines() -> Lines:
    """Return a load of ten thousand events."""
    return list(load(1, EVENTS))


def test_a_load_has_as_many_events_as_asked_for_spread_over_the_provinces(lines: Lines) -> None:
    """Provinces take turns event by event."""
    provinces = Counter(province for province, _ in lines)

    assert dict.fromkeys(PROVINCES, EVENTS // 5) == provinces


def test_every_line_of_a_load_is_accepted_by_its_province(lines: Lines) -> None:
    """A benchmark of dead letters would measure something else."""
    events = [decode(Record(province, 0, NOW_MS, None, text)) for province, text in lines]

    assert EVENTS == sum(isinstance(event, Event) for event in events)


def test_a_load_registers_its_agencies_first_and_uses_them_all(lines: Lines) -> None:
    """Two hundred in all, forty a province."""
    events = [msgspec.json.decode(text) for _, text in lines]

    registered = {event["agency"] for event in events[:200]}

    assert {"vn.tiendo.agency.registered.v1"} == {event["type"] for event in events[:200]}
    assert len(registered) == 200
    assert registered == {event["agency"] for event in events[200:]}


def test_a_load_moves_evenly_through_its_days_inside_every_plan(lines: Lines) -> None:
    """Ninety days from first to last arrival; late events reach back up to sixty days, never out of the plan."""
    for province in PROVINCES:
        first, last = (datetime.fromordinal(719_163 + day) for day in span(province))
        events = [msgspec.json.decode(text) for owner, text in lines if owner == province]
        times = [datetime.fromisoformat(event["time"]).replace(tzinfo=None) for event in events]
        written = [
            datetime.fromisoformat(event.get("recordedtime", event["time"])).replace(tzinfo=None)
            for event in events
        ]

        assert (written[-1].date() - written[0].date()).days == 89
        assert written == sorted(written)
        assert first <= min(times) <= max(times) <= last + timedelta(days=1)


def test_a_load_is_mixed_a_little_late_and_a_little_corrected(lines: Lines) -> None:
    """Ten types and more; about one event in a hundred is late, one in a hundred corrects another."""
    events = [msgspec.json.decode(text) for _, text in lines]
    corrected = sum("correctionof" in event for event in events)
    late = sum("recordedtime" in event and "correctionof" not in event for event in events)

    assert len({event["type"] for event in events}) >= 10
    assert 0.005 < corrected / EVENTS < 0.015
    assert 0.005 < late / EVENTS < 0.015


def test_events_of_a_load_have_about_four_hundred_bytes(lines: Lines) -> None:
    """The size at which the ceiling was measured."""
    mean = sum(len(text) for _, text in lines) / EVENTS

    assert 350 < mean < 480


@pytest.mark.parametrize("days", [0, 306])
def test_a_load_that_does_not_fit_into_every_plan_is_refused(days: int) -> None:
    """Three plans are of one year; the lead-in takes sixty days of it."""
    with pytest.raises(UsageError):
        load(1, 10, days)
