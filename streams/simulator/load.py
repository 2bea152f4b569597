"""The benchmark's load: as many mixed events as asked for, spread evenly over five provinces and so many days.

Cheap to make and shaped like the real flow: about 400 bytes each, mostly new subjects, a few late, a few corrected.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

from models.errors import UsageError
from streams.simulator.chance import Chance
from streams.simulator.profiles import PROFILES, Profile
from streams.simulator.wire import (
    SECONDS_PER_DAY,
    Data,
    Happening,
    Letter,
    date_text,
    encode,
    envelope,
    key_of,
    stamp,
)

LEAD_IN_DAYS: Final = 60
"""The load starts so many days into the plan: late events stay inside it."""

OFFICIALS: Final = 2000
CERTIFICATES: Final = 400
RECENT: Final = 512
"""A correction follows within so many events of its province."""


@dataclass(frozen=True, slots=True)
class Shape:
    """What the load looks like beside its length."""

    days: int
    agencies: int
    late: float
    corrected: float


def load(  # noqa: PLR0913 - the knobs of the benchmark, all but two with the numbers of its contract
    seed: int,
    events: int,
    days: int = 90,
    agencies: int = 200,
    *,
    late: float = 0.01,
    corrected: float = 0.01,
    after: int = 0,
) -> Iterator[tuple[str, bytes]]:
    """Return exactly `events` pairs of province and line, the registers of the agencies first, then `after` more.

    Provinces take turns event by event; each event's day moves evenly from the first of `days` to the last, where those
    that come `after` stay. `late` is the share that is told up to 60 days after the event, `corrected` the share that
    corrects a recent event.
    """
    shortest = min(profile.last - profile.first + 1 for profile in PROFILES.values()) - LEAD_IN_DAYS
    if not 1 <= days <= shortest:
        message = f"a load over {days} days does not fit into every plan; give 1 to {shortest}"
        raise UsageError(message)
    return _take_turns(seed, events, after, Shape(days, agencies, late, corrected))


def _take_turns(seed: int, events: int, after: int, shape: Shape) -> Iterator[tuple[str, bytes]]:
    offices = [_Office(profile, seed, shape) for profile in PROFILES.values()]
    start = LEAD_IN_DAYS * SECONDS_PER_DAY
    length = shape.days * SECONDS_PER_DAY
    for number in range(events + after):
        office = offices[number % len(offices)]
        moment = min(number, max(events - 1, 0)) * length // max(events, 1)
        yield office.province, office.next_line(start + moment)


class _Office:
    """All agencies of one province at once: gives its next line for a moment of the plan."""

    def __init__(self, profile: Profile, seed: int, shape: Shape) -> None:
        self.province = profile.province
        self._start = profile.first * SECONDS_PER_DAY
        self._shape = shape
        self._chance = Chance(seed, profile.province, "load")
        number = max(shape.agencies // len(PROFILES), 1)
        self._agencies = [
            f"000.{place // 100:02d}.{place % 100:02d}.{profile.code}"
            for place in range(1, number + 1)
        ]
        self._code = profile.code
        self._to_register = list(reversed(self._agencies))
        self._written = 0
        self._open: list[tuple[str, str]] = []
        """Dossiers (id, agency) that are not resolved yet."""
        self._recent: list[tuple[Happening, str]] = []
        flows: tuple[tuple[int, Callable[[int, str], Happening]], ...] = (
            (24, self._received),
            (8, self._status),
            (20, self._resolved),
            (16, self._exchanged),
            (12, self._processed),
            (8, self._signed),
            (7, self._used),
            (3, self._updated),
            (1, self._certified),
            (1, self._reported),
        )
        self._flows = tuple(flow for weight, flow in flows for _ in range(weight))

    def next_line(self, moment: int) -> bytes:
        now = self._start + moment
        self._written += 1
        if self._to_register:
            return self._line(self._registered(now, self._to_register.pop()), now, None)
        chance, shape = self._chance, self._shape
        draw = chance.random()
        if draw < shape.corrected and self._recent:
            happening, first = chance.pick(self._recent)
            other = chance.pick(self._agencies)
            return self._line(happening._replace(agency=other), now, first)
        at = now
        if draw > 1 - shape.late:
            at -= chance.between(1, LEAD_IN_DAYS * SECONDS_PER_DAY)
        happening = chance.pick(self._flows)(at, chance.pick_early(self._agencies))
        line = self._line(happening, now, None)
        self._remember(happening)
        return line

    def _line(self, happening: Happening, recorded: int, correction_of: str | None) -> bytes:
        event = envelope(
            happening, Letter(self.province, f"l{self._written:08d}", recorded, correction_of)
        )
        del event["datacontenttype"], event["partitionkey"]
        if recorded == happening.at:
            del event["recordedtime"]
        return encode(event)

    def _remember(self, happening: Happening) -> None:
        recent = (happening, f"l{self._written:08d}")
        if len(self._recent) < RECENT:
            self._recent.append(recent)
        else:
            self._recent[self._written % RECENT] = recent

    def _registered(self, at: int, agency: str) -> Happening:
        data: Data = {
            "agency_id": agency,
            "name": f"Cơ quan {agency}",
            "level": "so",
            "block": "nha_nuoc",
            "is_administrative": True,
            "handles_procedures": True,
            "has_one_stop_unit": True,
            "active": True,
            "valid_from": date_text(at // SECONDS_PER_DAY),
        }
        return Happening("agency.registered", agency, at, agency, "danhba", data)

    def _received(self, at: int, agency: str) -> Happening:
        dossier = f"{self._code}-{self._written:08d}"
        self._open.append((dossier, agency))
        due = at + self._chance.between(3, 20) * SECONDS_PER_DAY
        data: Data = {
            "dossier_id": dossier,
            "procedure_id": f"1.{self._chance.below(1000):06d}",
            "agency_id": agency,
            "intake_channel": self._chance.pick(("online", "counter", "post")),
            "procedure_online_level": self._chance.between(2, 4),
            "received_at": stamp(at),
            "due_at": stamp(due),
            "submitter_type": "citizen",
        }
        return Happening("dossier.received", dossier, at, agency, "motcua", data)

    def _status(self, at: int, agency: str) -> Happening:
        if not self._open:
            return self._received(at, agency)
        dossier, owner = self._chance.pick(self._open)
        data: Data = {
            "dossier_id": dossier,
            "to_status": self._chance.pick(("in_process", "waiting_for_applicant", "in_process")),
            "medium": "software",
            "status_at": stamp(at),
            "entered_at": stamp(at),
        }
        return Happening("dossier.status_changed", dossier, at, owner, "motcua", data)

    def _resolved(self, at: int, agency: str) -> Happening:
        if not self._open:
            return self._received(at, agency)
        place = self._chance.below(len(self._open))
        self._open[place], self._open[-1] = self._open[-1], self._open[place]
        dossier, owner = self._open.pop()
        data: Data = {
            "dossier_id": dossier,
            "procedure_id": "1.000001",
            "agency_id": owner,
            "resolved_at": stamp(at),
            "outcome": self._chance.pick(
                ("granted", "granted", "granted", "rejected", "withdrawn")
            ),
            "processing_level": self._chance.between(2, 4),
            "result_channel": "counter",
        }
        return Happening("dossier.resolved", dossier, at, owner, "motcua", data)

    def _exchanged(self, at: int, agency: str) -> Happening:
        exchange = f"X{self._written:08d}"
        medium = self._chance.pick(("electronic_only", "electronic_with_paper", "paper_only"))
        data: Data = {
            "document_id": exchange,
            "exchange_id": exchange,
            "sender_agency_id": agency,
            "receiver_agency_id": self._chance.pick(self._agencies),
            "relation": "inter_agency",
            "medium": medium,
            "signed": self._chance.happens(0.5),
            "secret": self._chance.happens(0.02),
            "sent_at": stamp(at),
        }
        return Happening("document.exchanged", exchange, at, agency, "edoc", data)

    def _processed(self, at: int, agency: str) -> Happening:
        document = f"P{self._written:08d}"
        data: Data = {
            "document_id": document,
            "agency_id": agency,
            "direction": "incoming",
            "in_software": self._chance.happens(0.9),
            "official_id": self._official(),
            "official_is_leader": False,
            "processed_at": stamp(at),
        }
        return Happening(
            "document.processed", key_of(document, agency, "incoming"), at, agency, "edoc", data
        )

    def _signed(self, at: int, agency: str) -> Happening:
        serial, document = f"C{self._chance.below(CERTIFICATES):06d}", f"S{self._written:08d}"
        data: Data = {
            "certificate_serial": serial,
            "object_type": "document",
            "object_id": document,
            "agency_id": agency,
            "system": "edoc",
            "signed_at": stamp(at),
        }
        return Happening(
            "signature.applied", key_of(serial, "document", document), at, agency, "chukyso", data
        )

    def _used(self, at: int, agency: str) -> Happening:
        official = self._official()
        account = f"mail-{official}"
        data: Data = {
            "account_id": account,
            "system": "mail",
            "official_id": official,
            "agency_id": agency,
            "used_on": date_text(at // SECONDS_PER_DAY),
            "actions": self._chance.between(1, 40),
        }
        return Happening("account.used", account, at, agency, "mail", data)

    def _updated(self, at: int, agency: str) -> Happening:
        site = f"website-{agency}"
        data: Data = {
            "site_id": site,
            "agency_id": agency,
            "category": "tin_tuc",
            "updated_at": stamp(at),
        }
        return Happening(
            "website.content_updated", key_of(site, "tin_tuc", ""), at, agency, "cong", data
        )

    def _certified(self, at: int, agency: str) -> Happening:
        serial = f"K{self._written:08d}"
        first = at // SECONDS_PER_DAY
        data: Data = {
            "certificate_serial": serial,
            "holder_type": "organisation",
            "holder_id": agency,
            "agency_id": agency,
            "valid_from": date_text(first),
            "valid_to": date_text(first + self._chance.between(20, 700)),
        }
        return Happening("signature.certificate_issued", serial, at, agency, "chukyso", data)

    def _reported(self, at: int, agency: str) -> Happening:
        system = f"edoc-{agency}"
        data: Data = {
            "system_id": system,
            "agency_id": agency,
            "system_type": "edoc",
            "status": "up" if self._chance.happens(0.95) else "down",
            "at": stamp(at),
        }
        return Happening(
            "system.status_reported", key_of(system, agency), at, agency, "giamsat", data
        )

    def _official(self) -> str:
        return f"cb-{self._chance.below(OFFICIALS):05d}"
