"""Which errors of the database are waited out, and which are bugs."""

import ssl

import asyncpg
import pytest

from models.errors import Forbidden, Unavailable
from sinks.postgres.connection import decided


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
    found = decided(error)

    assert isinstance(found, Unavailable)
    assert not isinstance(found, Forbidden)


@pytest.mark.parametrize(
    "error",
    [
        asyncpg.NotNullViolationError(),
        asyncpg.UniqueViolationError(),
        asyncpg.CharacterNotInRepertoireError(),
        asyncpg.UndefinedColumnError(),
        asyncpg.PostgresSyntaxError(),
        asyncpg.exceptions._base.DataError("invalid input for query argument $1"),
        ValueError(),
        KeyError(),
    ],
)
def test_what_no_try_mends_is_a_bug(error: Exception) -> None:
    """A value that does not fit, a wrong statement: seen at once, not retried in silence."""
    assert decided(error) is None


def untrusted() -> ssl.SSLCertVerificationError:
    """Return what OpenSSL says of a certificate that nobody vouches for."""
    error = ssl.SSLCertVerificationError("for host x")
    error.verify_message = "self-signed certificate"
    return error


@pytest.mark.parametrize(
    ("error", "mend"),
    [
        (asyncpg.InvalidPasswordError("for user x"), "TIENDO_POSTGRES_PASSWORD_FILE"),
        (asyncpg.InvalidAuthorizationSpecificationError("role x"), "TIENDO_POSTGRES_DSN"),
        (asyncpg.InsufficientPrivilegeError("for table x"), "`tiendo migrate` must have granted"),
        (untrusted(), "self-signed certificate): check sslmode and sslrootcert"),
    ],
)
def test_a_refusal_is_said_with_its_mend_and_without_the_servers_words(
    error: Exception, mend: str
) -> None:
    """Whoever starts is ended by it, whoever works waits until it is mended."""
    found = decided(error)

    assert isinstance(found, Forbidden)
    assert mend in str(found)
    assert " x" not in str(found)
