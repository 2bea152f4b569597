"""Where in the log each day was closed: what was known then, however the log came."""

from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st

from models.catalogue import load_catalogue
from models.envelope import decode
from models.facts import Event, Record
from models.topics import PROVINCES
from tests.support.examples import examples
from tests.support.fold import fold
from tests.support.histories import histories, last_day, splits
from tests.support.oracle.province import setting

DAYS = 50
HOURS_AHEAD = 7
HOUR = 3_600_000_000


def closed_at(log: Sequence[Record], until: int) -> list[tuple[int, int]]:
    """Return (day, offset of the first record of a later day), read record by record; of the last days the log's end."""
    found: list[tuple[int, int]] = []
    as_of: int | None = None
    for record in log:
        event = decode(record)
        if not isinstance(event, Event):
            continue
        instant = min(event.time, record.timestamp_ms * 1000)
        day = (instant + HOURS_AHEAD * HOUR) // (24 * HOUR)
        if as_of is not None:
            found += [(closed, record.offset) for closed in range(as_of, day)]
        as_of = day if as_of is None else max(as_of, day)
    if as_of is not None:
        found += [(closed, log[-1].offset + 1) for closed in range(as_of, until + 1)]
    return found


@examples(20)
@given(data=st.data(), province=st.sampled_from(PROVINCES))
def test_a_day_is_closed_at_the_record_that_moves_past_it(
    data: st.DataObject, province: str
) -> None:
    """Also where one record moves past several days, and whatever the batches."""
    log = data.draw(histories(setting(province, DAYS), most=24))
    until = last_day(log, setting(province, DAYS).start, DAYS)

    tables = fold(load_catalogue().province(province), log, data.draw(splits()), until=until).tables

    assert closed_at(log, until) == [tuple(row) for row in tables.closes]
