"""Part C of the oracle: the fourteen house indicators, straight from the table of 4.6 and without any YAML.

Each figure is counted afresh from the facts for one day, agency and window.
"""

from collections.abc import Callable, Iterable
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Final

from models.changes import Figure
from models.days import date_of, day_from_date
from tests.support.oracle import dossiers
from tests.support.oracle.facts import Fact, World

FLOW_WINDOWS: Final = ("7d", "30d", "90d", "year", "plan")


def days_of(window: str, day: int, plan: tuple[int, int]) -> range:
    """Return the days of a house indicator's window."""
    if window == "plan":
        return range(plan[0], min(day, plan[1]) + 1)
    if window == "year":
        return range(day_from_date(date(date_of(day).year, 1, 1)), day + 1)
    return range(day - int(window.removesuffix("d")) + 1, day + 1)


def percentage(numerator: object, denominator: object) -> Decimal | None:
    """Return a ratio in %, rounded half up to 4 decimals; None over 0."""
    if denominator == 0:
        return None
    return rounded(100 * Fraction(numerator) / Fraction(denominator))  # type: ignore[call-overload]  # numbers


def rounded(value: Fraction) -> Decimal:
    """Return an exact value with 4 decimals, half up."""
    units = int(abs(value) * 10_000 + Fraction(1, 2))
    return Decimal(units if value >= 0 else -units).scaleb(-4)


class House:
    """The house figures of one province."""

    def __init__(self, world: World, plan: tuple[int, int]) -> None:
        """Read the facts of `world`; `plan` is the first and last day of the province's plan."""
        self.world = world
        self.plan = plan
        self.dossiers = list(world.subjects["dossier"].values())

    def rows(self, day: int) -> dict[tuple[str, str, str], Figure]:
        """Return every house figure that must exist: (indicator, agency, window) -> figure."""
        return {
            (name, agency, window): figure(self, agency, window, day)
            for name, (windows, figure) in INDICATORS.items()
            for window in windows
            for agency in sorted({"*"} | self.world.codes())
        }

    def among(self, facts: Iterable[Fact], agency: str, window: str, day: int) -> list[Fact]:
        """Return the facts of an agency that are dated in the window."""
        days = days_of(window, day, self.plan)
        return [fact for fact in facts if fact.day in days and agency in {"*", fact.agency}]

    def of_type(self, kind: str, agency: str, window: str, day: int) -> list[Fact]:
        """Return the facts of one type, agency and window."""
        return self.among((f for f in self.world.facts if f.type == kind), agency, window, day)

    def count(self, amount: int, types: str, agency: str) -> Figure:
        """Return a count: NULL without a kept fact of the types that it reads."""
        known = self.world.keeps(types.split(), agency)
        return Figure(amount if known else None, None, None)


def ratio(numerator: int, denominator: int) -> Figure:
    """Return a ratio in %."""
    return Figure(percentage(numerator, denominator), numerator, denominator)


def _counted(kind: str) -> Callable[[House, str, str, int], Figure]:
    def figure(house: House, agency: str, window: str, day: int) -> Figure:
        return house.count(len(house.of_type(kind, agency, window, day)), kind, agency)

    return figure


def _on_time(house: House, agency: str, window: str, day: int) -> Figure:
    numerator = denominator = 0
    for facts in house.dossiers:
        resolved = dossiers.one(facts, "dossier.resolved")
        if resolved is None or not house.among([resolved], agency, window, day):
            continue
        due = dossiers.due(facts)
        if resolved.payload["outcome"] in {"granted", "rejected"} and due is not None:
            denominator += 1
            numerator += resolved.moment <= due
    return ratio(numerator, denominator)


def _open(house: House, agency: str, _window: str, day: int) -> Figure:
    total = sum(
        dossiers.open_on(facts, day) and _of(agency, facts, "dossier.received")
        for facts in house.dossiers
    )
    return house.count(total, "dossier.received dossier.resolved", agency)


def _overdue(house: House, agency: str, _window: str, day: int) -> Figure:
    total = sum(
        dossiers.overdue_on(facts, day) and _of(agency, facts, "dossier.received")
        for facts in house.dossiers
    )
    return house.count(total, "dossier.received dossier.resolved dossier.status_changed", agency)


def _of(agency: str, facts: list[Fact], kind: str) -> bool:
    fact = dossiers.one(facts, kind)
    return fact is not None and agency in {"*", fact.agency}


def _online(house: House, agency: str, window: str, day: int) -> Figure:
    found = [
        fact
        for fact in house.of_type("dossier.received", agency, window, day)
        if fact.payload["procedure_online_level"] >= 3  # type: ignore[operator]  # an int
    ]
    return ratio(sum(f.payload["intake_channel"] == "online" for f in found), len(found))


def _median(house: House, agency: str, window: str, day: int) -> Figure:
    found = []
    for facts in house.dossiers:
        resolved = dossiers.one(facts, "dossier.resolved")
        taken = dossiers.handling_days(facts)
        if (
            resolved is not None
            and taken is not None
            and house.among([resolved], agency, window, day)
        ):
            found.append(taken)
    return Figure(sorted(found)[(len(found) - 1) // 2] if found else None, None, len(found))


def _electronic(house: House, agency: str, window: str, day: int) -> Figure:
    found = [
        fact.payload["medium"]
        for fact in house.of_type("document.exchanged", agency, window, day)
        if fact.payload["secret"] is False
    ]
    return ratio(found.count("electronic_only"), len(found))


def _signed(house: House, agency: str, window: str, day: int) -> Figure:
    found = [
        fact.payload["signed"]
        for fact in house.of_type("document.exchanged", agency, window, day)
        if fact.payload["secret"] is False and fact.payload["medium"] != "paper_only"
    ]
    return ratio(found.count(True), len(found))


def _certificates(lead: int | None) -> Callable[[House, str, str, int], Figure]:
    def figure(house: House, agency: str, _window: str, day: int) -> Figure:
        total = 0
        for facts in house.world.subjects["certificate"].values():
            issued = dossiers.one(facts, "signature.certificate_issued")
            revoked = dossiers.one(facts, "signature.certificate_revoked")
            if issued is None or agency not in {"*", issued.agency}:
                continue
            first, last = issued.payload["valid_from"], issued.payload["valid_to"]
            if lead is not None:
                first = max(first, last - lead)  # type: ignore[operator,type-var]  # days
            valid = first <= day <= last  # type: ignore[operator]  # days
            total += valid and (revoked is None or day < revoked.day)
        types = "signature.certificate_issued signature.certificate_revoked"
        return house.count(total, types, agency)

    return figure


def _reporting(house: House, agency: str, _window: str, day: int) -> Figure:
    active = {code for code in house.world.active(day) if agency in {"*", code}}
    heard = {code for code, when in house.world.records if day - 29 <= when <= day}
    return ratio(len(active & heard), len(active))


INDICATORS: Final[dict[str, tuple[tuple[str, ...], Callable[[House, str, str, int], Figure]]]] = {
    "dossiers_received": (FLOW_WINDOWS, _counted("dossier.received")),
    "dossiers_resolved": (FLOW_WINDOWS, _counted("dossier.resolved")),
    "dossiers_on_time_share": (FLOW_WINDOWS, _on_time),
    "dossiers_open": (("now",), _open),
    "dossiers_overdue": (("now",), _overdue),
    "dossiers_online_share": (FLOW_WINDOWS, _online),
    "dossier_working_days_median": (FLOW_WINDOWS, _median),
    "documents_exchanged": (FLOW_WINDOWS, _counted("document.exchanged")),
    "documents_electronic_only_share": (FLOW_WINDOWS, _electronic),
    "documents_signed_share": (FLOW_WINDOWS, _signed),
    "signatures_applied": (FLOW_WINDOWS, _counted("signature.applied")),
    "certificates_valid": (("now",), _certificates(None)),
    "certificates_expiring_30d": (("now",), _certificates(30)),
    "agencies_reporting_share": (("now",), _reporting),
}
"""Indicator -> its windows and how its figure is counted."""
