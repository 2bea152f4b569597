"""Delivers what the spool holds, in order, from a thread of its own: a round of events at a time, dropped once acknowledged.

An event leaves the spool only after Kafka has it; dying in between sends it again under the same id, which the server knows. Only
where the brokers refuse a batch for one of its records may the others come after later ones: the server goes by `recordedtime`.
"""

import logging
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from threading import Event as Flag
from threading import Thread
from typing import Final

from confluent_kafka import KafkaError, KafkaException, Message, Producer

from tiendo_agency.errors import AgencyError, SpoolFull, SpoolUnusable
from tiendo_agency.kafka import is_of_the_event
from tiendo_agency.spool import Kept, Spool

ROUND_EVENTS: Final = 2000
ROUND_BYTES: Final = 16 * 1024 * 1024
"""A round ends with the event that goes beyond it."""
_POLL_SECONDS: Final = 0.1
_IDLE_SECONDS: Final = 1.0
_BACKOFF_SECONDS: Final = 0.5
_BACKOFF_MAX_SECONDS: Final = 30.0
_HEADERS: Final[list[tuple[str, str | bytes | None]]] = [
    ("content-type", b"application/cloudevents+json")
]
_log: Final = logging.getLogger("tiendo_agency")

Outcome = dict[int, KafkaError | None]
"""Place of an event -> None where it was acknowledged, else why not."""


@dataclass(frozen=True, slots=True)
class Problem:
    """Something that keeps events from Kafka. It never tells what an event says."""

    detail: str
    """What was wrong, in Kafka's words."""
    event_id: str | None = None
    """The event that was set aside; None: all events wait until this passes."""
    event_type: str | None = None


class Delivery:
    """The thread; it starts with the object and ends with `stop`."""

    def __init__(
        self,
        spool: Spool,
        producer: Callable[[Callable[[KafkaError], None]], Producer],
        on_problem: Callable[[Problem], None] | None,
    ) -> None:
        self._spool = spool
        self._new_producer = producer
        self._on_problem = on_problem
        self._stopping = Flag()
        self._fatal = Flag()
        """The producer can do no more: another one goes on."""
        self._failures = 0
        self._reported: set[str] = set()
        self.trouble: Problem | None = None
        """Why all events wait, until the next acknowledgement."""
        self._producer: Producer | None = producer(self._connection_error)
        self._thread = Thread(target=self._run, name="tiendo-agency", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """End the thread; what Kafka has not acknowledged stays in the spool."""
        self._stopping.set()
        with self._spool.changed:
            self._spool.changed.notify_all()
        self._thread.join()

    def _run(self) -> None:
        try:
            while not self._stopping.is_set():
                try:
                    self._round()
                except AgencyError as error:  # the disk, or a setting that was taken at first
                    self._wait_after(str(error))
            self._drop_producer()
        except BaseException as error:
            self.trouble = Problem(f"delivery ended by {type(error).__name__}: restart the process")
            raise

    def _round(self) -> None:
        waiting = self._spool.first(ROUND_EVENTS, ROUND_BYTES)
        if not waiting:
            self._wait_for_events()
            return
        outcome = self._send_again_alone(waiting, self._send(waiting))
        acknowledged = [kept for kept in waiting if outcome.get(kept.seq, _UNKNOWN) is None]
        refused = [kept for kept in waiting if _refuses(outcome.get(kept.seq))]
        why = {kept.seq: _told(outcome[kept.seq]) for kept in refused}
        self._settle(acknowledged, why)
        if acknowledged:
            self.trouble, self._failures = None, 0
            self._reported.clear()
            _log.debug("delivered %d events", len(acknowledged))
        for kept in refused:
            self._report(Problem(why[kept.seq], kept.event.id, kept.event.type))
        if self._fatal.is_set():
            self._drop_producer()
        passing = [error for error in outcome.values() if error is not None and not _refuses(error)]
        if passing:
            self._wait_after(_told(passing[0]))

    def _send_again_alone(self, round_: Sequence[Kept], outcome: Outcome) -> Outcome:
        """Return the outcome with that of each refused event as it is alone: the brokers refuse a whole batch for one record."""
        if len(round_) == 1:
            return outcome
        for kept in round_:
            if _refuses(outcome.get(kept.seq)):
                del outcome[kept.seq]
                outcome |= self._send([kept])
        return outcome

    def _wait_for_events(self) -> None:
        with self._spool.changed:
            self._spool.changed.wait_for(
                lambda: self._spool.waiting > 0 or self._stopping.is_set(), _IDLE_SECONDS
            )
        if self._producer is not None:
            self._producer.poll(0)  # what it has to say of the connection meanwhile

    def _settle(self, acknowledged: Sequence[Kept], set_aside: dict[int, str]) -> None:
        """Write down what became of events; a disk that is full meanwhile is waited for, or they would be sent for ever."""
        while acknowledged or set_aside:
            try:
                self._spool.settle(acknowledged, set_aside)
            except (SpoolFull, SpoolUnusable) as error:
                self._wait_after(str(error))
                if self._stopping.is_set():
                    return
            else:
                return

    def _send(self, round_: Sequence[Kept]) -> Outcome:
        """Return place -> None where acknowledged, else why not; what is not known when the thread stops is left out."""
        if self._producer is None:
            self._producer = self._new_producer(self._connection_error)
        producer = self._producer
        outcome: Outcome = {}
        for kept in round_:
            while not self._halted() and kept.seq not in outcome:
                try:
                    producer.produce(
                        kept.event.topic,
                        kept.event.value,
                        kept.event.subject.encode(),
                        on_delivery=partial(_delivered, outcome, kept.seq),
                        headers=_HEADERS,
                    )
                except BufferError:
                    producer.poll(_POLL_SECONDS)
                except KafkaException as error:
                    outcome[kept.seq] = error.args[0]
                else:
                    break
        while len(outcome) < len(round_) and not self._halted():
            producer.poll(_POLL_SECONDS)
        return dict(outcome)

    def _halted(self) -> bool:
        return self._stopping.is_set() or self._fatal.is_set()

    def _drop_producer(self) -> None:
        producer, self._producer = self._producer, None
        self._fatal.clear()
        if producer is not None:
            producer.purge()
            producer.flush(1.0)

    def _connection_error(self, error: KafkaError) -> None:
        """Take note of what librdkafka says of the brokers; it goes on trying, unless the error is fatal to the producer."""
        if error.fatal() or error.code() == KafkaError._FATAL:  # noqa: SLF001 - the library's name for it
            self._fatal.set()
        self._trouble(_told(error))

    def _wait_after(self, detail: str) -> None:
        self._trouble(detail)
        seconds = min(_BACKOFF_SECONDS * 2**self._failures, _BACKOFF_MAX_SECONDS)
        self._failures = min(self._failures + 1, 10)
        self._stopping.wait(seconds * random.uniform(0.5, 1.0))  # noqa: S311 - a pause, no secret

    def _trouble(self, detail: str) -> None:
        self.trouble = Problem(detail)
        kind = detail.partition(":")[0]
        if kind not in self._reported:  # once a kind, until something is acknowledged
            self._reported.add(kind)
            self._report(self.trouble)

    def _report(self, problem: Problem) -> None:
        if problem.event_id is None:
            _log.warning("events wait: %s", problem.detail)
        else:
            _log.error("event %s set aside: %s", problem.event_id, problem.detail)
        if self._on_problem is not None:
            try:
                self._on_problem(problem)
            except Exception:  # noqa: BLE001 - a stranger's function: whatever it does, delivery goes on
                _log.exception("on_error failed")


_UNKNOWN: Final = object()


def _delivered(outcome: Outcome, seq: int, error: KafkaError | None, _message: Message) -> None:
    outcome[seq] = error


def _refuses(error: KafkaError | None) -> bool:
    return error is not None and is_of_the_event(error)


def _told(error: KafkaError | None) -> str:
    return "" if error is None else f"{error.name()}: {error.str()}"
