"""A database as a worker leaves it that has folded a log and closed the days up to one."""

from collections.abc import Sequence
from datetime import date
from zlib import crc32

from models.book import Book
from models.catalogue import load_catalogue
from models.days import day_from_date
from models.envelope import decode
from models.facts import Record
from sinks.postgres.ledger import Ledger
from streams.provision import provide_schema
from tests.support.drafts import Draft
from tests.support.fold import all_at_once
from tests.support.plan_facts import log_of


async def fold_into(dsn: str, province: str, facts: Sequence[Draft], until: date) -> None:
    """Write the listing, and a province of which only these facts are known, to the close of a day."""
    await fold_log_into(dsn, province, log_of(province, facts), until)


async def fold_log_into(dsn: str, province: str, log: Sequence[Record], until: date) -> None:
    """Write the listing, and a province with the records of a log, to the close of a day."""
    catalogue = load_catalogue()
    await provide_schema(dsn, catalogue)
    ledger = Ledger(dsn, catalogue.engine_version)
    claim = await ledger.claim(province)
    book = Book.restore(catalogue.province(province), await ledger.load(claim))
    events = [decode(record) for record in log]
    last_crc = crc32(log[-1].value or b"")
    changes = all_at_once(book.apply(events, {}, next_offset=len(log), last_crc=last_crc))
    await ledger.commit(claim, changes)
    await ledger.commit(claim, book.close_until(day_from_date(until)))
    await ledger.close()
