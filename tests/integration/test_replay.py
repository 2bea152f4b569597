"""Replays between two systems: a mark that is lost, portions, records that came without value or key."""

from collections.abc import Sequence

import pytest

from models.changes import OutboxMessage
from models.errors import Unavailable
from sinks.postgres import dead_letters
from sinks.postgres.connection import Connection
from sinks.postgres.dead_letters import Wanted
from sinks.postgres.ledger import Ledger
from streams import replay as replaying
from streams.replay import replay
from streams.settings import Settings
from tests.support.hand_made import PROVINCE, changes

pytestmark = pytest.mark.integration

MARKED = 'SELECT "offset" FROM api.dead_letter WHERE replayed_at IS NOT NULL ORDER BY 1'
RECORDS = {one.record.offset: one.record for one in changes().dead_letters}


class RecordingPublisher:
    """Takes everything, call by call."""

    def __init__(self) -> None:
        self.portions: list[list[OutboxMessage]] = []

    async def publish(self, messages: Sequence[OutboxMessage]) -> None:
        """Acknowledge what is sent."""
        self.portions.append(list(messages))

    async def close(self) -> None:
        """Hold nothing."""


@pytest.fixture
async def publisher(database: str, monkeypatch: pytest.MonkeyPatch) -> RecordingPublisher:
    """Return the publisher of every replay, beside a table with dead letters."""
    ledger = Ledger(database, "engine-1")
    await ledger.commit(await ledger.claim(PROVINCE), changes())
    await ledger.close()
    made = RecordingPublisher()
    monkeypatch.setattr(replaying, "Publisher", lambda *_, **__: made)
    return made


def sent(publisher: RecordingPublisher) -> list[list[int]]:
    """Return the offsets of each portion."""
    return [[message.seq for message in portion] for portion in publisher.portions]


async def test_a_mark_that_is_lost_sends_once_more_and_leaves_nothing_out(
    publisher: RecordingPublisher, connection: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The next replay sends what was sent but not marked: twice is harmless, never is not."""
    with monkeypatch.context() as patched:

        async def lost(*_: object) -> None:
            raise Unavailable("Postgres is not available")

        patched.setattr(dead_letters, "mark_replayed", lost)
        with pytest.raises(Unavailable):
            await replay(Settings(), connection, Wanted([PROVINCE], replayed=False))
    unmarked = await connection.fetch(MARKED)

    (done,) = await replay(Settings(), connection, Wanted([PROVINCE], replayed=False))

    assert [] == unmarked
    assert [sorted(RECORDS)] * 2 == sent(publisher)
    assert len(RECORDS) == done.records
    assert sorted(RECORDS) == [row[0] for row in await connection.fetch(MARKED)]


async def test_a_portion_is_marked_before_the_next_is_sent(
    publisher: RecordingPublisher, connection: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Large records go one by one; each is what came, null values and keys included."""
    monkeypatch.setattr(replaying, "AT_ONCE_BYTES", 1)
    told: list[int] = []

    await replay(Settings(), connection, Wanted([PROVINCE], replayed=False), done=told.append)

    assert [[offset] for offset in sorted(RECORDS)] == sent(publisher)
    assert [1] * len(RECORDS) == told
    for (message,) in publisher.portions:
        original = RECORDS[message.seq]
        assert (f"progress.{PROVINCE}", original.key, original.value, original.headers) == (
            message.topic,
            message.key,
            message.value,
            message.headers,
        )


async def test_a_dry_run_sends_and_marks_nothing(
    publisher: RecordingPublisher, connection: Connection
) -> None:
    """It says what would be sent, and what this version would refuse of it."""
    (done,) = await replay(Settings(), connection, Wanted([PROVINCE], replayed=False), dry_run=True)

    assert (len(RECORDS), len(RECORDS)) == (done.records, sum(done.refused.values()))
    assert ([], []) == (publisher.portions, await connection.fetch(MARKED))
