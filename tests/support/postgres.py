"""A real Postgres for tests: one embedded server a session, and for each test a migrated database without rows or users.

It is one database, emptied after each test: to copy some hundred files for every test took longer than the tests.
"""

import asyncio
import itertools
import re
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from typing import Final

import psycopg
import pytest

from models.topics import PROVINCES
from sinks.postgres.connection import Connection, connect
from sinks.postgres.migrations import upgrade
from streams.embedded import embedded_postgres

VERSIONS: Final = ("engine-1", "tally")
"""Versions of the engine under which tests claim a province without a catalogue, the earlier one first."""

_numbers: Final = itertools.count(1)

_REGISTER: Final = """
INSERT INTO tiendo.engine (province, version, number)
SELECT province, version, number
FROM unnest(%s::text[]) AS p (province), unnest(%s::text[]) WITH ORDINALITY AS v (version, number)"""
_END_SESSIONS: Final = """
SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid()"""
_TABLES: Final = """
SELECT relname FROM pg_class
WHERE relnamespace = 'tiendo'::regnamespace AND relkind = 'p'"""


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """Run a server for the session; yield the URI of its own database. Safe against kills of ours, not of the machine."""
    with asyncio.Runner() as runner:
        server = embedded_postgres()
        uri = runner.run(server.__aenter__())
        try:
            with _administering(uri) as administrator:
                administrator.execute("ALTER SYSTEM SET fsync = off")
                administrator.execute("SELECT pg_reload_conf()")
            yield uri
        finally:
            runner.run(server.__aexit__(None, None, None))


@pytest.fixture
def empty_database(postgres_server: str) -> Iterator[str]:
    """Yield the URI of a database with nothing in it."""
    with _created(postgres_server) as uri:
        yield uri


@pytest.fixture(scope="session")
def _migrated(postgres_server: str) -> Iterator[str]:
    with _created(postgres_server) as uri:
        upgrade(uri)
        yield uri


@pytest.fixture
def database(_migrated: str) -> Iterator[str]:
    """Yield the URI of a database with the newest schema that knows `VERSIONS` and has no rows. Tests that change the schema take another."""
    with _administering(_migrated) as administrator:
        administrator.execute(_REGISTER, (list(PROVINCES), list(VERSIONS)))
    yield _migrated
    with _administering(_migrated) as administrator:
        administrator.execute(_END_SESSIONS)
        for (table,) in administrator.execute(_TABLES).fetchall():
            administrator.execute(f"DELETE FROM tiendo.{table}")  # noqa: S608 - names from the catalog


@pytest.fixture
async def connection(database: str) -> AsyncIterator[Connection]:
    """Yield a connection to `database`, apart from those that are tested."""
    opened = await connect(database, "test")
    try:
        yield opened
    finally:
        await opened.close()


def in_database(uri: str, name: str) -> str:
    """Return the server's URI with another database."""
    return re.sub(r"/[^/?]*\?", f"/{name}?", uri, count=1)


@contextmanager
def _created(server: str) -> Iterator[str]:
    name = f"test_{next(_numbers)}"
    with _administering(server) as administrator:
        administrator.execute(f"CREATE DATABASE {name} TEMPLATE template0")
    try:
        yield in_database(server, name)
    finally:
        with _administering(server) as administrator:
            administrator.execute(f"DROP DATABASE {name} WITH (FORCE)")


@contextmanager
def _administering(server: str) -> Iterator["psycopg.Connection[tuple[object, ...]]"]:
    with psycopg.connect(server, autocommit=True) as administrator:
        yield administrator
