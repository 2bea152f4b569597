"""What the contest of the peers rests on: all count by the same rule, and what is wrong is found."""

import itertools
import json
from collections import Counter
from collections.abc import Sequence

import pytest

from models.changes import Amount, Mark, PaneKey, StoredBook
from models.days import date_of
from models.envelope import decode
from models.facts import Event, Record
from models.topics import PROVINCES
from tests.bench.peers.contest import difference, latencies_of
from tests.bench.peers.counting import Row, row_of
from tests.bench.peers.load import Line, Load, Sent, percentile
from tests.bench.peers.tiendo_worker import ChannelBook, restore
from tests.support.fold import all_at_once

NOW_MS = 1_800_000_000_000
EVENTS = 1500


@pytest.fixture(scope="module")
def load() -> Load:
    """Make a small load: long enough for a template of a marker in every province."""
    return Load(EVENTS)


def decoded(lines: Sequence[Line], province: str) -> list[Event]:
    """Return a province's events as the product's decoder reads them; it refuses none."""
    values = [line.value for line in lines if line.province == province]
    records = [Record(province, place, NOW_MS, None, one) for place, one in enumerate(values)]
    events = [event for event in map(decode, records) if isinstance(event, Event)]
    assert len(values) == len(events)
    return events


def row(province: str, pane: PaneKey) -> Row:
    """Return the row that a pane is."""
    level, channel = pane.bucket.split("/")
    return Row(province, pane.agency, int(level), channel, date_of(pane.day).isoformat())


def folded(book: ChannelBook, events: list[Event], size: int) -> dict[PaneKey, Amount]:
    """Return the panes that batches of `size` events write, checking which of them are called new."""
    written: dict[PaneKey, Amount] = {}
    for start in range(0, len(events), size):
        batch = events[start : start + size]
        changes = all_at_once(book.apply(batch, {}, next_offset=start + len(batch), last_crc=0))
        assert changes.panes.keys() - written.keys() == changes.new_panes
        written |= changes.panes
    return written


@pytest.mark.parametrize("size", [1, 7, EVENTS])
def test_the_product_counts_by_the_rule_of_the_peers(load: Load, size: int) -> None:
    """Its panes of a log, markers included, are the rows that counting the same JSON gives, however the log is cut."""
    lines = [*load.full_log()[0], *itertools.islice(load.flow(5), EVENTS), *load.full_log()[1]]
    expected = Counter(row_of(json.loads(line.value)) for line in lines)
    empty = StoredBook(Mark(), {}, {}, {}, {}, {}, (), {}, {}, {})

    found = {
        row(province, pane): amount
        for province in PROVINCES
        for pane, amount in folded(restore(province, empty), decoded(lines, province), size).items()
    }

    assert expected == found


def test_every_province_gets_markers_and_each_has_a_row_of_its_own(load: Load) -> None:
    """A fourth of the flow are markers, in rising order, counted at level 0 and channel ''."""
    markers = [line for line in itertools.islice(load.flow(5), 40) if line.marker is not None]

    assert [f"zz-{number:08d}" for number in range(5, 15)] == [line.marker for line in markers]
    assert set(PROVINCES) == {line.province for line in markers}
    for line in markers:
        counted = row_of(json.loads(line.value))
        assert (line.province, line.marker, 0, "") == counted[:4]


def test_every_kind_of_wrong_row_is_found() -> None:
    """Missing, too high, too low and invented rows are told apart; a right one is none of them."""
    rows = [Row("p", agency, 0, "", "2016-03-01") for agency in "abcde"]
    log = dict.fromkeys(rows[:4], 2)

    found = difference({rows[0]: 2, rows[1]: 3, rows[2]: 1, rows[4]: 1}, log)

    assert (1, 1, 1, 1) == found
    assert 4 == found.wrong_rows
    assert 0 == difference(log, log).wrong_rows


def test_a_marker_is_seen_with_the_first_that_is_not_before_it() -> None:
    """Its row came no later than the first sight of itself or of one behind it; provinces are apart."""
    sent = [Sent("p", "zz-1", 10.0), Sent("q", "zz-2", 11.0), Sent("p", "zz-3", 12.0)]
    seen = {"p": [(10.5, "zz-0"), (12.5, "zz-3")], "q": [(11.25, "zz-2")]}

    assert [2.5, 0.25, 0.5] == list(latencies_of(sent, seen))


def test_a_percentile_is_a_value_that_was_measured() -> None:
    """The median of four is the second, the last per cent the greatest."""
    assert 2 == percentile([4, 1, 3, 2], 0.5)
    assert 4 == percentile([4, 1, 3, 2], 0.99)
