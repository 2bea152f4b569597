"""Services that integration tests share."""

from tests.support.kafka import kafka, own_kafka
from tests.support.postgres import (
    _migrated,
    connection,
    database,
    empty_database,
    postgres_server,
)
from tests.support.site import site, starter
from tests.support.written import ledger, rival

__all__ = [
    "_migrated",
    "connection",
    "database",
    "empty_database",
    "kafka",
    "ledger",
    "own_kafka",
    "postgres_server",
    "rival",
    "site",
    "starter",
]
