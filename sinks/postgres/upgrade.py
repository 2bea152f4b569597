"""The tables' side of an upgrade: panes are made anew beside the old ones, and one transaction puts them in their place.

1. `begin` finds out what there is to do, and how far a former owner has come if the log has not moved since.
2. `read` and `stage` take page after page of subjects; a page's panes and the position after it are one transaction.
3. `load` gives the book that the new panes make, `swap` writes what follows from it and moves the version.

Every transaction holds the claim's epoch: one that was overtaken writes nothing. Until the swap all else reads the old rows,
and a worker of the old version may take the province back: what it folds makes the staged panes worthless, and they are begun again.
After `Unavailable` go back to `begin`.
"""

from collections.abc import Collection, Mapping
from typing import Final, NamedTuple

from models.catalogue.listing import Listing
from models.changes import Amount, Changes, PaneKey, PartKey, StoredBook
from models.errors import Fenced
from sinks.postgres.connection import Connection, Session
from sinks.postgres.copies import copies
from sinks.postgres.ledger import Claim, copy_rows, overtaken
from sinks.postgres.listing import write_listing
from sinks.postgres.reads import LOAD_SECONDS, MARK_COLUMNS, load_book, mark_of
from sinks.postgres.writes import writes

PAGE_PARTS: Final = 2_000
"""Stored parts of subjects in a page, more only where one subject has more; none is over 64 KiB."""

_HOLD: Final = f"""
SELECT epoch, engine_version, {MARK_COLUMNS} FROM tiendo.progress WHERE province = $1 FOR UPDATE"""  # noqa: S608 - a constant
_BEFORE: Final = """
SELECT measure, measure_version FROM tiendo.engine_measure WHERE province = $1 AND version = $2"""
_POSITION: Final = """
SELECT kind, key, subjects FROM tiendo.upgrade WHERE province = $1 AND engine_version = $2 AND next_offset = $3"""
_FORGET: Final = "DELETE FROM tiendo.pane_next WHERE province = $1"
_START: Final = """
INSERT INTO tiendo.upgrade (province, engine_version, next_offset) VALUES ($1, $2, $3)
ON CONFLICT (province) DO UPDATE
SET engine_version = excluded.engine_version, next_offset = excluded.next_offset, kind = NULL, key = NULL, subjects = 0"""
_FIRST_PAGE: Final = """
SELECT key, part, facts FROM tiendo.subject WHERE province = $1 AND kind = $2 ORDER BY key, part LIMIT $3"""
_NEXT_PAGE: Final = """
SELECT key, part, facts FROM tiendo.subject WHERE province = $1 AND kind = $2 AND key > $4 ORDER BY key, part LIMIT $3"""
_ALL_PARTS: Final = """
SELECT key, part, facts FROM tiendo.subject WHERE province = $1 AND kind = $2 AND key = $3"""
_STAGE: Final = """
INSERT INTO tiendo.pane_next AS p (province, measure, bucket, agency, day, amount)
SELECT $1, measure, bucket, agency, tiendo.day(day), amount::numeric
FROM unnest($2::text[], $3::text[], $4::text[], $5::integer[], $6::text[])
    AS given (measure, bucket, agency, day, amount)
ON CONFLICT (province, measure, bucket, agency, day) DO UPDATE SET amount = p.amount + excluded.amount"""
_ADVANCE: Final = "UPDATE tiendo.upgrade SET kind = $2, key = $3, subjects = $4 WHERE province = $1"
_MOVE_VERSION: Final = """
UPDATE tiendo.progress SET engine_version = $2, upgraded_day = closed_day WHERE province = $1"""
_DROP_PANES: Final = "DELETE FROM tiendo.pane WHERE province = $1 AND measure <> ALL($2::text[])"
_MOVE_PANES: Final = """
INSERT INTO tiendo.pane (province, measure, bucket, agency, day, amount)
SELECT province, measure, bucket, agency, day, amount FROM tiendo.pane_next WHERE province = $1 AND amount <> 0"""
_REWRITTEN: Final = (
    *("pane_next", "upgrade"),
    *("kpi", "attainment", "target_reading", "obligation", "problem_standing"),
)
"""Tables that the swap empties: of the upgrade itself, and those of which every row follows from the panes."""

_SETTINGS: Final[Mapping[str, str]] = {"statement_timeout": f"{LOAD_SECONDS:.0f}s"}


class Position(NamedTuple):
    """The last subject whose amounts are staged; None before the first."""

    kind: str | None
    key: str | None
    subjects: int
    """How many that were."""


START: Final = Position(None, None, 0)


class Begun(NamedTuple):
    """What an upgrade goes on from."""

    before: Mapping[str, str]
    """Measure -> version of what made the panes that stand now."""
    position: Position


class Page(NamedTuple):
    """Some subjects, each with all its parts."""

    parts: Mapping[PartKey, bytes]
    position: Position
    """After them."""


class UpgradeTables:
    """The tables of one province that is being upgraded under one claim; on a connection of its own."""

    def __init__(self, dsn: str, engine_version: str, claim: Claim) -> None:
        self._claim = claim
        self._province = claim.province
        self._engine_version = engine_version
        self._session = Session(dsn, f"tiendo upgrade {claim.province}", _SETTINGS)

    async def close(self) -> None:
        """Close the connection."""
        await self._session.close()

    async def begin(self) -> Begun | None:
        """Return what is known before the first page, or after the last one that was staged; None where the swap has happened."""
        async with self._session.use() as connection, connection.transaction():
            found = await self._hold(connection)
            if found == self._engine_version:
                return None
            before = await connection.fetch(_BEFORE, self._province, found)
            claim, mine = self._claim, (self._engine_version, self._claim.mark.next_offset)
            row = await connection.fetchrow(_POSITION, claim.province, *mine)
            if row is None:
                await connection.execute(_FORGET, claim.province, timeout=LOAD_SECONDS)
                await connection.execute(_START, claim.province, *mine)
            position = START if row is None else Position(*row)
            return Begun({row["measure"]: row["measure_version"] for row in before}, position)

    async def read(self, kinds: Collection[str], position: Position) -> Page | None:
        """Return the subjects after a position that are of some kinds, which are in order; None after the last."""
        async with self._session.use() as connection:
            return await read_page(connection, self._province, kinds, position)

    async def stage(self, amounts: Mapping[PaneKey, Amount], position: Position) -> None:
        """Add amounts to the panes that are made anew; they are those of the subjects up to `position`."""
        rows = sorted([(*key, str(amount)) for key, amount in amounts.items() if amount != 0])
        async with self._session.use() as connection, connection.transaction():
            await self._hold(connection)
            if rows:
                await connection.execute(_STAGE, self._province, *zip(*rows, strict=True))
            await connection.execute(_ADVANCE, self._province, *position)

    async def load(self, kept: Collection[str]) -> StoredBook:
        """Return the book with the panes of `kept` and those that were made anew."""
        async with (
            self._session.use() as connection,
            connection.transaction(isolation="repeatable_read", readonly=True),
        ):
            return await load_book(connection, self._province, self._claim.mark, kept)

    async def swap(self, kept: Collection[str], changes: Changes, listing: Listing) -> None:
        """Put the new panes in the place of all but those of `kept`, with the rows that follow from them, and move the version."""
        several, bulk = writes(changes), list(copies(changes))
        async with self._session.use() as connection, connection.transaction():
            await self._hold(connection)
            await connection.execute(_MOVE_VERSION, self._province, self._engine_version)
            for sql, arguments in ((_DROP_PANES, (sorted(kept),)), (_MOVE_PANES, ())):
                await connection.execute(sql, self._province, *arguments, timeout=LOAD_SECONDS)
            for table in _REWRITTEN:
                await connection.execute(
                    f"DELETE FROM tiendo.{table} WHERE province = $1",  # noqa: S608 - constants
                    self._province,
                    timeout=LOAD_SECONDS,
                )
            for write in several:
                await connection.execute(write.sql, *write.arguments, timeout=LOAD_SECONDS)
            for copy in bulk:
                await copy_rows(connection, copy, seconds=LOAD_SECONDS)
            await write_listing(connection, listing, self._province)

    async def _hold(self, connection: Connection) -> str:
        """Lock the mark until the transaction ends, and return which version its rows are of; Fenced where somebody else has claimed."""
        row = await connection.fetchrow(_HOLD, self._province)
        if row is None or row["epoch"] != self._claim.epoch or mark_of(row) != self._claim.mark:
            raise Fenced(overtaken(self._claim, row))
        return str(row["engine_version"])


async def read_page(
    connection: Connection, province: str, kinds: Collection[str], position: Position
) -> Page | None:
    """Return a province's subjects after a position that are of some kinds, which are in order; None after the last."""
    for kind in kinds:
        if position.kind is None or kind > position.kind:
            rows = await connection.fetch(_FIRST_PAGE, province, kind, PAGE_PARTS)
        elif kind == position.kind:
            rows = await connection.fetch(_NEXT_PAGE, province, kind, PAGE_PARTS, position.key)
        else:
            continue
        if len(rows) == PAGE_PARTS:  # the last subject may have more parts than are here
            last = rows[-1]["key"]
            rows = [row for row in rows if row["key"] != last] or await connection.fetch(
                _ALL_PARTS, province, kind, last
            )
        if rows:
            parts = {PartKey(kind, key, part): facts for key, part, facts in rows}
            subjects = position.subjects + len({key for key, _, _ in rows})
            return Page(parts, Position(kind, rows[-1]["key"], subjects))
    return None
