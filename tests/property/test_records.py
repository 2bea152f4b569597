"""Records of a log found again: as many of each agency and day as are counted, wherever in the log they stand."""

import datetime as dt
import json
from collections import Counter
from collections.abc import Sequence
from random import Random
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.catalogue import load_catalogue
from models.days import VIETNAM, date_of
from models.envelope import decode
from models.facts import Event, Record
from models.measures import RECORDS
from models.records import Place, Sought, counted_at
from models.sieve import Sieve
from models.stretches import Stretch, stretches
from models.topics import PROVINCES
from streams.simulator import simulate
from tests.support.fold import fold

DAYS: Final = 7
OFFSETS: Final = st.integers(0, 12_000)


def log_of(province: str, seed: int) -> list[Record]:
    """Return a log out of order, with duplicates, late records, senders whose clocks are ahead, and what is refused."""
    rng = Random(seed)  # noqa: S311 - no secret
    lines = list(simulate(seed, (province,), DAYS))
    again = [line for line in lines if rng.random() < 0.1]
    late = sorted([*lines, *again], key=lambda _: rng.random()) if seed % 2 else [*lines, *again]
    log = []
    for offset, line in enumerate(line for one in late for line in ([one] if rng.random() > 0.02 else [one, b"?"])):  # fmt: skip
        ahead = rng.randrange(20 * 3_600_000) if rng.random() < 0.2 else -60_000
        arrived_ms = _time_ms(line) - ahead if seed % 3 else 1_800_000_000_000
        log.append(Record(province, offset, arrived_ms, None, line))
    return log


def _time_ms(line: bytes) -> int:
    try:
        sent = json.loads(line)
    except ValueError:
        return 1_500_000_000_000
    return int(dt.datetime.fromisoformat(sent["time"]).timestamp() * 1000)


def naively(events: Sequence[Event], log: Sequence[Record]) -> dict[tuple[str, str], list[int]]:
    """Return (agency, day) -> offsets of what is counted, out of the JSON of accepted records."""
    found: dict[tuple[str, str], list[int]] = {}
    for event in events:
        value = log[event.offset].value
        assert value is not None
        sent = json.loads(value)
        if sent["type"].endswith((".registered.v1", "day.started.v1")):
            continue
        day = dt.datetime.fromisoformat(sent["time"]).astimezone(VIETNAM).date().isoformat()
        found.setdefault((sent["agency"], day), []).append(event.offset)
    return found


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(4))
def test_the_records_of_a_log_are_those_that_are_counted(seed: int) -> None:
    """Each pane is as many as the log has of it, by a count of its JSON; a search finds each of them once, from any place on."""
    province = PROVINCES[seed % len(PROVINCES)]
    log = log_of(province, seed)
    worker = fold(load_catalogue().province(province), log, [1_000] * (len(log) // 1_000 + 1))
    counts = {
        Place(pane.agency, pane.day): int(amount)
        for pane, amount in worker.tables.panes.items()
        if pane.measure == RECORDS
    }
    events = [event for event in map(decode, log) if isinstance(event, Event)]
    expected = naively(events, log)
    rng = Random(seed)  # noqa: S311 - no secret

    assert {(one.agency, date_of(one.day).isoformat()): n for one, n in counts.items()} == {
        place: len(offsets) for place, offsets in expected.items()
    }
    for agency in rng.sample(sorted({place.agency for place in counts}), 3):
        own = {place: count for place, count in counts.items() if place.agency == agency}
        sought, few = Sought(own, None), Sought(own, 2)
        sieve = Sieve({agency})
        starts = [rng.randrange(len(log)) for _ in range(3)]
        likely = [Stretch(first, first + rng.randrange(300)) for first in starts]
        for first, end in stretches(likely, Stretch(0, len(log))):
            for record in log[first:end]:
                event = decode(record) if sieve.passes(record) else None
                if isinstance(event, Event):
                    sought.take(event)
                    few.take(event)
        assert sought.is_done()
        assert few.is_done()
        for place in own:
            offsets = expected[place.agency, date_of(place.day).isoformat()]
            assert offsets == [event.offset for event in sought.found(place)]
            assert min(2, len(offsets)) == len(few.found(place))
            assert {event.offset for event in few.found(place)} <= set(offsets)


def test_of_registrations_and_begun_days_nothing_is_counted() -> None:
    """They tell of whom there is, and of the clock; retractions and whatever else tells of a fact are counted."""
    events = [event for event in map(decode, log_of(PROVINCES[0], 2)) if isinstance(event, Event)]
    types = Counter((event.type, counted_at(event) is not None) for event in events)

    assert types["agency.registered", False] > 0
    assert types["fact.retracted", True] > 0
    assert not any(
        counted for type_, counted in types if type_.endswith((".registered", "day.started"))
    )
    assert all(
        counted for type_, counted in types if not type_.endswith((".registered", "day.started"))
    )


@given(
    st.lists(st.tuples(OFFSETS, OFFSETS).map(lambda one: Stretch(min(one), max(one))), max_size=5),
    OFFSETS,
    OFFSETS,
)
def test_a_log_is_read_once_and_whole(likely: list[Stretch], first: int, end: int) -> None:
    """In pieces that do not overlap, the likely ones first; then what lies behind, then what lies before, backwards."""
    whole = Stretch(min(first, end), max(first, end))

    pieces = list(stretches(likely, whole))

    read = [offset for piece in pieces for offset in range(*piece)]
    assert sorted(read) == list(range(*whole))
    wanted = {offset for one in likely for offset in range(*one)} & set(range(*whole))
    assert set(read[: len(wanted)]) == wanted
    start = min((one.first for one in likely), default=whole.end)
    before = [piece for piece in pieces if piece.end <= start]
    assert before == sorted(before, reverse=True)


@given(st.text(min_size=1, max_size=8), st.booleans())
def test_a_record_that_holds_a_word_passes(word: str, ascii_only: bool) -> None:  # noqa: FBT001 - drawn
    """However JSON writes it; another word does not, unless it may be written otherwise."""
    value = json.dumps({"subject": word}, ensure_ascii=ascii_only).encode("utf-8", "replace")

    assert Sieve({word, "x" * 20}).passes(Record("p", 0, 0, None, value))
    assert not Sieve({"y" * 20}).passes(Record("p", 0, 0, None, b'{"subject": "plain"}'))
    binary = (("ce_specversion", b"1.0"), ("ce_subject", word.encode("utf-8", "replace")))
    assert Sieve({word}).passes(Record("p", 0, 0, None, b"{}", binary))
    assert Sieve({str(number) for number in range(100)}).passes(Record("p", 0, 0, None, b"{}"))
