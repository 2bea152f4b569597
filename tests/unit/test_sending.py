"""Lines on their way to a broker that misbehaves: what has arrived is known, what has not is sent again or named."""

import asyncio
import contextlib
from collections.abc import Callable, Iterator
from typing import NamedTuple, TypeAlias

import pytest
from aiokafka.errors import (
    InvalidTopicError,
    KafkaConnectionError,
    MessageSizeTooLargeError,
    TopicAuthorizationFailedError,
)

from models.errors import Forbidden, TiendoError, Unavailable
from models.topics import progress_topic
from sinks import brokers
from sinks.brokers import Brokers
from streams import sending
from streams.lines import Line
from streams.sending import NotPublished, Sender
from streams.settings import Settings

PROVINCE = "tra-vinh"
LINES = [Line(number, PROVINCE, b"%d" % number) for number in range(1, 6)]
Answer: TypeAlias = Exception | int | None
"""An error, the offset, or no answer at all."""


class _Metadata(NamedTuple):
    names: set[str]

    def topics(self) -> set[str]:
        return self.names


class ScriptedBroker:
    """Answers each record by number, as `answers` says at the time; None: never."""

    def __init__(self, answers: Callable[[bytes], Answer], topics: set[str]) -> None:
        self.answers = answers
        self.client = self
        self.received: list[bytes] = []
        self.started = self.stopped = self.discarded = 0
        self._names = topics

    async def fetch_all_metadata(self) -> _Metadata:
        """Return the topics."""
        return _Metadata(self._names)

    async def send(self, _topic: str, value: bytes, **_: object) -> "asyncio.Future[object]":
        """Take a record; its answer is there at once, if ever."""
        answer = self.answers(value)
        future: asyncio.Future[object] = asyncio.get_running_loop().create_future()
        if isinstance(answer, MessageSizeTooLargeError):
            raise answer
        if isinstance(answer, Exception):
            future.set_exception(answer)
        elif answer is not None:
            self.received.append(value)
            future.set_result(_Placed(answer))
        return future

    async def stop(self) -> None:
        """Count an orderly end."""
        self.stopped += 1


class _Placed(NamedTuple):
    offset: int


@pytest.fixture
def broker(monkeypatch: pytest.MonkeyPatch) -> ScriptedBroker:
    """Return a broker that takes everything; whoever connects gets it."""
    made = ScriptedBroker(int, {progress_topic(PROVINCE)})

    async def started(_: Settings) -> ScriptedBroker:
        made.started += 1
        return made

    async def discarded(_: ScriptedBroker) -> None:
        made.discarded += 1

    async def nobody(_: Brokers, seconds: float) -> None:
        raise Unavailable(f"no Kafka after {seconds} s")

    monkeypatch.setattr(brokers, "reach", nobody)
    monkeypatch.setattr(sending, "started_producer", started)
    monkeypatch.setattr(sending, "discard", discarded)
    monkeypatch.setattr(sending, "ANSWER_SECONDS", 0.05)
    monkeypatch.setattr(sending, "FIRST_PAUSE_SECONDS", 0.01)
    return made


async def sent(
    error: type[TiendoError] | None = None, patience: float = 0.0
) -> tuple[Sender, list[int], list[str], str]:
    """Send the lines; return the sender, the numbers acknowledged, what was said and the error's text."""
    said: list[str] = []
    numbers: list[int] = []

    def count(lines: object) -> None:
        assert isinstance(lines, list)
        numbers.extend(line.number for line in lines)

    text = ""
    sender = Sender(Settings(), patience_seconds=patience, say=said.append, sent=count)
    expected = contextlib.nullcontext() if error is None else pytest.raises(error)
    with expected as raised:
        async with sender:
            await sender.send(LINES)
    if raised is not None:
        text = str(raised.value)
    return sender, numbers, said, text


async def test_all_that_is_acknowledged_is_counted_once(broker: ScriptedBroker) -> None:
    """The producer ends in order, and the topic's end is known."""
    sender, numbers, said, _ = await sent()

    assert [1, 2, 3, 4, 5] == numbers
    assert ({PROVINCE: 6}, 6, []) == (sender.ends, sender.next_line, said)
    assert (1, 1, 0) == (broker.started, broker.stopped, broker.discarded)


async def test_only_what_was_not_acknowledged_is_sent_again(broker: ScriptedBroker) -> None:
    """By another producer: the first one's remains must not come after."""
    misses = iter([KafkaConnectionError(), KafkaConnectionError()])
    broker.answers = lambda value: next(misses, 9) if value in {b"3", b"5"} else int(value)

    sender, numbers, said, _ = await sent(patience=5)

    assert [1, 2, 3, 4, 5] == sorted(numbers)
    assert sorted(line.value for line in LINES) == sorted(broker.received)
    assert (6, ["no Kafka after 5.0 s; trying again for 5 s"]) == (sender.next_line, said)
    assert (2, 1, 1) == (broker.started, broker.stopped, broker.discarded)


async def test_a_broker_that_says_nothing_is_away(broker: ScriptedBroker) -> None:
    """The run ends when patience does; the first line that has not arrived is named."""
    broker.answers = lambda value: None if value in {b"2", b"4"} else int(value)

    sender, numbers, _, text = await sent(Unavailable)

    assert ([1, 3, 5], 2) == (numbers, sender.next_line)
    assert (
        "does not take line 2 (TimeoutError): if that lasts, start it, or set TIENDO_KAFKA" in text
    )


async def test_a_line_that_is_too_large_is_named_once_the_others_have_arrived(
    broker: ScriptedBroker,
) -> None:
    """Those before it have; those after it were not begun."""
    broker.answers = lambda value: MessageSizeTooLargeError() if value == b"3" else int(value)

    sender, numbers, _, text = await sent(NotPublished, patience=5)

    assert ([1, 2], 3) == (numbers, sender.next_line)
    assert text.startswith("line 3 has 1 bytes, more than a topic takes")


async def test_a_topic_that_one_may_not_write_to_is_no_reason_to_wait(
    broker: ScriptedBroker,
) -> None:
    """The operator must grant it."""
    broker.answers = lambda _: TopicAuthorizationFailedError(progress_topic(PROVINCE))

    sender, numbers, said, text = await sent(Forbidden, patience=5)

    assert ([], [], 1) == (numbers, said, sender.next_line)
    assert "does not take line 1: an unknown user lacks a right on progress.tra-vinh" in text
    assert "ask whoever keeps the file of `tiendo topics --acl`" in text


async def test_a_line_that_the_broker_refuses_is_no_reason_to_wait(broker: ScriptedBroker) -> None:
    """No other try would do better."""
    broker.answers = lambda value: InvalidTopicError() if value == b"2" else int(value)

    sender, numbers, said, text = await sent(NotPublished, patience=5)

    assert ([1, 3, 4, 5], [], 2) == (numbers, said, sender.next_line)
    assert "Kafka refuses line 2 for progress.tra-vinh (InvalidTopicError)" in text


async def test_lines_of_several_files_are_told_apart(broker: ScriptedBroker) -> None:
    """Each file counts from 1: what arrived of one is not taken for what has not of another."""
    misses = iter([KafkaConnectionError()])
    broker.answers = lambda value: next(misses, 9) if value == b"b" else 1
    lines = [Line(1, PROVINCE, b"a"), Line(1, PROVINCE, b"b")]

    async with Sender(Settings(), patience_seconds=5) as sender:
        await sender.send(lines)

    assert [b"a", b"b"] == broker.received


async def test_a_topic_that_is_missing_is_no_reason_to_wait(broker: ScriptedBroker) -> None:
    """Nothing is handed to the producer, so no broker makes the topic up."""
    broker._names.clear()

    _, numbers, said, text = await sent(NotPublished, patience=5)

    assert ([], [], []) == (numbers, said, broker.received)
    assert (
        "line 1 is of tra-vinh, and there is no topic progress.tra-vinh: create it with `tiendo topics`"
        in text
    )


async def test_what_is_there_goes_before_the_next_line_is_waited_for(
    broker: ScriptedBroker,
) -> None:
    """A stream of now and then is not kept back until a portion is full."""
    arrived_before: list[int] = []

    def lines() -> Iterator[Line]:
        for line in LINES:
            arrived_before.append(len(broker.received))
            yield line

    async with Sender(Settings(), patience_seconds=0) as sender:
        await sender.send(lines(), must_wait=lambda: True)

    assert [0, 1, 2, 3, 4] == arrived_before
