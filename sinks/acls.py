"""Kafka's list of rights (ACLs): read, added to and taken from, through librdkafka, since aiokafka knows nothing of it.

Every call is one request to the controller and blocks until it has answered.
"""

import logging
from collections.abc import Collection, Iterable
from concurrent.futures import Future
from typing import Any, Final

from confluent_kafka import KafkaError, KafkaException
from confluent_kafka.admin import (  # type: ignore[attr-defined]  # it exports some of them without saying so
    AclBinding,
    AclBindingFilter,
    AclOperation,
    AclPermissionType,
    AdminClient,
    ResourcePatternType,
    ResourceType,
)

from models.access import Right
from models.errors import Forbidden, TiendoError, Unavailable
from sinks.brokers import Brokers

ANSWER_SECONDS: Final = 20.0
_EVERYTHING: Final[tuple[Any, ...]] = (
    ResourceType.ANY,
    None,
    ResourcePatternType.ANY,
    None,
    None,
    AclOperation.ANY,
    AclPermissionType.ANY,
)


_NOBODYS: Final = Right("User:", "READ", "TOPIC", "tiendo.nobody")


class NoAuthorizer(TiendoError):  # noqa: N818 - named for what the cluster lacks
    """The brokers keep no list of rights: everybody may do everything."""


class Acls:
    """The list of rights of one Kafka."""

    def __init__(self, brokers: Brokers) -> None:
        self._brokers = brokers
        silent = logging.getLogger("librdkafka")
        silent.setLevel(logging.CRITICAL)  # what it says of an error is in the sentence
        self._client = AdminClient({**brokers.for_librdkafka}, logger=silent)

    def found(self) -> frozenset[Right]:
        """Return every right that there is; Forbidden to whoever may not also change them."""
        # librdkafka gives an empty list where it was refused one; to take away what nobody has is refused aloud.
        self.remove([_NOBODYS])
        bindings = self._answer(self._client.describe_acls(AclBindingFilter(*_EVERYTHING)))
        return frozenset(_right(one) for one in bindings)

    def add(self, rights: Collection[Right]) -> None:
        """Add rights; one that is there stays."""
        self._answers(self._client.create_acls([_binding(one) for one in rights]).values())

    def remove(self, rights: Collection[Right]) -> None:
        """Take rights away."""
        filters = [_filter(one) for one in rights]
        self._answers(self._client.delete_acls(filters).values())

    def _answers(self, futures: "Iterable[Future[Any]]") -> None:
        for future in futures:
            self._answer(future)

    def _answer(self, future: "Future[Any]") -> Any:  # noqa: ANN401 - what the request gives
        try:
            return future.result(ANSWER_SECONDS)
        except KafkaException as error:
            raise self._decided(error.args[0]) from error
        except TimeoutError as error:
            raise Unavailable(f"Kafka at {self._brokers.bootstrap} did not answer") from error

    def _decided(self, error: KafkaError) -> TiendoError:
        if error.code() == KafkaError.CLUSTER_AUTHORIZATION_FAILED:
            return Forbidden(
                f"Kafka does not let {self._brokers.who} see or change rights: do it as one of its super.users"
            )
        if error.code() == KafkaError.SECURITY_DISABLED:
            return NoAuthorizer(
                f"Kafka at {self._brokers.bootstrap} keeps no list of rights: set authorizer.class.name in its"
                " configuration (see deploy/docs/access.md)"
            )
        return Unavailable(
            f"Kafka at {self._brokers.bootstrap} did not change its list of rights ({error.name()})"
        )


def _right(binding: Any) -> Right:  # noqa: ANN401 - an AclBinding, whose enumerations are typed as what they may be made from
    return Right(
        binding.principal,
        binding.operation.name,
        binding.restype.name,
        binding.name,
        prefixed=binding.resource_pattern_type is ResourcePatternType.PREFIXED,
        allowed=binding.permission_type is AclPermissionType.ALLOW,
        host=binding.host,
    )


def _arguments(right: Right) -> tuple[Any, ...]:
    return (
        ResourceType[right.resource],
        right.name,
        ResourcePatternType.PREFIXED if right.prefixed else ResourcePatternType.LITERAL,
        right.principal,
        right.host,
        AclOperation[right.operation],
        AclPermissionType.ALLOW if right.allowed else AclPermissionType.DENY,
    )


def _binding(right: Right) -> AclBinding:
    return AclBinding(*_arguments(right))


def _filter(right: Right) -> AclBindingFilter:
    return AclBindingFilter(*_arguments(right))
