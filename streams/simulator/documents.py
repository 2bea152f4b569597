"""Official documents and signatures: issued, exchanged, processed, published, digitised, signed; certificates live and end.

A certificate's validity ends by itself two years on; most are renewed in time.
"""

from typing import Final

from streams.simulator.agencies import Agency
from streams.simulator.rollouts import system_id
from streams.simulator.wire import SECONDS_PER_DAY, Data, Happening, date_text, key_of, stamp
from streams.simulator.world import World

RELATIONS: Final = (
    "inter_agency",
    "inter_agency",
    "submission_to_ppc",
    "province_to_central",
    "province_to_province",
)
SIGNING_SYSTEMS: Final = ("edoc", "edoc", "edoc", "mail", "one_stop")
VALIDITY_DAYS: Final = 730
CERTIFICATES: Final = 30
"""Certificates in force on the first day."""


class Documents:
    """Tells the day's documents, and the signatures on some of them."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._drift = world.profile.drift
        self._chance = world.chance("documents")
        self._number = 0
        self._certificates: dict[str, list[str]] = {}
        self._serials = 0
        self._renewals: dict[int, list[Agency]] = {}

    def open(self) -> None:
        """Tell the certificates in force; most run out during a long plan."""
        first = self._world.profile.first
        for number in range(CERTIFICATES):
            age = self._chance.below(VALIDITY_DAYS - 30)
            self._certify(self._world.busy[number % len(self._world.busy)], first, first - age)

    def run(self, day: int) -> None:
        """Tell the documents, certificates and signatures of `day`."""
        chance, world = self._chance, self._world
        for _ in range(chance.count(world.rate(2.8, day))):
            self._exchange(chance.pick_early(world.busy), day)
        for _ in range(chance.count(world.rate(1.8, day))):
            self._process(chance.pick_early(world.busy), day)
        for _ in range(chance.count(world.rate(0.6, day))):
            self._issue(chance.pick_early(world.busy), day)
        for _ in range(chance.count(world.rate(0.4, day))):
            self._digitise(day)
        for agency in self._renewals.pop(day, ()):
            if chance.happens(0.85):
                self._certify(agency, day, day)
        for _ in range(chance.count(world.rate(0.08, day))):
            self._certify(chance.pick(world.agencies), day, day)
        for _ in range(chance.count(world.rate(0.03, day))):
            self._revoke(chance.pick(world.busy), day)

    def _new_id(self, agency: Agency) -> str:
        self._number += 1
        return f"{self._number}/{agency.code}"

    def _exchange(self, sender: Agency, day: int) -> None:
        chance, progress = self._chance, self._world.progress(day)
        receiver = chance.pick(self._world.busy)
        relation = chance.pick(RELATIONS)
        if relation == "submission_to_ppc":
            receiver = self._world.agencies[0]
        draw = chance.random()
        electronic = self._drift.electronic_only.at(progress)
        with_paper = electronic + self._drift.electronic_with_paper.at(progress)
        medium = (
            "electronic_only"
            if draw < electronic
            else "electronic_with_paper"
            if draw < with_paper
            else "paper_only"
        )
        signed = medium != "paper_only" and chance.happens(self._drift.signed.at(progress))
        document, at = self._new_id(sender), chance.office_moment(day)
        exchange = f"{document}>{receiver.code}"
        data: Data = {
            "document_id": document,
            "exchange_id": exchange,
            "sender_agency_id": sender.code,
            "receiver_agency_id": receiver.code,
            "relation": relation,
            "medium": medium,
            "signed": signed,
            "secret": chance.happens(0.03),
            "sender_level": sender.level,
            "receiver_level": receiver.level,
            "sent_at": stamp(at),
            "received_at": stamp(at + chance.below(7200)),
        }
        self._world.tell(
            Happening("document.exchanged", key_of(exchange), at, sender.code, "edoc", data)
        )
        if signed:
            self._sign(sender, document, at - 600)

    def _sign(self, agency: Agency, document: str, at: int) -> None:
        serials = self._certificates.get(agency.code)
        if serials:
            serial = self._chance.pick(serials)
            data: Data = {
                "certificate_serial": serial,
                "object_type": "document",
                "object_id": document,
                "agency_id": agency.code,
                "system": self._chance.pick(SIGNING_SYSTEMS),
                "signed_at": stamp(at),
            }
            self._world.tell(
                Happening(
                    "signature.applied",
                    key_of(serial, "document", document),
                    at,
                    agency.code,
                    "chukyso",
                    data,
                )
            )

    def _process(self, agency: Agency, day: int) -> None:
        chance = self._chance
        document, at = self._new_id(agency), chance.office_moment(day)
        direction = chance.pick(("incoming", "incoming", "outgoing"))
        data: Data = {
            "document_id": document,
            "agency_id": agency.code,
            "direction": direction,
            "in_software": chance.happens(self._drift.in_software.at(self._world.progress(day))),
            "official_id": chance.pick(self._world.officials),
            "official_is_leader": chance.happens(0.2),
            "processed_at": stamp(at),
        }
        self._world.tell(
            Happening(
                "document.processed",
                key_of(document, agency.code, direction),
                at,
                agency.code,
                "edoc",
                data,
            )
        )

    def _issue(self, agency: Agency, day: int) -> None:
        chance = self._chance
        document, at = self._new_id(agency), chance.office_moment(day)
        kind = chance.pick(("steering", "steering", "legal", "other"))
        data: Data = {
            "document_id": document,
            "agency_id": agency.code,
            "doc_class": kind,
            "secret": chance.happens(0.02),
            "issued_at": stamp(at),
        }
        self._world.tell(
            Happening("document.issued", key_of(document), at, agency.code, "edoc", data)
        )
        if chance.happens(self._drift.published.at(self._world.progress(day))):
            self._publish(agency, document, at + chance.between(1800, 250_000))

    def _publish(self, agency: Agency, document: str, at: int) -> None:
        site = system_id("website", agency.code)
        data: Data = {
            "document_id": document,
            "agency_id": agency.code,
            "site_id": site,
            "is_provincial_portal": agency.level == "so",
            "published_at": stamp(at),
        }
        self._world.tell(
            Happening("document.published", key_of(document, site), at, agency.code, "cong", data)
        )

    def _digitise(self, day: int) -> None:
        agency = self._chance.pick(self._world.busy)
        document, at = self._new_id(agency), self._chance.office_moment(day)
        data: Data = {
            "document_id": document,
            "agency_id": agency.code,
            "archive_series": f"Phông {1 + self._number % 9:02d}",
            "secret": False,
            "digitized_at": stamp(at),
        }
        self._world.tell(
            Happening("document.digitized", key_of(document), at, agency.code, "luutru", data)
        )

    def _certify(self, agency: Agency, day: int, valid_from: int) -> None:
        self._serials += 1
        serial = f"CA-{self._world.profile.code}-{self._serials:05d}"
        valid_to = valid_from + VALIDITY_DAYS - 1
        at = self._chance.office_moment(day)
        self._certificates.setdefault(agency.code, []).append(serial)
        self._renewals.setdefault(valid_to - self._chance.between(1, 20), []).append(agency)
        data: Data = {
            "certificate_serial": serial,
            "holder_type": "organisation",
            "holder_id": agency.code,
            "agency_id": agency.code,
            "requested_at": stamp(at - self._chance.between(1, 6) * SECONDS_PER_DAY),
            "valid_from": date_text(valid_from),
            "valid_to": date_text(valid_to),
        }
        self._world.tell(
            Happening("signature.certificate_issued", serial, at, agency.code, "chukyso", data)
        )

    def _revoke(self, agency: Agency, day: int) -> None:
        serials = self._certificates.get(agency.code)
        if serials:
            serial, at = serials.pop(0), self._chance.office_moment(day)
            data: Data = {
                "certificate_serial": serial,
                "agency_id": agency.code,
                "reason": "Thay đổi người giữ",
                "requested_at": stamp(at - self._chance.between(0, 3) * SECONDS_PER_DAY),
                "revoked_at": stamp(at),
            }
            self._world.tell(
                Happening("signature.certificate_revoked", serial, at, agency.code, "chukyso", data)
            )
