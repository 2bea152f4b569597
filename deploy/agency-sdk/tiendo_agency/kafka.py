"""The producer: what librdkafka is told, and what its errors mean for an event."""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final, Literal

from confluent_kafka import KafkaError, KafkaException, Producer

from tiendo_agency.errors import SettingRefused

_log: Final = logging.getLogger("tiendo_agency.kafka")

_OF_THE_EVENT: Final = frozenset(
    {
        KafkaError.MSG_SIZE_TOO_LARGE,
        KafkaError.RECORD_LIST_TOO_LARGE,
        KafkaError.INVALID_MSG_SIZE,
        KafkaError.INVALID_MSG,
        KafkaError.INVALID_RECORD,
    }
)
"""The record itself is refused; all other errors are about the sender, the topic or the brokers, and pass or are mended."""


@dataclass(frozen=True, slots=True, repr=False)
class Security:
    """How the brokers are reached: TLS and SASL. Not printed, for it holds the password."""

    protocol: Literal["PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL"] = "PLAINTEXT"
    mechanism: Literal["SCRAM-SHA-512", "SCRAM-SHA-256", "PLAIN"] = "SCRAM-SHA-512"
    username: str | None = None
    password: str | None = None
    ca_file: str | None = None
    """PEM file of the authority that signed the brokers' certificates; None: the system's."""

    def configuration(self) -> dict[str, Any]:
        """Return the settings of librdkafka; SettingRefused where a user or password is missing."""
        told: dict[str, Any] = {"security.protocol": self.protocol}
        if self.protocol.startswith("SASL"):
            if self.username is None or self.password is None:
                raise SettingRefused(f"security: {self.protocol} needs username and password")
            told |= {
                "sasl.mechanism": self.mechanism,
                "sasl.username": self.username,
                "sasl.password": self.password,
            }
        if self.ca_file is not None:
            told["ssl.ca.location"] = self.ca_file
        return told


def producer(
    brokers: str, security: Security, *, idempotent: bool, on_error: Callable[[KafkaError], None]
) -> Producer:
    """Return a producer that sends in order, none twice by its own retries, and tries until it is told to stop.

    Raises:
        SettingRefused: librdkafka does not take an address or a setting.
    """
    told = {
        "bootstrap.servers": brokers,
        "client.id": "tiendo-agency",
        "enable.idempotence": idempotent,
        "acks": "all",
        "message.timeout.ms": 0,  # the spool keeps it: never give up, so that nothing overtakes it
        "message.max.bytes": 4 * 1024 * 1024,
        "topic.metadata.propagation.max.ms": 5000,
        "linger.ms": 5,  # a round is given at once: there is nothing more to wait for
        "compression.type": "lz4",
        "reconnect.backoff.max.ms": 5000,
        "log_level": 2,  # what goes wrong comes to `on_error`, once
        "error_cb": on_error,
    }
    try:
        return Producer(told | security.configuration(), logger=_log)
    except KafkaException as error:
        raise SettingRefused(f"Kafka's client does not start: {error.args[0].str()}") from None


def is_of_the_event(error: KafkaError) -> bool:
    """Return whether the brokers refuse the record itself, or the batch that it was in."""
    return error.code() in _OF_THE_EVENT
