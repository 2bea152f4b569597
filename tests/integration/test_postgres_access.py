"""The roles of the database: each does what its work needs; one test for each thing that it may not."""

import asyncio
import json
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Final

import asyncpg
import psycopg
import pytest

from models.catalogue import load_catalogue
from models.errors import Forbidden
from models.topics import PROVINCES
from sinks.postgres import queries
from sinks.postgres.connection import Connection, connect
from sinks.postgres.migrations import upgrade
from streams.cli.app import run
from streams.embedded import embedded_postgres
from streams.lines import lines_of
from streams.provision import provide_schema
from streams.sending import Sender
from tests.support.certificates import Authority
from tests.support.eventually import eventually
from tests.support.hand_made import PROVINCE, changes
from tests.support.kafka import ApacheKafka
from tests.support.processes import Starter
from tests.support.site import Site
from tests.support.tls import tls_before
from tests.support.written import commit

pytestmark = pytest.mark.integration

OTHER: Final = "tra-vinh"
MEMBERS: Final = {
    "bang_dieu_khien": "tiendo_reader",
    "bang_dong_nai": "tiendo_reader_dong_nai",
    "bang_tra_vinh": "tiendo_reader_tra_vinh",
    "van_hanh": "tiendo_operator",
    "tho": "tiendo_worker",
    "nguoi_la": None,
}
"""Logins, and the role that each is a member of."""
READER, DONG_NAI, TRA_VINH, OPERATOR, WORKER, STRANGER = MEMBERS
_ANOTHER_PROVINCE: Final = """
INSERT INTO tiendo.{table}
SELECT (jsonb_populate_record(t, '{{"province": "tra-vinh"}}')).* FROM tiendo.{table} t WHERE province = 'dong-nai'
ON CONFLICT DO NOTHING"""
_VIEWS: Final = "SELECT relname FROM pg_class WHERE relnamespace = 'api'::regnamespace ORDER BY 1"
_TABLES: Final = (
    "SELECT relname FROM pg_class WHERE relnamespace = 'tiendo'::regnamespace AND relkind = 'p'"
)


@pytest.fixture(scope="session")
def logins(postgres_server: str) -> None:
    """Make the logins, once a server."""
    with psycopg.connect(postgres_server, autocommit=True) as administrator:
        for name in MEMBERS:
            administrator.execute(f"CREATE ROLE {name} LOGIN")


@pytest.fixture
def members(database: str, logins: None) -> None:  # noqa: ARG001 - the logins must be there
    """Give each login its role; the roles are there since the database was migrated."""
    with psycopg.connect(database, autocommit=True) as administrator:
        for name, role in MEMBERS.items():
            if role is not None:
                administrator.execute(f"GRANT {role} TO {name}")


def login(uri: str, name: str) -> str:
    """Return the address with another user."""
    return re.sub(r"//[^/@]*@", f"//{name}@", uri, count=1)


async def provinces_seen(database: str, user: str) -> dict[str, set[str]]:
    """Return view -> the provinces whose rows a user sees there."""
    reader = await connect(login(database, user), "test")
    try:
        views = [row["relname"] for row in await reader.fetch(_VIEWS)]
        return {
            view: {
                row["province"]
                for row in await reader.fetch(f"SELECT DISTINCT province FROM api.{view}")  # noqa: S608 - from the catalog
            }
            for view in views
        }
    finally:
        await reader.close()


async def two_provinces(database: str, connection: Connection) -> None:
    """Leave the same rows for two provinces, in every table and so in every view."""
    await commit(database, connection, changes())
    for row in await connection.fetch(_TABLES):
        await connection.execute(_ANOTHER_PROVINCE.format(table=row["relname"]))


@pytest.mark.usefixtures("members")
@pytest.mark.parametrize(
    ("user", "provinces"),
    [
        (READER, {PROVINCE, OTHER}),
        (OPERATOR, {PROVINCE, OTHER}),
        (DONG_NAI, {PROVINCE}),
        (TRA_VINH, {OTHER}),
    ],
)
async def test_a_reader_sees_its_provinces_in_every_view(
    database: str, connection: Connection, user: str, provinces: set[str]
) -> None:
    """No row of another province in any of them; the contract's views are all there."""
    await two_provinces(database, connection)

    seen = await provinces_seen(database, user)

    assert set(queries.VIEWS) <= set(seen)
    assert dict.fromkeys(seen, provinces) == seen


@pytest.mark.usefixtures("members")
async def test_a_function_of_the_readers_own_sees_no_other_provinces_row(
    database: str, connection: Connection
) -> None:
    """A condition that costs nothing would be tried first, and could tell what it was shown: each view is a barrier."""
    await two_provinces(database, connection)
    reader = await connect(login(database, DONG_NAI), "test")
    await reader.execute("""
        CREATE FUNCTION pg_temp.shown(province text) RETURNS boolean LANGUAGE plpgsql COST 0.0000001 AS $$
        BEGIN
            IF province <> 'dong-nai' THEN RAISE EXCEPTION 'shown a row of %', province; END IF;
            RETURN true;
        END $$""")

    for view in queries.VIEWS:
        assert await reader.fetchval(
            f"SELECT count(*) FROM api.{view} WHERE pg_temp.shown(province)"  # noqa: S608 - constants
        )
    await reader.close()


@pytest.mark.usefixtures("members")
@pytest.mark.parametrize(
    ("user", "statement"),
    [
        *(
            (user, statement)
            for user in (READER, DONG_NAI, OPERATOR)
            for statement in (
                "UPDATE api.alert SET state = 'resolved'",
                "DELETE FROM api.kpi_history",
                "INSERT INTO api.dead_letter (province) VALUES ('dong-nai')",
                "CREATE TABLE api.mine ()",
                "DROP VIEW api.alert",
                "SELECT FROM tiendo.pane",
                "SELECT FROM tiendo.subject",
                "SELECT FROM tiendo.outbox",
                "SET ROLE tiendo_worker",
            )
        ),
        (READER, "SELECT value FROM tiendo.dead_letter"),
        (READER, "SET ROLE tiendo_operator"),
        (DONG_NAI, "SELECT value FROM tiendo.dead_letter_dong_nai"),
        (DONG_NAI, "SET ROLE tiendo_reader"),
        (DONG_NAI, "SET ROLE tiendo_reader_tra_vinh"),
        (OPERATOR, "UPDATE tiendo.dead_letter SET reason = 'not_json'"),
        (OPERATOR, "DELETE FROM tiendo.dead_letter"),
        (WORKER, "CREATE TABLE tiendo.mine ()"),
        (WORKER, "CREATE TABLE public.mine ()"),
        (WORKER, "CREATE SCHEMA mine"),
        (WORKER, "ALTER TABLE tiendo.pane ADD COLUMN mine text"),
        (WORKER, "DROP TABLE tiendo.pane_dong_nai"),
        (WORKER, "TRUNCATE tiendo.pane"),
        (WORKER, "UPDATE tiendo.decision SET decided_by = 'nobody'"),
        (WORKER, "DELETE FROM tiendo.decision"),
        (
            WORKER,
            "INSERT INTO tiendo.engine (province, version, number) VALUES ('dong-nai', 'x', 9)",
        ),
        (WORKER, "SELECT FROM tiendo.migration"),
        (WORKER, "SELECT FROM api.alert"),
        (WORKER, "SELECT tiendo.add_province('ha-noi')"),
        (WORKER, "CREATE ROLE mine"),
        (STRANGER, "SELECT FROM api.alert"),
        (STRANGER, "SELECT FROM tiendo.progress"),
    ],
)
async def test_what_a_role_may_not_do(database: str, user: str, statement: str) -> None:
    """What its work does not need is refused by the server, not by our programs."""
    connection = await connect(login(database, user), "test")

    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await connection.execute(statement)
    await connection.close()


@pytest.mark.usefixtures("members")
async def test_an_operator_reads_refused_records_and_notes_that_one_was_sent_again(
    database: str, connection: Connection
) -> None:
    """The bytes may name people: they are for this role, which changes nothing else of them."""
    await commit(database, connection, changes())
    operator = await connect(login(database, OPERATOR), "test")

    assert [b"secret", None] == [
        row["value"]
        for row in await operator.fetch("SELECT value FROM tiendo.dead_letter ORDER BY 1")
    ]
    assert "UPDATE 2" == await operator.execute("UPDATE tiendo.dead_letter SET replayed_at = now()")
    await operator.close()


async def test_an_owner_that_may_make_no_roles_names_those_that_are_missing() -> None:
    """It migrates all the same, and grants the rights once an administrator has made the roles."""
    catalogue = load_catalogue()
    may = "SELECT has_table_privilege('tiendo_reader_tra_vinh', 'api.alert', 'SELECT')"
    async with embedded_postgres(durable=False) as server:
        with psycopg.connect(server, autocommit=True) as administrator:
            administrator.execute("CREATE ROLE tiendo_migrator LOGIN")
            administrator.execute("ALTER DATABASE postgres OWNER TO tiendo_migrator")
            (told,) = [
                line
                for line in await provide_schema(login(server, "tiendo_migrator"), catalogue)
                if line.startswith("roles: ")
            ]
            assert told.endswith("is for an administrator of the server to run; then migrate again")
            statements = re.findall(r"CREATE ROLE \w+;", told)
            assert len(statements) == 3 + len(PROVINCES)
            for statement in statements:
                administrator.execute(statement)
            lines = await provide_schema(login(server, "tiendo_migrator"), catalogue)
            assert not [line for line in lines if line.startswith("roles: ")]
            assert (True,) == administrator.execute(may).fetchone()


@pytest.mark.usefixtures("members")
def test_only_the_owner_migrates(database: str) -> None:
    """Anybody else is told so in one sentence, and nothing has changed."""
    with pytest.raises(Forbidden, match="migrate as the one that owns the database"):
        upgrade(login(database, READER))


async def test_a_login_that_is_not_known_is_told_what_to_check(database: str) -> None:
    """Without the server's own words, which may quote the address."""
    with pytest.raises(Forbidden, match=r"does not accept this login .*TIENDO_POSTGRES_DSN"):
        async with queries.reading(login(database, "khong_ai")):
            pass


@pytest.mark.usefixtures("members")
async def test_tls_is_checked_by_every_client(
    database: str, postgres_server: str, tmp_path: Path
) -> None:
    """`verify-full` with the authority's certificate is an address like any other; with another's nobody connects."""
    authority = Authority(tmp_path)
    wrong = Authority(tmp_path, "wrong").file
    async with tls_before(postgres_server, authority) as proxy:
        address = encrypted(database, proxy.port, "postgres")
        async with queries.reading(f"{address}&sslrootcert={authority.file}") as connection:
            assert 1 == await connection.fetchval("SELECT 1")
        assert (
            await asyncio.to_thread(upgrade, f"{address}&sslrootcert={authority.file}")
        ).steps == ()
        assert 2 == proxy.encrypted
        with pytest.raises(Forbidden, match=r"no trust between us and Postgres .*sslrootcert"):
            async with queries.reading(f"{address}&sslrootcert={wrong}"):
                pass


def encrypted(database: str, port: int, user: str) -> str:
    """Return the address of a database behind the proxy."""
    name = psycopg.conninfo.conninfo_to_dict(database)["dbname"]
    return f"postgresql://{user}@127.0.0.1:{port}/{name}?sslmode=verify-full"


@pytest.fixture
def owned(empty_database: str, logins: None) -> Iterator[str]:  # noqa: ARG001 - the logins must be there
    """Return the address of a database for its owner, who is no superuser and may make roles."""
    with psycopg.connect(empty_database, autocommit=True) as administrator:
        administrator.execute("CREATE ROLE tiendo_migrator LOGIN CREATEROLE")
        administrator.execute(
            f"ALTER DATABASE {administrator.info.dbname} OWNER TO tiendo_migrator"
        )
    yield login(empty_database, "tiendo_migrator")
    with psycopg.connect(empty_database, autocommit=True) as administrator:
        administrator.execute("DROP OWNED BY tiendo_migrator CASCADE")
        administrator.execute(f"ALTER DATABASE {administrator.info.dbname} OWNER TO CURRENT_USER")
        administrator.execute("DROP ROLE tiendo_migrator")


@pytest.mark.kafka
@pytest.mark.logs_errors
async def test_each_does_its_work_with_its_own_rights(
    owned: str,
    kafka: ApacheKafka,
    postgres_server: str,
    starter: Starter,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """The owner migrates, a worker folds and sends behind TLS, a province's reader sees its figures by `tiendo kpi`, without an error."""
    await provide_schema(owned, load_catalogue())
    administrator = await connect(login(owned, "postgres"), "test")
    for name in (WORKER, TRA_VINH):
        await administrator.execute(f"GRANT {MEMBERS[name]} TO {name}")
    authority = Authority(tmp_path)
    async with tls_before(postgres_server, authority) as proxy:
        address = f"{encrypted(owned, proxy.port, WORKER)}&sslrootcert={authority.file}"
        site = Site(kafka, address, starter)
        await site.fresh_topics()
        worker = site.worker()
        async with Sender(site.settings) as sender:
            await sender.send(lines_of(Path(__file__).parents[1] / "fixtures" / "first.ndjson"))
        await eventually(lambda: _has(administrator, sender.ends))
        sent = "SELECT count(*) > 0 AND bool_and(published_at IS NOT NULL) FROM tiendo.outbox"
        await eventually(lambda: administrator.fetchval(sent))
        worker.terminate()
        assert 0 == await worker.ended()
        verify = site.command("verify", "--province", OTHER)
        assert 0 == await verify.ended(), verify.text()
        assert not proxy.refused
    await administrator.close()

    monkeypatch.setenv("TIENDO_POSTGRES_DSN", login(owned, TRA_VINH))
    assert {OTHER} == await seen_by(["kpi"], capsys)
    assert {OTHER} == await seen_by(["targets"], capsys)
    assert set() == await seen_by(["kpi", "--province", "dong-nai"], capsys)
    status = await asyncio.to_thread(run, ["explain", "dossiers_received", "--province", OTHER])
    assert (1, "Postgres does not let this login do that") == (
        status,
        capsys.readouterr().err.removeprefix("tiendo: ").partition(":")[0],
    )


async def _has(connection: Connection, ends: dict[str, int]) -> bool:
    rows = await connection.fetch(
        "SELECT province, next_offset FROM tiendo.progress WHERE next_offset > 0"
    )
    return ends == {row["province"]: row["next_offset"] for row in rows}


async def seen_by(arguments: Sequence[str], capsys: pytest.CaptureFixture[str]) -> set[str]:
    """Return the provinces of what a command prints."""
    assert 0 == await asyncio.to_thread(run, [*arguments, "--json"])
    rows: Any = json.loads(capsys.readouterr().out)
    found = rows if isinstance(rows, list) else [row for part in rows.values() for row in part]
    return {row["province"] for row in found}
