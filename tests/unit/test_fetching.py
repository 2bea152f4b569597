"""How much of what was fetched makes a batch."""

from collections.abc import Sequence

import pytest
from aiokafka import ConsumerRecord
from aiokafka.errors import CorruptRecordException

from streams.fetching import BATCH_RECORDS, PORTION_RECORDS, fill


def records(count: int, size: int, *, first: int = 0) -> "list[ConsumerRecord[bytes, bytes]]":
    """Return records that weigh `size` bytes each, most of it in their headers."""
    header = ("note", bytes(size - 10))
    return [
        ConsumerRecord("progress.x", 0, first + n, 0, 0, b"key", b"val", None, 3, 3, (header,))
        for n in range(count)
    ]


class Backlog:
    """What is left of a fetch: portions, and perhaps an error after them."""

    def __init__(self, record_bytes: int, error: Exception | None = None, ends_at: int = 10**9):
        self._record_bytes = record_bytes
        self._error = error
        self._ends_at = ends_at
        self.taken = PORTION_RECORDS
        self.batch = records(PORTION_RECORDS, record_bytes)

    async def more(self) -> "Sequence[ConsumerRecord[bytes, bytes]]":
        """Return the next portion."""
        if self.taken >= self._ends_at:
            if self._error is not None:
                raise self._error
            return ()
        self.taken += PORTION_RECORDS
        return records(PORTION_RECORDS, self._record_bytes, first=self.taken - PORTION_RECORDS)


@pytest.mark.parametrize(
    ("record_bytes", "most_bytes", "expected"),
    [
        (1_000, 1_000_000, 1_000),
        (1_001, 1_000_000, 1_000),
        (999, 1_000_000, 1_000 + PORTION_RECORDS),
        (10_000_000, 1_000_000, PORTION_RECORDS),
        (10, 4_000_000, BATCH_RECORDS),
    ],
)
async def test_a_batch_is_full_by_bytes_or_by_records(
    record_bytes: int, most_bytes: int, expected: int
) -> None:
    """Keys, values and headers weigh; it outgrows its bounds by less than a portion, and is never empty."""
    backlog = Backlog(record_bytes)

    await fill(backlog.batch, backlog.more, most_bytes, BATCH_RECORDS)

    assert list(range(expected)) == [one.offset for one in backlog.batch]
    assert backlog.taken == expected


async def test_a_batch_ends_where_the_fetch_does() -> None:
    """Nobody waits for more."""
    backlog = Backlog(100, ends_at=4 * PORTION_RECORDS)

    await fill(backlog.batch, backlog.more, 1_000_000, BATCH_RECORDS)

    assert list(range(4 * PORTION_RECORDS)) == [one.offset for one in backlog.batch]


async def test_what_was_taken_before_an_error_is_delivered() -> None:
    """The position is behind it already, so an error now would lose it; the next fetch meets the error again."""
    backlog = Backlog(100, CorruptRecordException("Invalid CRC"), ends_at=3 * PORTION_RECORDS)

    await fill(backlog.batch, backlog.more, 1_000_000, BATCH_RECORDS)

    assert list(range(3 * PORTION_RECORDS)) == [one.offset for one in backlog.batch]
    with pytest.raises(CorruptRecordException):
        await backlog.more()
