"""Which of Kafka's errors the relay waits out, and which are bugs."""

import pytest
from aiokafka.errors import (
    KafkaConnectionError,
    KafkaTimeoutError,
    MessageSizeTooLargeError,
    NotLeaderForPartitionError,
    OutOfOrderSequenceNumber,
    TopicAuthorizationFailedError,
)

from sinks.kafka import is_unavailable


@pytest.mark.parametrize(
    "error",
    [
        KafkaConnectionError(),
        KafkaTimeoutError(),
        NotLeaderForPartitionError(),
        OutOfOrderSequenceNumber(),
        TopicAuthorizationFailedError({"alerts.tra-vinh"}),
        TimeoutError(),
    ],
    ids=repr,
)
def test_what_another_try_may_mend_is_unavailable(error: Exception) -> None:
    """A worker that was too busy to deliver a batch in time tries again; it does not end.

    A right that is missing holds up one province, whose relay goes on once somebody has granted it.
    """
    assert is_unavailable(error)


@pytest.mark.parametrize(
    "error",
    [MessageSizeTooLargeError(), ValueError()],
    ids=repr,
)
def test_what_no_try_can_mend_is_a_bug(error: Exception) -> None:
    """Trying for ever would hide it."""
    assert not is_unavailable(error)
