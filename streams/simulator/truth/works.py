"""What a province's plan has come to by a day: systems up, procedures online, people equipped and trained, money paid.

Shares are pairs: how many have it, of how many. Agencies and procedures count from the day on which they are registered.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterator
from datetime import date
from typing import Final

from models.days import date_of, day_from_date
from streams.simulator.truth.dossiers import moment_of
from streams.simulator.truth.figures import Truth
from streams.simulator.wire import SECONDS_PER_DAY, Happening

Share = tuple[int, int]
Agencies = Collection[str]
"""Levels of agencies."""

REGULAR_DAYS: Final = 8
"""Regular use: on so many days of the last thirty."""

USE_DAYS: Final = 30
OFFICIAL_CLASSES: Final = frozenset({"can_bo", "cong_chuc"})
"""Officials in the narrow sense; public employees (viên chức) are none."""

EVERY_CLASS: Final = OFFICIAL_CLASSES | {"vien_chuc"}
HIGHEST_LEVEL: Final = 4


class Works:
    """The state of a plan's works at the end of a day."""

    def __init__(self, truth: Truth, day: int) -> None:
        self._truth = truth
        self._day = day
        self._level = {
            one.key: str(one.data["level"])
            for one in self._dated("agency.registered", "valid_from")
        }

    def having_system(self, levels: Agencies, *kinds: str, item: str | None = None) -> Share:
        """Return how many agencies of the levels have one of these kinds of system in use."""
        return self._agencies(
            levels,
            self._dated("system.deployed", "deployed_at"),
            lambda data: data["system_type"] in kinds and item in {None, data["plan_item"]},
        )

    def having_link(self, levels: Agencies, kind: str) -> Share:
        """Return how many agencies of the levels are connected by this kind of link."""
        return self._agencies(
            levels,
            self._dated("system.connected", "connected_at"),
            lambda data: data["link_type"] == kind,
        )

    def having_it_staff(self, levels: Agencies) -> Share:
        """Return how many agencies of the levels have somebody with an IT duty."""
        return self._agencies(
            levels, self._dated("staff.assigned", "assigned_at"), lambda _data: True
        )

    def online(
        self, lowest: int, highest: int = HIGHEST_LEVEL, handled_by: Agencies | None = None
    ) -> Share:
        """Return how many procedures stand at one of these levels, of those that agencies of the levels handle."""
        level: dict[object, int] = {}
        told = self._dated("procedure.online_level_changed", "effective_at")
        for one in sorted(told, key=lambda one: str(one.data["effective_at"])):
            level[one.data["procedure_id"]] = _number(one, "new_level")
        register = [
            one.key
            for one in self._truth.happened("procedure.registered")
            if handled_by is None or one.data["handling_level"] in handled_by
        ]
        reached = [one for one in register if lowest <= level.get(one, 0) <= highest]
        return len(reached), len(register)

    def owning_mailbox(self, levels: Agencies) -> Share:
        """Return how many officials were given a mailbox."""
        return self._officials(levels, self._mailbox_owners())

    def opening_mailbox(self, levels: Agencies) -> Share:
        """Return how many officials opened a mailbox on any of the last thirty days."""
        return self._officials(levels, self._mail_users(1))

    def using_mail_regularly(self, levels: Agencies) -> Share:
        """Return how many officials who were given a mailbox opened one on many of the last thirty days."""
        return self._officials(levels, self._mailbox_owners() & self._mail_users(REGULAR_DAYS))

    def having_computer(self, levels: Agencies) -> Share:
        """Return how many officials have a computer."""
        return self._officials(
            levels,
            self._holders("asset.assigned", "assigned_at", "holder_id", asset_type="computer"),
        )

    def file_kept_centrally(
        self, levels: Agencies, classes: Collection[str] = OFFICIAL_CLASSES
    ) -> Share:
        """Return of how many of those classes the personnel file is kept centrally."""
        having = self._holders("record.centralized", "centralized_at", "official_id")
        return self._officials(levels, having, classes)

    def sessions(self, kinds: Collection[str], topics: Collection[str] | None = None) -> int:
        """Count the sessions of these kinds, on these topics, since the plan's first day."""
        return sum(
            one.data["session_kind"] in kinds and (topics is None or one.data["topic"] in topics)
            for one in self._dated("training.session_held", "held_at")
        )

    def trained_this_year(
        self, levels: Agencies, roles: Collection[str], topics: Collection[str]
    ) -> Share:
        """Return how many of those with one of these IT duties completed a class on one of the topics this year."""
        trained = {
            one.data["official_id"]
            for one in self._this_year("training.completed", "completed_at")
            if one.data["topic"] in topics
        }
        staff = {
            one.data["official_id"]
            for one in self._dated("staff.assigned", "assigned_at")
            if one.data["role"] in roles and self._level.get(one.agency) in levels
        }
        return len(staff & trained), len(staff)

    def money(self, kind: str, plan: str) -> int:
        """Return the đồng allocated (`budget.allocated`) or paid out (`budget.disbursed`) for the projects of a plan."""
        field = "allocated_at" if kind == "budget.allocated" else "paid_at"
        return sum(
            _number(one, "amount_vnd")
            for one in self._dated(kind, field)
            if one.data["plan_id"] == plan
        )

    def item_is_there(self, item: str) -> bool:
        """Whether a named system is in use, a named document issued or a named project completed."""
        projects = {
            one.key
            for one in self._truth.happened("project.registered")
            if one.data["plan_item"] == item
        }
        there = [
            *self._with_item("system.deployed", "deployed_at", item),
            *self._with_item("policy.issued", "issued_at", item),
            *(
                one
                for one in self._dated("project.status_changed", "at")
                if one.key in projects and one.data["to_status"] == "completed"
            ),
        ]
        return bool(there)

    def this_year(self, kind: str, of: dict[str, object], has: dict[str, object]) -> Share:
        """Return how many of the year's happenings whose data are like `of` are like `has` too."""
        inside = [one for one in self._truth.happened(kind) if self._is_this_year(_own_day(one))]
        among = [one for one in inside if _is_like(one, of)]
        return sum(_is_like(one, has) for one in among), len(among)

    def capable(self, kinds: Collection[str], *capabilities: str) -> Share:
        """Return how many facilities of some kinds said, when they last did, that they have all capabilities."""
        latest: dict[tuple[object, object], bool] = {}
        told = self._dated("facility.capability_reported", "as_of")
        for one in sorted(told, key=lambda one: str(one.data["as_of"])):
            latest[one.data["facility_id"], one.data["capability"]] = bool(one.data["met"])
        facilities = [
            one.key
            for one in self._truth.happened("facility.registered")
            if one.data["facility_type"] in kinds
        ]
        able = [
            facility
            for facility in facilities
            if all(latest.get((facility, capability), False) for capability in capabilities)
        ]
        return len(able), len(facilities)

    def _mailbox_owners(self) -> set[object]:
        return self._holders("account.provisioned", "provisioned_at", "official_id", system="mail")

    def _mail_users(self, days: int) -> set[object]:
        """Return the officials who opened a mailbox on at least so many of the last thirty days."""
        used: dict[object, set[object]] = defaultdict(set)
        for one in self._dated("account.used", "used_on"):
            if one.data["system"] == "mail" and _dated_on(one, "used_on") > self._day - USE_DAYS:
                used[one.data["official_id"]].add(one.data["used_on"])
        return {official for official, opened in used.items() if len(opened) >= days}

    def _agencies(
        self,
        levels: Agencies,
        happened: Iterator[Happening],
        counts: Callable[[dict[str, object]], bool],
    ) -> Share:
        having = {one.agency for one in happened if counts(dict(one.data))}
        of = {agency for agency, level in self._level.items() if level in levels}
        return len(of & having), len(of)

    def _officials(
        self,
        levels: Agencies,
        having: set[object],
        classes: Collection[str] = OFFICIAL_CLASSES,
    ) -> Share:
        of = {
            one.key
            for one in self._truth.happened("official.registered")
            if one.data["employment_class"] in classes and self._level.get(one.agency) in levels
        }
        return len(of & having), len(of)

    def _holders(self, kind: str, moment: str, field: str, **like: object) -> set[object]:
        return {one.data[field] for one in self._dated(kind, moment) if _is_like(one, like)}

    def _with_item(self, kind: str, moment: str, item: str) -> Iterator[Happening]:
        return (one for one in self._dated(kind, moment) if one.data["plan_item"] == item)

    def _dated(self, kind: str, moment: str) -> Iterator[Happening]:
        """Yield what happened of a type, by its own date, up to the day."""
        for one in self._truth.happened(kind):
            if _dated_on(one, moment) <= self._day:
                yield one

    def _this_year(self, kind: str, moment: str) -> Iterator[Happening]:
        return (
            one for one in self._dated(kind, moment) if self._is_this_year(_dated_on(one, moment))
        )

    def _is_this_year(self, day: int) -> bool:
        return day <= self._day and date_of(day).year == date_of(self._day).year


def _is_like(happening: Happening, like: dict[str, object]) -> bool:
    """Whether each field has its value, or one of a tuple of values."""
    return all(
        happening.data[name] in value if isinstance(value, tuple) else happening.data[name] == value
        for name, value in like.items()
    )


def _dated_on(happening: Happening, field: str) -> int:
    """Return the day of a date or an instant."""
    text = str(happening.data[field])
    if "T" in text:
        return moment_of(text) // SECONDS_PER_DAY
    return day_from_date(date.fromisoformat(text))


def _own_day(happening: Happening) -> int:
    return happening.at // SECONDS_PER_DAY


def _number(happening: Happening, field: str) -> int:
    value = happening.data[field]
    return value if isinstance(value, int) else 0
