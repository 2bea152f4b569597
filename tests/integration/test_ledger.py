"""The commit protocol on a real Postgres: who may write, and what is true after each way in which a commit can end."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from dataclasses import replace

import asyncpg
import pytest

from models.errors import Fenced, Unavailable
from sinks.postgres.connection import Connection, connect
from sinks.postgres.ledger import Claim, Ledger
from tests.support.eventually import eventually
from tests.support.hand_made import MARK, PROVINCE, START, changes
from tests.support.proxy import Cut, cutting_proxy
from tests.support.written import TABLES, rows_by_table

pytestmark = pytest.mark.integration

END_WHO_WAITS = """
SELECT bool_or(pg_terminate_backend(pid)) FROM pg_stat_activity
WHERE datname = current_database() AND wait_event_type = 'Lock'"""


async def test_the_first_claim_starts_a_province_and_each_later_one_raises_its_epoch(
    ledger: Ledger,
) -> None:
    """A province needs no preparation: its mark begins at offset 0 without days."""
    first = await ledger.claim(PROVINCE)
    second = await ledger.claim(PROVINCE)

    assert Claim(PROVINCE, 1, START) == first
    assert Claim(PROVINCE, 2, START) == second


async def test_an_owner_that_was_overtaken_is_fenced_and_writes_nothing(
    ledger: Ledger, rival: Ledger, connection: Connection
) -> None:
    """The epoch decides: rows of a worker that lost its province never land, even from the right base."""
    old = await ledger.claim(PROVINCE)
    await rival.claim(PROVINCE)

    with pytest.raises(Fenced, match="claimed at epoch 1, the ledger has epoch 2, offset 0"):
        await ledger.commit(old, changes())

    assert dict.fromkeys(TABLES, 0) == await rows_by_table(connection)


async def test_changes_from_another_base_are_fenced_and_write_nothing(
    ledger: Ledger, connection: Connection
) -> None:
    """Offset, as-of day and closed day are compared: a dropped batch is never skipped in silence."""
    claim = await ledger.claim(PROVINCE)
    for base in (
        replace(START, next_offset=1),
        replace(START, as_of=MARK.as_of),
        replace(START, closed=MARK.closed),
    ):
        with pytest.raises(Fenced):
            await ledger.commit(claim, changes(base))

    assert dict.fromkeys(TABLES, 0) == await rows_by_table(connection)


async def test_an_overtaken_owner_can_neither_load_nor_park(ledger: Ledger, rival: Ledger) -> None:
    """What a former owner does to a province has no effect, and it is told so."""
    old = await ledger.claim(PROVINCE)
    new = await rival.claim(PROVINCE)

    with pytest.raises(Fenced):
        await ledger.load(old)
    with pytest.raises(Fenced):
        await ledger.park(old, "retention_loss", "the log starts at 7, our mark is 3")
    await rival.commit(new, changes())


async def test_the_same_changes_again_change_nothing(
    ledger: Ledger, connection: Connection
) -> None:
    """A caller that does not know whether its commit landed repeats it; histories and outbox have their rows once."""
    claim = await ledger.claim(PROVINCE)
    await ledger.commit(claim, changes())
    once = await rows_by_table(connection)

    await ledger.commit(claim, changes())

    assert once == await rows_by_table(connection)


@pytest.mark.parametrize(("cut", "landed"), [(Cut.BEFORE, 0), (Cut.AFTER, 1)])
async def test_a_lost_commit_is_resolved_by_repeating_it(
    cut: Cut, landed: int, database: str, ledger: Ledger, connection: Connection
) -> None:
    """Whether the COMMIT or only its reply was lost, the first try is Unavailable and the second leaves the rows once."""
    await ledger.claim(PROVINCE)
    async with cutting_proxy(database) as proxy:
        behind = Ledger(proxy.uri, "engine-1")
        claim = await behind.claim(PROVINCE)
        proxy.cut = cut
        with pytest.raises(Unavailable):
            await behind.commit(claim, changes())
        assert 1 == proxy.cuts_made
        assert landed == await connection.fetchval("SELECT count(*) FROM tiendo.alert_history")

        await behind.commit(claim, changes())
        await behind.close()

    assert MARK == (await ledger.claim(PROVINCE)).mark
    assert 1 == await connection.fetchval("SELECT count(*) FROM tiendo.alert_history")


async def test_a_lost_commit_of_an_owner_that_was_overtaken_is_fenced(
    database: str, ledger: Ledger
) -> None:
    """It had landed, but somebody else claimed since: the province is theirs, whatever we had."""
    async with cutting_proxy(database) as proxy:
        behind = Ledger(proxy.uri, "engine-1")
        claim = await behind.claim(PROVINCE)
        proxy.cut = Cut.AFTER
        with pytest.raises(Unavailable):
            await behind.commit(claim, changes())
        await ledger.claim(PROVINCE)

        with pytest.raises(Fenced):
            await behind.commit(claim, changes())
        await behind.close()


async def test_a_connection_that_ends_within_a_commit_is_unavailable(
    ledger: Ledger, connection: Connection
) -> None:
    """Postgres restarts or an administrator ends a session: nothing was written, the next try opens another connection."""
    claim = await ledger.claim(PROVINCE)
    async with connection.transaction():
        await connection.execute(
            "SELECT FROM tiendo.progress WHERE province = $1 FOR UPDATE", PROVINCE
        )
        commit = asyncio.create_task(ledger.commit(claim, changes()))
        await eventually(lambda: connection.fetchval(END_WHO_WAITS))
        with pytest.raises(Unavailable):
            await commit

    assert dict.fromkeys(TABLES, 0) == await rows_by_table(connection)
    await ledger.commit(claim, changes())
    assert MARK == (await ledger.load(claim)).mark


async def test_a_locked_province_holds_up_nobody_else(
    ledger: Ledger, connection: Connection
) -> None:
    """An owner frozen inside its transaction holds its row: claims of it give up in time, other provinces go on at once."""
    await ledger.claim(PROVINCE)
    async with connection.transaction():
        await connection.execute(
            "SELECT FROM tiendo.progress WHERE province = $1 FOR UPDATE", PROVINCE
        )
        waiting = asyncio.create_task(ledger.claim(PROVINCE))
        other = await asyncio.wait_for(ledger.claim("tra-vinh"), 2)
        with pytest.raises(Unavailable, match="55P03"):
            await waiting

    assert 1 == other.epoch


async def test_an_owner_that_froze_while_it_sent_rows_is_let_go_of_by_the_next_claim(
    ledger: Ledger, database: str
) -> None:
    """Its transaction is not idle, so no timeout of Postgres ends it: whoever claims does, and goes on."""
    await ledger.claim(PROVINCE)
    frozen = await connect(database, f"tiendo ledger {PROVINCE}")
    await frozen.execute("BEGIN")
    await frozen.execute("UPDATE tiendo.progress SET epoch = epoch WHERE province = $1", PROVINCE)
    never = asyncio.Event()

    async def rows() -> AsyncIterator[bytes]:
        await never.wait()
        yield b""

    sending = asyncio.create_task(
        frozen.copy_to_table("kept", schema_name="tiendo", source=rows(), timeout=None)
    )
    try:
        with pytest.raises(Unavailable, match="former owner"):
            await ledger.claim(PROVINCE)
        again = await ledger.claim(PROVINCE)
    finally:
        never.set()
        with contextlib.suppress(asyncpg.PostgresError, asyncpg.InterfaceError, OSError):
            await sending
        frozen.terminate()

    assert 2 == again.epoch


async def test_a_parked_province_cannot_be_claimed(ledger: Ledger, connection: Connection) -> None:
    """Only an operator's decision goes on; the refusal says why it was parked, and the epoch stays."""
    claim = await ledger.claim(PROVINCE)
    await ledger.park(claim, "retention_loss", "the log starts at 7, our mark is 3")

    with pytest.raises(
        Fenced, match=r"parked \(retention_loss: the log starts at 7, our mark is 3\)"
    ):
        await ledger.claim(PROVINCE)

    assert 1 == await connection.fetchval(
        "SELECT epoch FROM tiendo.progress WHERE province = $1", PROVINCE
    )


async def test_a_version_that_is_not_registered_waits_for_the_migration(
    database: str, ledger: Ledger
) -> None:
    """Nobody knows whether it is a later one: it claims nothing, not even a province that is still empty, and the owner goes on."""
    claim = await ledger.claim(PROVINCE)
    unknown = Ledger(database, "engine-9")

    for province in (PROVINCE, "tra-vinh"):
        with pytest.raises(Unavailable, match=f"engine-9 .* for {province}: run `tiendo migrate`"):
            await unknown.claim(province)
    await unknown.close()

    await ledger.commit(claim, changes())


async def test_postgres_away_is_unavailable(tmp_path_factory: pytest.TempPathFactory) -> None:
    """No server at the address: back off and try again, not a crash."""
    ledger = Ledger(
        f"postgresql://postgres@/x?host={tmp_path_factory.mktemp('nobody')}", "engine-1"
    )

    with pytest.raises(Unavailable, match="Postgres is not available"):
        await ledger.claim(PROVINCE)


async def test_a_database_without_tables_is_unavailable_and_says_what_to_do(
    empty_database: str,
) -> None:
    """A worker that starts before `tiendo migrate` waits for it."""
    ledger = Ledger(empty_database, "engine-1")

    with pytest.raises(Unavailable, match="run `tiendo migrate`"):
        await ledger.claim(PROVINCE)
    await ledger.close()
