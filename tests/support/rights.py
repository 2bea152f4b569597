"""What a user of a secured Kafka may do, tried through librdkafka as an agency's own program would."""

import time
from typing import Final

from confluent_kafka import Consumer, KafkaError, KafkaException, Producer
from confluent_kafka.admin import (  # type: ignore[attr-defined]  # it exports one of them without saying so
    AdminClient,
    NewTopic,
)

from sinks.brokers import Brokers

TRY_SECONDS: Final = 30.0
DONE: Final = "done"


def writes(brokers: Brokers, topic: str, value: bytes = b"{}") -> str:
    """Send a record; return `DONE` or the name of Kafka's refusal."""
    outcome: list[KafkaError | None] = []
    producer = Producer({**brokers.for_librdkafka, "log_level": 0})
    try:
        producer.produce(topic, value, on_delivery=lambda error, _message: outcome.append(error))
    except KafkaException as refusal:  # it knows already
        return str(refusal.args[0].name())
    producer.flush(TRY_SECONDS)
    assert outcome, f"nothing was heard of the record on {topic}"
    return DONE if outcome[0] is None else str(outcome[0].name())


def reads(brokers: Brokers, topic: str, group: str) -> str:
    """Read a topic from its beginning in a group; return `DONE` at its first record or the name of Kafka's refusal."""
    consumer = Consumer(
        {
            **brokers.for_librdkafka,
            "group.id": group,
            "auto.offset.reset": "earliest",
            "enable.auto.commit": False,
            "log_level": 0,
        }
    )
    consumer.subscribe([topic])
    deadline = time.monotonic() + TRY_SECONDS
    try:
        while time.monotonic() < deadline:
            message = consumer.poll(0.5)
            error = None if message is None else message.error()
            if error is not None and "AUTHORIZATION" in error.name():
                return str(error.name())
            if message is not None and error is None:
                return DONE
    except KafkaException as refusal:
        return str(refusal.args[0].name())
    finally:
        consumer.close()
    message_text = f"neither a record of {topic} nor a refusal came"
    raise AssertionError(message_text)


def creates(brokers: Brokers, topic: str) -> str:
    """Create a topic; return `DONE` or the name of Kafka's refusal."""
    client = AdminClient({**brokers.for_librdkafka, "log_level": 0})
    try:
        for future in client.create_topics([NewTopic(topic, 1, 1)]).values():
            future.result(TRY_SECONDS)
    except KafkaException as refusal:
        return str(refusal.args[0].name())
    return DONE
