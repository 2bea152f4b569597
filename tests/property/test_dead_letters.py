"""The limit on dead letters against the oracle: what is kept, what is counted, and every revision of the alert."""

from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from models.envelope import decode
from models.facts import Record
from tests.support.examples import examples
from tests.support.fold import Tables, fold
from tests.support.histories import splits
from tests.support.oracle.alerts import Replay, Revision
from tests.support.oracle.refusals import Refusals
from tests.support.refused import DAY, LEAST, TOPIC, Begins, keeping, log_of, records
from tests.support.revisions import revision_of

DAYS = 12

limits = st.sampled_from([1, LEAST - 1, LEAST, LEAST + 1, 2 * LEAST, 3 * LEAST + 17, 10 * LEAST])
keys = st.sampled_from([None, b"", b"key", b"k" * LEAST])
headers = st.sampled_from([(), (("ce_note", None), ("ce_lời", b"x" * LEAST))])
lengths = st.sampled_from([None, 0, 1, LEAST - 1, LEAST, LEAST + 1, 3 * LEAST])


@st.composite
def floods(draw: st.DrawFn) -> list[Record]:
    """Draw a log in which days begin, early ones come again late, and records are refused in between."""
    told: list[int | None] = []
    today = 0
    for _ in range(draw(st.integers(0, 12))):
        told += draw(st.lists(lengths, max_size=6))
        today += draw(st.sampled_from([0, 1, 1, 1, 2, -1]))
        told.append(Begins(max(today, 0)))
    told += draw(st.lists(lengths, max_size=6))
    return [replace(one, key=draw(keys), headers=draw(headers)) for one in log_of(*told)]


def replayed(log: Sequence[Record], bytes_a_day: int, until: int) -> Replay:
    """Return the oracle's reading of a log, closed up to a day."""
    replay = Replay(lambda _world, _first: [], agencies=False, refusals=Refusals(bytes_a_day))
    replay.read(map(decode, log))
    replay.close(until)
    return replay


def revisions(tables: Tables) -> list[Revision]:
    """Return the book's history of the rule, as the oracle would write it."""
    return [revision_of(row) for row in tables.alert_history if row.rule == "dead_letters"]


def check(log: Sequence[Record], bytes_a_day: int, tables: Tables, until: int) -> int:
    """Compare all that becomes of refused records; return how many revisions of the alert there are."""
    replay = replayed(log, bytes_a_day, until)
    seen = replay.refusals
    assert seen is not None

    assert seen.kept == [one.record.offset for one in tables.dead_letters]
    assert [log[offset].value for offset in seen.kept] == [
        message.value for message in tables.outbox if message.topic.startswith("deadletters.")
    ]
    assert [*range(1, tables.mark.outbox_seq + 1)] == [message.seq for message in tables.outbox]
    assert seen.within.total() + seen.beyond.total() == sum(
        row.dead_letters for row in tables.feeds.values()
    )
    assert replay.board.history == revisions(tables)
    for row in tables.alert_history:
        if row.rule == "dead_letters":
            kept = seen.within[row.closed_day]
            assert (kept + seen.beyond[row.closed_day], kept) == (row.value, row.expected)
            assert (row.state == "firing") == (seen.beyond[row.closed_day] > 0)
    return len(replay.board.history)


@examples(60)
@given(data=st.data(), log=floods(), bytes_a_day=limits)
def test_what_becomes_of_a_flood_is_what_the_oracle_says(
    data: st.DataObject, log: list[Record], bytes_a_day: int
) -> None:
    """However the log is cut, and whoever folds its parts."""
    if not log:
        return
    catalogue, until = keeping(bytes_a_day), DAY + 2 * DAYS
    tables = fold(catalogue, log, data.draw(splits()), until=until).tables
    died = fold(catalogue, log, data.draw(splits()), until=until, restarts=True).tables

    check(log, bytes_a_day, tables, until)
    assert tables == died


def test_a_log_with_many_floods_has_an_alert_of_each() -> None:
    """The comparison above is not of empty histories."""
    values = [one.value for one in log_of(*[Begins(0), 1, 1, 1, 1])]
    log = records(
        [value for day in range(0, 20, 2) for value in [log_of(Begins(day))[0].value, *values]]
    )

    tables = fold(keeping(2 * LEAST), log, [3] * len(log), until=DAY + 20).tables

    assert 20 == check(log, 2 * LEAST, tables, DAY + 20)
    assert {TOPIC} == {one.key for one in revisions(tables)}
