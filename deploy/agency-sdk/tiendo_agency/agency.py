"""What an agency's system holds: one object that takes events and answers for them.

An event that `send` returned for is on the disk; it leaves the disk only when Kafka has acknowledged it.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from threading import Lock
from types import TracebackType
from typing import Final, Self
from uuid import uuid4

from tiendo_agency.delivery import Delivery, Problem
from tiendo_agency.errors import AgencyError
from tiendo_agency.events import Attributes, Event, Sender, build, build_retraction
from tiendo_agency.kafka import Security, producer
from tiendo_agency.spool import Spool
from tiendo_agency.values import VIETNAM
from tiendo_agency.vocabulary import EVENT_TIME

CLOSE_SECONDS: Final = 10.0
SPOOL_MAX_BYTES: Final = 1024 * 1024 * 1024
_NEXT: Final = timedelta(microseconds=1)


class Agency:
    """A sending system of an agency; its methods may be called from any thread. Open it after a fork, never before."""

    def __init__(  # noqa: PLR0913 - what a sending system says once, by name
        self,
        *,
        province: str,
        agency: str,
        source: str,
        brokers: str,
        spool: str | Path,
        spool_max_bytes: int = SPOOL_MAX_BYTES,
        security: Security | None = None,
        idempotent: bool = True,
        on_error: Callable[[Problem], None] | None = None,
    ) -> None:
        """Open the spool, and go on delivering what an earlier process left there.

        Args:
            province: slug, such as tra-vinh.
            agency: code of the agency that the events belong to.
            source: URI that names this system, such as urn:tiendo:tra-vinh:motcua.
            brokers: host:port of one or several brokers, comma separated.
            spool: folder of this process alone; made if need be.
            spool_max_bytes: from there on `send` raises SpoolFull.
            security: TLS and SASL; none by default.
            idempotent: off only for brokers that give producers no ids, such as the embedded one.
            on_error: called with each new problem, from the thread that delivers; keep it short.

        Raises:
            SettingRefused: an argument cannot work.
            SpoolUnusable: the spool cannot be opened, or another process has it.
        """
        self._sender = Sender(province, agency, source)
        self._lock = Lock()
        self._closed = False
        self._recorded = datetime.min.replace(tzinfo=VIETNAM)
        self._spool = Spool(Path(spool), spool_max_bytes)
        start = partial(producer, brokers, security or Security(), idempotent=idempotent)
        try:
            self._delivery = Delivery(
                self._spool, lambda on_connection: start(on_error=on_connection), on_error
            )
        except AgencyError:
            self._spool.close()
            raise

    def send(
        self,
        event_type: str,
        /,
        *,
        id: str | None = None,  # noqa: A002 - the attribute's name
        time: datetime | None = None,
        recordedtime: datetime | None = None,
        correctionof: str | None = None,
        **fields: object,
    ) -> str:
        """Check an event, keep it on disk and return its id; it is delivered from there, in order.

        To correct a fact, send it again with the same key: what was recorded later holds.

        Args:
            event_type: as in the vocabulary: `dossier.received`.
            id: the event's id; a new one by default. Sending again what may have been sent: the same id.
            time: when it happened; by default the moment that dates the fact, else now.
            recordedtime: when it was written down; now by default.
            correctionof: id of the event that this one corrects, for information.
            fields: the payload: text, whole numbers, Decimal, bool, date, datetime with tzinfo, lists, enumerations.

        Raises:
            EventRefused: the event breaks a rule of the bus; nothing was kept.
            SpoolFull: there is no room on the disk; nothing was kept.
            SpoolUnusable: the disk cannot be written.
        """
        attributes = self._attributes(id, time, recordedtime, correctionof)
        return self._keep(build(self._sender, event_type, fields, attributes))

    def event(
        self,
        event_type: str,
        /,
        *,
        id: str | None = None,  # noqa: A002 - the attribute's name
        time: datetime | None = None,
        recordedtime: datetime | None = None,
        correctionof: str | None = None,
        **fields: object,
    ) -> Event:
        """Check an event and return it unsent, for `send_events`; arguments and errors as `send`."""
        attributes = self._attributes(id, time, recordedtime, correctionof)
        return build(self._sender, event_type, fields, attributes)

    def send_events(self, events: Sequence[Event]) -> None:
        """Keep events on disk, all or none: many at once cost about what one costs."""
        self._spool.add(events)

    def retract(
        self,
        event_type: str,
        /,
        *,
        reason: str,
        id: str | None = None,  # noqa: A002 - the attribute's name
        time: datetime | None = None,
        **fields: object,
    ) -> str:
        """Take a fact back that was never true; return the event's id.

        Args:
            event_type: the type of the fact.
            reason: why, in a few words; no names.
            id: the event's id; a new one by default.
            time: that of the event which is taken back, for a type that is dated by it.
            fields: those that name the fact: its natural key, and its moment where it is one of a series.

        Raises:
            EventRefused: a field that names the fact is missing or wrong, or another one is given.
            SpoolFull: there is no room on the disk; nothing was kept.
            SpoolUnusable: the disk cannot be written.
        """
        named: Mapping[str, object] = fields if time is None else {**fields, EVENT_TIME: time}
        attributes = self._attributes(id, None, None, None)
        return self._keep(build_retraction(self._sender, event_type, named, reason, attributes))

    def waiting(self) -> int:
        """Return how many events Kafka has not acknowledged yet, those set aside left out."""
        return self._spool.waiting

    def problems(self) -> list[Problem]:
        """Return what keeps events from Kafka now: the present trouble, and the events that were set aside."""
        trouble = self._delivery.trouble
        refused = [Problem(why, one, name) for one, name, why in self._spool.refused()]
        return refused if trouble is None or self._spool.waiting == 0 else [trouble, *refused]

    def retry_set_aside(self) -> None:
        """Deliver the events that were set aside once more: the topic may take larger ones by now."""
        self._spool.take_up_again()

    def drop_set_aside(self) -> None:
        """Forget the events that were set aside."""
        self._spool.drop_refused()

    def flush(self, seconds: float = CLOSE_SECONDS) -> int:
        """Wait until Kafka has everything, at most so long; return how many events still wait."""
        return self._spool.wait_until_empty(seconds)

    def close(self, seconds: float = CLOSE_SECONDS) -> int:
        """Deliver for at most so long and end; return how many events wait on the disk for the next process."""
        if self._closed:
            return self._spool.waiting
        self._closed = True
        self.flush(seconds)
        self._delivery.stop()
        self._spool.close()
        return self._spool.waiting

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def _keep(self, event: Event) -> str:
        self._spool.add([event])
        return event.id

    def _attributes(
        self,
        event_id: str | None,
        time: datetime | None,
        recordedtime: datetime | None,
        correctionof: str | None,
    ) -> Attributes:
        return Attributes(event_id or str(uuid4()), self._now(), time, recordedtime, correctionof)

    def _now(self) -> datetime:
        """Return the clock's time, later than the last one: of two assertions the one sent later must hold."""
        with self._lock:
            self._recorded = max(datetime.now(VIETNAM), self._recorded + _NEXT)
            return self._recorded
