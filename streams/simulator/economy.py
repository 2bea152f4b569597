"""Enterprises and the State: services enrolled for, declarations filed, taxes paid, packages awarded.

Enterprises appear under pseudonyms; the figures belong to the agency that keeps the register.
"""

from typing import Final

from streams.simulator.wire import Data, Happening, date_text, key_of, stamp
from streams.simulator.world import World

SERVICES: Final = ("e_tax_payment", "e_customs", "e_insurance")
FILINGS: Final = ("tax_declaration", "tax_declaration", "customs_declaration", "social_insurance")
PAYMENTS: Final = ("domestic_tax", "import_export_tax", "fee")


class Economy:
    """Tells what enterprises file, pay and win."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._drift = world.profile.drift
        self._chance = world.chance("economy")
        self._tax = world.agencies[1].code
        self._waiting = self._chance.shuffled(
            [(one, service) for one in world.enterprises for service in SERVICES]
        )
        self._number = 0

    def open(self) -> None:
        """Enrol the enterprises that use a service from the start."""
        for _ in range(len(self._waiting) // 3):
            self._enrol(self._world.profile.first)

    def run(self, day: int) -> None:
        """Tell the day's enrolments, filings, payments and awards."""
        chance, world = self._chance, self._world
        left = len(SERVICES) * len(world.enterprises) * (1 - 0.95 * world.progress(day))
        if len(self._waiting) > left:
            self._enrol(day)
        for _ in range(chance.count(world.rate(0.8, day))):
            self._file(day)
        for _ in range(chance.count(world.rate(0.35, day))):
            self._pay(day)
        for _ in range(chance.count(world.rate(0.25, day))):
            self._award(day)

    def _id(self, prefix: str) -> str:
        self._number += 1
        return f"{prefix}-{self._world.profile.code}-{self._number:06d}"

    def _enrol(self, day: int) -> None:
        enterprise, service = self._waiting.pop()
        at = self._chance.office_moment(day)
        data: Data = {
            "enterprise_id": enterprise,
            "service": service,
            "active": True,
            "enrolled_at": stamp(at),
        }
        self._world.tell(
            Happening(
                "enterprise.service_enrolled",
                key_of(enterprise, service),
                at,
                self._tax,
                "thue",
                data,
            )
        )

    def _file(self, day: int) -> None:
        filing, at = self._id("TK"), self._chance.office_moment(day)
        online = self._chance.happens(self._drift.declared_online.at(self._world.progress(day)))
        data: Data = {
            "filing_id": filing,
            "filing_type": self._chance.pick(FILINGS),
            "filer_id": self._chance.pick(self._world.enterprises),
            "filer_type": "enterprise",
            "channel": "online" if online else "paper",
            "submitted_at": stamp(at),
        }
        self._world.tell(Happening("filing.submitted", filing, at, self._tax, "thue", data))

    def _pay(self, day: int) -> None:
        payment, at = self._id("NT"), self._chance.office_moment(day)
        data: Data = {
            "payment_id": payment,
            "payer_id": self._chance.pick(self._world.enterprises),
            "payment_type": self._chance.pick(PAYMENTS),
            "channel": self._chance.pick(("bank", "bank", "online", "cash")),
            "amount_vnd": 1000 * self._chance.between(200, 900_000),
            "paid_at": stamp(at),
        }
        self._world.tell(Happening("payment.made", payment, at, self._tax, "thue", data))

    def _award(self, day: int) -> None:
        package, at = self._id("GT"), self._chance.office_moment(day)
        procuring = self._chance.pick(self._world.busy).code
        method = self._chance.pick(
            ("competitive_quotation", "competitive_quotation", "open", "limited", "other")
        )
        data: Data = {
            "package_id": package,
            "method": method,
            "size_class": "small" if self._chance.happens(0.7) else "other",
            "online": self._chance.happens(
                self._drift.tendered_online.at(self._world.progress(day))
            ),
            "procuring_agency_id": procuring,
            "awarded_at": date_text(day),
        }
        self._world.tell(Happening("tender.awarded", package, at, procuring, "dauthau", data))
