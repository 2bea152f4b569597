"""The spool: events on disk, in the order in which they were given, from before `send` returns until Kafka has acknowledged them.

Every change is on the disk when its call returns (WAL, synchronous=FULL): a process may be killed at any time. One process owns a
spool at a time; the lock is the operating system's and goes with the process.
"""

import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Condition
from typing import Final

from tiendo_agency.errors import SpoolFull, SpoolUnusable
from tiendo_agency.events import Event

FILE: Final = "spool.sqlite3"
_VERSION: Final = 1
_SCHEMA: Final = f"""
CREATE TABLE event (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL, type TEXT NOT NULL, topic TEXT NOT NULL, subject TEXT NOT NULL, value BLOB NOT NULL,
    refused TEXT -- why Kafka will never take it; NULL: it waits
);
CREATE INDEX waiting ON event (seq) WHERE refused IS NULL;
PRAGMA user_version = {_VERSION};
"""
_ADD: Final = "INSERT INTO event (id, type, topic, subject, value) VALUES (?, ?, ?, ?, ?)"
_WAITING: Final = "SELECT seq, id, type, topic, subject, value FROM event WHERE refused IS NULL ORDER BY seq LIMIT ?"
_REFUSED: Final = "SELECT id, type, refused FROM event WHERE refused IS NOT NULL ORDER BY seq"
_COUNTS: Final = (
    "SELECT count(*) FILTER (WHERE refused IS NULL), coalesce(sum(length(value)), 0) FROM event"
)
ROW_BYTES: Final = 256
"""What an event takes beside its own bytes, about."""


@dataclass(frozen=True, slots=True)
class Kept:
    """An event of the spool and its place in it."""

    seq: int
    event: Event


class Spool:
    """Events that wait, in order, and those that were set aside; shared by the threads of one process."""

    def __init__(self, folder: Path, max_bytes: int) -> None:
        self._folder = folder
        self._max_bytes = max_bytes
        self.changed = Condition()
        """Guards the connection and the counts; told whenever an event came or went."""
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with self._told():
            self._connection = self._open()
            self.waiting, self.bytes = self._counted()

    def add(self, events: Sequence[Event]) -> None:
        """Keep events, all or none; they are on the disk when this returns.

        Raises:
            SpoolFull: they would go beyond the limit, or the disk is full.
            SpoolUnusable: the file cannot be written.
        """
        size = sum(map(_size, events))
        with self.changed:
            if self.bytes + size > self._max_bytes:
                raise SpoolFull(
                    f"the spool in {self._folder} holds {self.waiting} events that Kafka has not taken and is at its limit of"
                    f" {self._max_bytes} bytes: see Agency.problems(), or raise spool_max_bytes"
                )
            with self._told(), self._connection:
                self._connection.executemany(
                    _ADD, [(one.id, one.type, one.topic, one.subject, one.value) for one in events]
                )
            self.waiting += len(events)
            self.bytes += size
            self.changed.notify_all()

    def first(self, count: int, size: int) -> list[Kept]:
        """Return the first events that wait, at most so many; none after the one that goes beyond `size` bytes."""
        found: list[Kept] = []
        with self.changed, self._told():
            for seq, *columns in self._connection.execute(_WAITING, (count,)):
                found.append(Kept(seq, Event(*columns)))
                size -= len(found[-1].event.value)
                if size < 0:
                    break
        return found

    def settle(self, acknowledged: Sequence[Kept], refused: Mapping[int, str]) -> None:
        """Drop events that Kafka has, and set aside those that it will never take: place -> why."""
        with self.changed:
            with self._told(), self._connection:
                self._connection.executemany(
                    "DELETE FROM event WHERE seq = ?", [(kept.seq,) for kept in acknowledged]
                )
                self._connection.executemany(
                    "UPDATE event SET refused = ? WHERE seq = ?",
                    [(why, seq) for seq, why in refused.items()],
                )
            self.waiting -= len(acknowledged) + len(refused)
            self.bytes -= sum(_size(kept.event) for kept in acknowledged)
            self.changed.notify_all()

    def refused(self) -> list[tuple[str, str, str]]:
        """Return id, type and reason of the events that were set aside."""
        with self.changed, self._told():
            return self._connection.execute(_REFUSED).fetchall()

    def take_up_again(self) -> None:
        """Let the events that were set aside wait again, in their old places."""
        self._change("UPDATE event SET refused = NULL WHERE refused IS NOT NULL")

    def drop_refused(self) -> None:
        """Forget the events that were set aside."""
        self._change("DELETE FROM event WHERE refused IS NOT NULL")

    def wait_until_empty(self, seconds: float) -> int:
        """Wait until nothing waits any more, at most so long; return how many events still do."""
        with self.changed:
            self.changed.wait_for(lambda: self.waiting == 0, seconds)
            return self.waiting

    def close(self) -> None:
        """Let another process have the spool."""
        with self.changed:
            self._connection.close()

    def _change(self, statement: str) -> None:
        with self.changed:
            with self._told(), self._connection:
                self._connection.execute(statement)
            with self._told():
                self.waiting, self.bytes = self._counted()
            self.changed.notify_all()

    def _open(self) -> sqlite3.Connection:
        connection = sqlite3.connect(self._folder / FILE, timeout=0, check_same_thread=False)
        try:
            self._prepare(connection)
        except BaseException:
            connection.close()
            raise
        return connection

    def _prepare(self, connection: sqlite3.Connection) -> None:
        # Before the first access: the lock is taken then and held until the connection is closed.
        connection.execute("PRAGMA locking_mode = EXCLUSIVE")
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")
        (version,) = connection.execute("PRAGMA user_version").fetchone()
        if version == 0:
            connection.executescript(f"BEGIN; {_SCHEMA} COMMIT;")
        elif version != _VERSION:
            raise SpoolUnusable(
                f"the spool in {self._folder} was written by another version of tiendo-agency:"
                " empty it with that one, or name another folder"
            )

    def _counted(self) -> tuple[int, int]:
        waiting, size = self._connection.execute(_COUNTS).fetchone()
        (rows,) = self._connection.execute("SELECT count(*) FROM event").fetchone()
        return waiting, size + rows * ROW_BYTES

    @contextmanager
    def _told(self) -> Iterator[None]:
        """Turn what SQLite raises into this package's errors."""
        try:
            yield
        except sqlite3.Error as error:
            code = getattr(error, "sqlite_errorcode", None)
            if code == sqlite3.SQLITE_FULL:
                raise SpoolFull(f"the disk of the spool in {self._folder} is full") from error
            if code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
                raise SpoolUnusable(
                    f"the spool in {self._folder} belongs to another process: give each its own folder"
                ) from error
            raise SpoolUnusable(
                f"the spool in {self._folder} cannot be used: {error}; see that its folder may be written"
            ) from error


def _size(event: Event) -> int:
    return len(event.value) + ROW_BYTES
