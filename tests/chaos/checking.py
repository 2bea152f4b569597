"""The end of a run: each province checked in a process of its own, from what the run has left in files."""

from collections.abc import Mapping
from pathlib import Path
from random import Random
from typing import NamedTuple

import psycopg

from models.catalogue import load_catalogue
from models.topics import alerts_topic, dead_letters_topic
from tests.chaos.comparing import Comparison
from tests.chaos.delivery import Message, compare_delivery
from tests.chaos.flow import SMALL
from tests.chaos.keeping import kept
from tests.chaos.refold import refolded, rows_of
from tests.chaos.stored import TABLES, stored_rows
from tests.chaos.witness import Witness


class Case(NamedTuple):
    """What is known of a province at the end."""

    province: str
    dsn: str
    logs: Path
    """Where the topics were kept, each in a file of its name."""
    log: str
    """Name of the file with the records that the tables must be made of."""
    refused: Mapping[tuple[bytes | None, int | None], str]
    seed: int


def checked(case: Case) -> tuple[int, Comparison]:
    """Compare everything of a province; return how many records its log has, and what was found."""
    catalogue = load_catalogue().province(case.province)
    log = kept(case.logs / case.log)
    with psycopg.connect(case.dsn) as connection:
        stored = {table: stored_rows(connection, table, case.province) for table in TABLES}
    found = Comparison()
    tables = refolded(catalogue, log)
    for table, expected in rows_of(tables).items():
        found.rows(table, expected, stored[table])
    for topic in (alerts_topic(case.province), dead_letters_topic(case.province)):
        outbox: list[Message] = [
            (one.key, one.value, one.headers) for one in tables.outbox if one.topic == topic
        ]
        sent = [(one.key, one.value, one.headers) for one in kept(case.logs / topic)]
        found.add(compare_delivery(topic.partition(".")[0], outbox, sent))
    witness = Witness(catalogue, log, stored, Random(case.seed))  # noqa: S311 - no secret
    witness.dead_letters(case.refused)
    witness.feeds()
    witness.panes()
    witness.figures()
    if case.province == SMALL:
        witness.alerts()
    found.add(witness.found)
    return len(log), found
