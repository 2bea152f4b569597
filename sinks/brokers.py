"""Where Kafka is and how its clients prove who they are: the one place that knows the arguments of each library.

A password is in this object and in no `repr` of it. Errors leave as decisions: `Forbidden` where Kafka is there and refuses us,
`Unavailable` where nobody answers.
"""

import asyncio
import ssl
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from typing import Any, Final

from aiokafka.client import AIOKafkaClient, CoordinationType
from aiokafka.conn import collect_hosts, create_conn
from aiokafka.errors import (
    AuthenticationFailedError,
    AuthenticationMethodNotSupported,
    ClusterAuthorizationFailedError,
    GroupAuthorizationFailedError,
    IllegalSaslStateError,
    KafkaConnectionError,
    KafkaError,
    SaslAuthenticationFailed,
    TopicAuthorizationFailedError,
    UnsupportedSaslMechanismError,
)
from aiokafka.protocol.metadata import MetadataRequest

from models.errors import Forbidden, Unavailable

ASK_SECONDS: Final = 20.0
"""Longest wait for a broker's answer."""
REASON_SECONDS: Final = 5.0
"""The same where it is only asked why a client could not connect."""

UNRIGHTED: Final = (
    TopicAuthorizationFailedError,
    GroupAuthorizationFailedError,
    ClusterAuthorizationFailedError,
)
"""We are known, and may not do this."""
_UNKNOWN: Final = (
    SaslAuthenticationFailed,
    AuthenticationFailedError,
    AuthenticationMethodNotSupported,
    UnsupportedSaslMechanismError,
    IllegalSaslStateError,
)
"""We are not known."""


class Security(StrEnum):
    """What a listener of Kafka speaks."""

    PLAINTEXT = "PLAINTEXT"
    """Nobody is asked who they are, anybody may listen: for one machine."""
    SSL = "SSL"
    """Encrypted; who presents a certificate is known by its subject."""
    SASL_PLAINTEXT = "SASL_PLAINTEXT"
    """User and password, and anybody may listen: inside one machine's own network."""
    SASL_SSL = "SASL_SSL"
    """User and password, encrypted: between machines."""

    @property
    def is_encrypted(self) -> bool:
        """Return whether certificates play a part."""
        return self in {Security.SSL, Security.SASL_SSL}

    @property
    def asks_for_a_user(self) -> bool:
        """Return whether user and password play a part."""
        return self in {Security.SASL_PLAINTEXT, Security.SASL_SSL}


class Mechanism(StrEnum):
    """How a password is proved."""

    SCRAM_SHA_512 = "SCRAM-SHA-512"
    SCRAM_SHA_256 = "SCRAM-SHA-256"
    PLAIN = "PLAIN"
    """The password itself goes over the line: with TLS only."""


@dataclass(frozen=True)
class Brokers:
    """The addresses of one Kafka and one user's credentials there."""

    bootstrap: str
    """host:port of one or several, comma separated."""
    security: Security = Security.PLAINTEXT
    mechanism: Mechanism = Mechanism.SCRAM_SHA_512
    username: str | None = None
    password: str | None = field(default=None, repr=False)
    ca_file: str | None = None
    """PEM of the authorities that sign Kafka's certificates; None: those that the system trusts."""
    cert_file: str | None = None
    """PEM of our own certificate with its chain, where Kafka asks for one."""
    key_file: str | None = None

    @cached_property
    def ssl_context(self) -> ssl.SSLContext | None:
        """Return what checks Kafka's certificate and shows ours; Forbidden where a file cannot be read."""
        if not self.security.is_encrypted:
            return None
        try:
            context = ssl.create_default_context(cafile=self.ca_file)
            if self.cert_file is not None:
                context.load_cert_chain(self.cert_file, self.key_file)
        except OSError as error:  # ssl.SSLError is one
            raise Forbidden(
                f"the certificates for Kafka cannot be read ({error.strerror or error}): TIENDO_KAFKA_CA_FILE,"
                " TIENDO_KAFKA_CERT_FILE and TIENDO_KAFKA_KEY_FILE name PEM files"
            ) from error
        return context

    @property
    def for_aiokafka(self) -> dict[str, Any]:
        """Return the arguments with which any client of aiokafka connects."""
        return {
            "bootstrap_servers": self.bootstrap,
            "security_protocol": self.security.value,
            "ssl_context": self.ssl_context,
            "sasl_mechanism": self.mechanism.value,
            "sasl_plain_username": self.username,
            "sasl_plain_password": self.password,
        }

    @property
    def for_librdkafka(self) -> dict[str, str]:
        """Return the same as properties of librdkafka."""
        named = {"bootstrap.servers": self.bootstrap, "security.protocol": self.security.value}
        if self.security.asks_for_a_user:
            named |= {"sasl.mechanisms": self.mechanism.value}
            named |= {"sasl.username": self.username or "", "sasl.password": self.password or ""}
        if self.security.is_encrypted:
            files = {
                "ssl.ca.location": self.ca_file,
                "ssl.certificate.location": self.cert_file,
                "ssl.key.location": self.key_file or self.cert_file,
            }
            named |= {name: path for name, path in files.items() if path is not None}
        return named

    @property
    def who(self) -> str:
        """Name the user for a sentence."""
        if self.security.asks_for_a_user:
            return f"user {self.username}"
        return "the owner of the certificate" if self.cert_file is not None else "an unknown user"


async def reach(brokers: Brokers, seconds: float = ASK_SECONDS) -> None:
    """Return once a broker has answered us; Unavailable when none does, Forbidden when one refuses us."""
    arguments = {**brokers.for_aiokafka, "request_timeout_ms": int(seconds * 1000)}
    refusal: Forbidden | None = None
    failure: BaseException | None = None
    for host, port, _ in collect_hosts(arguments.pop("bootstrap_servers")):
        try:
            async with asyncio.timeout(seconds):
                connection = await create_conn(host, port, **arguments)
                try:
                    await connection.send(MetadataRequest([]))
                finally:
                    await connection.close()
        except _UNKNOWN as error:
            refusal = Forbidden(
                f"Kafka at {host}:{port} does not accept {brokers.who} ({type(error).__name__}): check"
                " TIENDO_KAFKA_SASL_USERNAME, TIENDO_KAFKA_SASL_PASSWORD and TIENDO_KAFKA_SASL_MECHANISM"
            )
        except (ssl.SSLEOFError, ssl.SSLZeroReturnError) as error:  # it went away meanwhile
            failure = error
        except ssl.SSLError as error:
            refusal = Forbidden(
                f"no trust between us and Kafka at {host}:{port} ({getattr(error, 'verify_message', '') or error.reason}):"
                " check TIENDO_KAFKA_CA_FILE, the name in its certificate, and our own certificate where it asks for one"
            )
        except (KafkaError, OSError) as error:  # TimeoutError is one
            failure = error
        else:
            return
    if refusal is not None:
        raise refusal
    raise Unavailable(
        f"no Kafka at {brokers.bootstrap} that speaks {brokers.security} ({type(failure).__name__}): start it, or set"
        " TIENDO_KAFKA_BOOTSTRAP_SERVERS and TIENDO_KAFKA_SECURITY_PROTOCOL"
    ) from failure


async def why(brokers: Brokers, failed: str, error: BaseException) -> Unavailable:
    """Return what is to be raised for an error of aiokafka; `failed` says what was not done."""
    if isinstance(error, UNRIGHTED):
        return unrighted(brokers, failed, error)
    if isinstance(error, KafkaConnectionError):
        try:
            await reach(brokers, REASON_SECONDS)
        except Unavailable as reason:
            return reason
    return Unavailable(
        f"Kafka at {brokers.bootstrap} {failed} ({type(error).__name__}): if that lasts, start it, or set"
        " TIENDO_KAFKA_BOOTSTRAP_SERVERS"
    )


def unrighted(brokers: Brokers, failed: str, error: BaseException) -> Forbidden:
    """Return the sentence about a right that is missing."""
    on = ", ".join(sorted(_named(error.args[0]))) if error.args else "it"
    return Forbidden(
        f"Kafka at {brokers.bootstrap} {failed}: {brokers.who} lacks a right on {on}; ask whoever keeps the file of"
        " `tiendo topics --acl`"
    )


def _named(subject: object) -> set[str]:
    return {subject} if isinstance(subject, str) else {str(one) for one in subject}  # type: ignore[attr-defined]  # aiokafka gives a set of topics


async def forbidden(brokers: Brokers, topics: frozenset[str], group: str) -> frozenset[str]:
    """Return the topics that Kafka does not show us.

    Raises Forbidden when we may not even join the group, Unavailable when no broker answers.
    """
    client = AIOKafkaClient(**brokers.for_aiokafka)
    try:
        async with asyncio.timeout(ASK_SECONDS):
            await client.bootstrap()
            try:
                await client.coordinator_lookup(CoordinationType.GROUP, group)
            except GroupAuthorizationFailedError as error:
                raise unrighted(
                    brokers, "does not let us read", GroupAuthorizationFailedError(f"group {group}")
                ) from error
            except (
                KafkaError
            ):  # the group's coordinator is not there yet: that is no matter of rights
                pass
            await client.set_topics(topics)
            return topics & frozenset(client.cluster.unauthorized_topics)
    except (KafkaError, TimeoutError) as error:
        raise await why(brokers, "did not show its topics", error) from error
    finally:
        await client.close()
