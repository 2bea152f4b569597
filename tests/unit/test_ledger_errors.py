"""Which errors of the database are waited out, and which are bugs."""

import asyncpg
import pytest

from sinks.postgres.connection import is_unavailable


@pytest.mark.parametrize(
    "error",
    [
        ConnectionRefusedError(),
        TimeoutError(),
        asyncpg.InterfaceError("connection is closed"),
        asyncpg.ConnectionDoesNotExistError(),
        asyncpg.CannotConnectNowError(),
        asyncpg.AdminShutdownError(),
        asyncpg.QueryCanceledError(),
        asyncpg.LockNotAvailableError(),
        asyncpg.DeadlockDetectedError(),
        asyncpg.TooManyConnectionsError(),
        asyncpg.DiskFullError(),
        asyncpg.IdleInTransactionSessionTimeoutError(),
        asyncpg.IdleSessionTimeoutError(),
        asyncpg.ReadOnlySQLTransactionError(),
        asyncpg.UndefinedTableError(),
    ],
)
def test_what_another_try_may_mend_is_unavailable(error: Exception) -> None:
    """Lost connections, shutdowns, locks, full disks, a schema that is not there yet: keep the batch and try again."""
    assert is_unavailable(error)


@pytest.mark.parametrize(
    "error",
    [
        asyncpg.NotNullViolationError(),
        asyncpg.UniqueViolationError(),
        asyncpg.CharacterNotInRepertoireError(),
        asyncpg.UndefinedColumnError(),
        asyncpg.PostgresSyntaxError(),
        asyncpg.InvalidPasswordError(),
        asyncpg.exceptions._base.DataError("invalid input for query argument $1"),
        ValueError(),
        KeyError(),
    ],
)
def test_what_no_try_mends_is_a_bug(error: Exception) -> None:
    """A value that does not fit, a wrong statement, a refused password: seen at once, not retried in silence."""
    assert not is_unavailable(error)
