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

__all__ = [
    "_migrated",
    "connection",
    "database",
    "empty_database",
    "kafka",
    "own_kafka",
    "postgres_server",
    "site",
    "starter",
]
