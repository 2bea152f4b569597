"""The schema's history: numbered steps, forward only, each with its SQL in a file beside it.

A step that has been released is never edited; a mistake is mended by the next one. All pending steps are one transaction.
"""

import io
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final, NamedTuple

import psycopg
import sqlalchemy
from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

from models.errors import Forbidden, Unavailable
from models.topics import PROVINCES

_HERE: Final = Path(__file__).parent
_LOCK_KEY: Final = 0x7469656E646F
"""Advisory lock of whoever migrates ("tiendo" in ASCII): two that start together go one after the other."""
_CONNECT_SECONDS: Final = 5
_PROVIDE_ROLES: Final = f"SELECT tiendo.provide_roles(ARRAY{list(PROVINCES)})"


class Migrated(NamedTuple):
    """What `upgrade` did, and what it could not."""

    steps: tuple[str, ...]
    """Names of those that were taken, oldest first."""
    missing_roles: tuple[str, ...]
    """Roles that are not there, and that this login may not make."""


def upgrade(dsn: str) -> Migrated:
    """Bring the database at `dsn` to the newest schema, and its roles to their rights.

    Unavailable when the server cannot be reached, Forbidden when it refuses us; nothing has changed then, nor when a step fails.
    """
    with _connected(dsn) as connection, connection.begin():
        connection.execute(
            sqlalchemy.text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK_KEY}
        )
        connection.execute(sqlalchemy.text("CREATE SCHEMA IF NOT EXISTS tiendo"))
        steps = _pending(_current(connection))
        configuration = _configuration()
        configuration.attributes["connection"] = connection
        command.upgrade(configuration, "head")
        missing = connection.execute(sqlalchemy.text(_PROVIDE_ROLES)).scalars()
        return Migrated(steps, tuple(missing))


def pending_sql(dsn: str) -> str:
    """Return the SQL that `upgrade` would run now (a dry run: the database is only asked where it stands)."""
    with _connected(dsn) as connection:
        current = _current(connection)
    output = io.StringIO()
    configuration = _configuration(output)
    command.upgrade(configuration, f"{current or 'base'}:head", sql=True)
    schema = "CREATE SCHEMA IF NOT EXISTS tiendo;\n\n" if current is None else ""
    return f"{schema}{output.getvalue()}\n{_PROVIDE_ROLES};\n"


def _configuration(output: io.StringIO | None = None) -> Config:
    """Configure Alembic from code: users need no file of its own."""
    configuration = Config(output_buffer=output)
    configuration.set_main_option("script_location", str(_HERE).replace("%", "%%"))
    configuration.set_main_option("path_separator", "os")
    return configuration


def _current(connection: sqlalchemy.Connection) -> str | None:
    options = {"version_table": "migration", "version_table_schema": "tiendo"}
    return MigrationContext.configure(connection, opts=options).get_current_revision()


def _pending(current: str | None) -> tuple[str, ...]:
    """Name the steps after `current`: number and file name, as in `0001_tables`."""
    script = ScriptDirectory.from_config(_configuration())
    steps = script.iterate_revisions("head", current or "base")
    return tuple(reversed([Path(step.path).stem for step in steps if step.revision != current]))


@contextmanager
def _connected(dsn: str) -> Iterator[sqlalchemy.Connection]:
    """Open a connection through psycopg, which reads every form of a libpq address."""
    engine = sqlalchemy.create_engine(
        "postgresql+psycopg://",
        creator=lambda: psycopg.connect(
            dsn, connect_timeout=_CONNECT_SECONDS, application_name="tiendo migrate"
        ),
        poolclass=sqlalchemy.NullPool,
    )
    try:
        with engine.connect() as connection:
            yield connection
    except sqlalchemy.exc.OperationalError as error:
        raise Unavailable(
            f"Postgres cannot be reached for the migration ({type(error.orig).__name__}): is it up, are its address,"
            " its password and its certificate right?"
        ) from error
    except sqlalchemy.exc.ProgrammingError as error:
        if not isinstance(error.orig, psycopg.errors.InsufficientPrivilege):
            raise
        raise Forbidden(
            "this login may not change the schema: migrate as the one that owns the database and made its tables"
        ) from error
    finally:
        engine.dispose()
