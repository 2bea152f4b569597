"""One connection to Postgres, opened when first used and again after it was lost.

Whoever holds it is alone on it. Every wait has a bound: a server that is away, a lock that is held, an owner that froze.
Errors leave here as decisions: `Unavailable` for what another try may mend, all else as it came, which is a bug.
"""

import asyncio
import ssl
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from decimal import Decimal
from typing import Final, TypeAlias
from urllib.parse import quote

import asyncpg

from models.changes import Amount
from models.errors import Forbidden, TiendoError, Unavailable

Connection: TypeAlias = "asyncpg.Connection[asyncpg.Record]"

CONNECT_SECONDS: Final = 5.0
COMMAND_SECONDS: Final = 60.0
"""Longest wait for one statement's answer; the server gives up a little earlier by itself."""

_SETTINGS: Final[Mapping[str, str]] = {
    # An owner frozen inside a transaction holds its province's row: the server lets go of it.
    "idle_in_transaction_session_timeout": "10s",
    "lock_timeout": "4s",
    "statement_timeout": "50s",
    "synchronous_commit": "on",
    "TimeZone": "UTC",
    # A plan made while a table was small would read it whole when it is large.
    "plan_cache_mode": "force_custom_plan",
    "jit": "off",
    "work_mem": "64MB",
}

_ANOTHER_TRY_MAY_MEND: Final = (
    OSError,  # TimeoutError is one
    asyncpg.InterfaceError,  # also how asyncpg says that the connection went away
    asyncpg.InternalClientError,
    asyncpg.PostgresConnectionError,  # class 08
    asyncpg.IdleInTransactionSessionTimeoutError,  # 25P03
    asyncpg.ReadOnlySQLTransactionError,  # 25006: a standby that is about to be promoted
    asyncpg.TransactionRollbackError,  # class 40
    asyncpg.InsufficientResourcesError,  # class 53
    asyncpg.LockNotAvailableError,  # 55P03
    asyncpg.OperatorInterventionError,  # class 57: shutdown, start-up, cancelled by a timeout
    asyncpg.PostgresSystemError,  # class 58
    asyncpg.InternalServerError,  # class XX
    asyncpg.UndefinedTableError,  # 42P01: the worker was quicker than `tiendo migrate`
    asyncpg.InvalidSchemaNameError,  # 3F000: the same
)


_REFUSED: Final = (
    asyncpg.InvalidAuthorizationSpecificationError,  # class 28: who we say we are, and its proof
    asyncpg.InsufficientPrivilegeError,  # 42501
    ssl.SSLCertVerificationError,
)


def with_password(dsn: str, password: str) -> str:
    """Return a libpq URI with the password among its parameters, which asyncpg and libpq both read."""
    return f"{dsn}{'&' if '?' in dsn else '?'}password={quote(password, safe='')}"


def _is_unavailable(error: BaseException) -> bool:
    """Tell whether another try may succeed where `error` was raised; judged by type, thus by SQLSTATE."""
    # asyncpg says with the same base class that an argument does not fit: that one is a ValueError too.
    return isinstance(error, _ANOTHER_TRY_MAY_MEND) and not isinstance(error, ValueError)


def number(text: str) -> Amount:
    """Read a numeric: an int where it has no decimals, else a Decimal with the decimals it has."""
    return Decimal(text) if "." in text else int(text)


async def connect(
    dsn: str, application_name: str, settings: Mapping[str, str] | None = None
) -> Connection:
    """Open a connection whose numerics are read by `number`. The caller translates the errors."""
    connection: Connection = await asyncpg.connect(
        dsn,
        timeout=CONNECT_SECONDS,
        command_timeout=COMMAND_SECONDS,
        server_settings={**_SETTINGS, **(settings or {}), "application_name": application_name},
    )
    await connection.set_type_codec(
        "numeric", schema="pg_catalog", encoder=str, decoder=number, format="text"
    )
    return connection


class Session:
    """A connection of its user's own; used by one task at a time, the others wait."""

    def __init__(
        self, dsn: str, application_name: str, settings: Mapping[str, str] | None = None
    ) -> None:
        self._dsn = dsn
        self._application_name = application_name
        self._settings = settings
        self._connection: Connection | None = None
        self._lock = asyncio.Lock()

    @asynccontextmanager
    async def use(self) -> AsyncIterator[Connection]:
        """Lend the connection, opened if need be. After any error of the database it is dropped: what it had begun is void."""
        async with self._lock:
            try:
                if self._connection is None or self._connection.is_closed():
                    self._connection = await connect(
                        self._dsn, self._application_name, self._settings
                    )
                yield self._connection
            except TiendoError:
                raise
            except BaseException as error:
                self._drop()
                decision = decided(error)
                if decision is not None:
                    raise decision from error
                raise

    async def close(self) -> None:
        """Close the connection; the next use opens another."""
        async with self._lock:
            connection, self._connection = self._connection, None
            if connection is not None and not connection.is_closed():
                try:
                    await connection.close(timeout=CONNECT_SECONDS)
                except (OSError, asyncpg.InterfaceError):
                    connection.terminate()

    def _drop(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.terminate()


def decided(error: BaseException) -> Unavailable | None:
    """Return what is to be raised for an error of asyncpg; None for a bug, which goes on as it is."""
    if isinstance(error, _REFUSED):
        return Forbidden(refused(error))
    return Unavailable(explained(error)) if _is_unavailable(error) else None


def refused(error: BaseException) -> str:
    """Say what Postgres does not let us do and what to mend, without the error's own text."""
    if isinstance(error, asyncpg.InsufficientPrivilegeError):
        return (
            "Postgres does not let this login do that: it must be a member of the role that may (tiendo_worker for a worker,"
            " tiendo_reader for reading), and `tiendo migrate` must have granted it its rights"
        )
    if isinstance(error, ssl.SSLCertVerificationError):
        return (
            f"no trust between us and Postgres ({error.verify_message}): check sslmode and"
            " sslrootcert in TIENDO_POSTGRES_DSN, and the name in the server's certificate"
        )
    return (
        f"Postgres does not accept this login ({type(error).__name__}): check user and password in TIENDO_POSTGRES_DSN"
        " or TIENDO_POSTGRES_PASSWORD_FILE"
    )


def explained(error: BaseException) -> str:
    """Say what is away and what to do, without the error's own text: it may quote an address with its password, or rows."""
    if isinstance(error, asyncpg.UndefinedTableError | asyncpg.InvalidSchemaNameError):
        return "the tables are not there yet: run `tiendo migrate`"
    sqlstate = getattr(error, "sqlstate", None)
    code = "" if sqlstate is None else f", SQLSTATE {sqlstate}"
    return f"Postgres is not available ({type(error).__name__}{code})"
