"""The plan's projects, their money, and the named rules and systems that milestones wait for.

A project of `items` is completed on the day that stands there; the others only move on step by step.
"""

from typing import Final

from models.days import date_of, year_start
from streams.simulator.items import ITEMS, Item
from streams.simulator.wire import Data, Happening, date_text, key_of
from streams.simulator.world import World

MILESTONES: Final = ("reviewed", "appraised", "approved", "tendered")
MONTH: Final = 30
PAYDAY: Final = 10
"""Day of such a month on which one project moves on and is given money."""


class Projects:
    """Tells what becomes of the plan's projects and named items."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._chance = world.chance("projects")
        self._items = ITEMS[world.profile.province]
        self._lead = world.agencies[4].code
        self._completed: set[str] = set()
        self._due: dict[int, list[Item]] = {}
        for item in self._items:
            if item.done is not None:
                self._due.setdefault(world.day_at(item.done), []).append(item)

    def open(self) -> None:
        """Register the projects; none has begun."""
        first = self._world.profile.first
        self._estimate(first)
        for project in self._world.projects:
            self._status(project, "not_started", None, first)

    def _estimate(self, day: int) -> None:
        """Register every project with the money that the year's estimate asks for it."""
        for number, project in enumerate(self._world.projects):
            item = self._items[number] if number < len(self._items) else None
            self._register(
                project, item if item is not None and item.form == "project" else None, day
            )

    def run(self, day: int) -> None:
        """Tell the items that are there on `day`, and once a month a step of one project."""
        for item in self._due.pop(day, ()):
            self._complete(item, day)
        if day > self._world.profile.first and day == year_start(day):
            self._estimate(day)
        month, of_month = divmod(day - self._world.profile.first, MONTH)
        if of_month == PAYDAY:
            project = self._world.projects[month % len(self._world.projects)]
            if project not in self._completed:
                self._move_on(project, month // len(self._world.projects), day)
            self._pay(project, month, day)

    def _tell(self, kind: str, key: str, day: int, system: str, data: Data) -> None:
        at = self._chance.office_moment(day)
        self._world.tell(Happening(kind, key, at, self._lead, system, data))

    def _register(self, project: str, item: Item | None, day: int) -> None:
        profile = self._world.profile
        data: Data = {
            "project_id": project,
            "plan_id": profile.plan,
            "name": f"Dự án số {project[-2:]}",
            "group": "other" if item is None else item.kind,
            "lead_agency_id": self._lead,
            "planned_start": date_text(profile.first),
            "planned_end": date_text(profile.last),
            "plan_item": None if item is None else item.code,
            "estimate_vnd": profile.need_vnd // len(self._world.projects),
        }
        self._tell("project.registered", project, day, "duan", data)

    def _complete(self, item: Item, day: int) -> None:
        place = self._items.index(item)
        if item.form == "project":
            project = self._world.projects[place]
            self._completed.add(project)
            self._status(project, "completed", "in_progress", day)
            self._milestone(project, "accepted", day)
        elif item.form == "policy":
            self._issue(item, f"{100 + place}/QĐ-UBND", day)
        else:
            self._deploy(item, day)

    def _issue(self, item: Item, number: str, day: int) -> None:
        policy = f"{number}-{date_of(day).year}"
        data: Data = {
            "policy_id": policy,
            "policy_kind": item.kind,
            "topic": item.code,
            "agency_id": self._lead,
            "number": number,
            "issued_at": date_text(day),
            "replaces": item.replaces,
            "plan_item": item.code,
        }
        self._tell("policy.issued", key_of(policy), day, "vanban", data)

    def _deploy(self, item: Item, day: int) -> None:
        system = f"{item.code}-{self._world.profile.code}"
        data: Data = {
            "system_id": system,
            "system_type": item.kind,
            "agency_id": self._lead,
            "stage": "in_use",
            "deployed_at": date_text(day),
            "plan_item": item.code,
        }
        self._tell("system.deployed", key_of(system, self._lead), day, "hethong", data)

    def _status(self, project: str, to: str, before: str | None, day: int) -> None:
        data: Data = {
            "project_id": project,
            "from_status": before,
            "to_status": to,
            "reason": None,
            "at": date_text(day),
        }
        self._tell("project.status_changed", project, day, "duan", data)

    def _milestone(self, project: str, milestone: str, day: int) -> None:
        data: Data = {
            "project_id": project,
            "milestone": milestone,
            "reached_at": date_text(day),
        }
        self._tell("project.milestone_reached", key_of(project, milestone), day, "duan", data)

    def _move_on(self, project: str, step: int, day: int) -> None:
        if step == 0:
            self._status(project, "in_progress", "not_started", day)
        if step < len(MILESTONES):
            self._milestone(project, MILESTONES[step], day)

    def _part(self, need: int, month: int) -> int:
        """Return what one month brings of a need: after the last month nothing of it is left."""
        profile = self._world.profile
        months = (profile.last - profile.first - PAYDAY) // MONTH + 1
        return need * (month + 1) // months - need * month // months

    def _pay(self, project: str, month: int, day: int) -> None:
        profile = self._world.profile
        amount = self._part(profile.need_vnd, month)
        allocation = f"PB-{profile.code}-{month:03d}"
        allotted: Data = {
            "allocation_id": allocation,
            "project_id": project,
            "plan_id": profile.plan,
            "fiscal_year": date_of(day).year,
            "source": self._chance.pick(("local", "local", "central")),
            "purpose": "Ứng dụng công nghệ thông tin",
            "amount_vnd": amount,
            "allocated_at": date_text(day),
        }
        self._tell("budget.allocated", allocation, day, "ngansach", allotted)
        if profile.carried_vnd > 0:
            carried = self._part(profile.carried_vnd, month)
            year = date_of(profile.first).year - 1
            earlier = (f"DA-{profile.code}-{year}", f"{profile.province}-{year}")
            self._disburse(f"GN-{profile.code}-{year}-{month:03d}", earlier, carried, day)
        day += self._chance.between(3, 18)
        spent = int(amount * (0.6 + 0.4 * self._chance.random()))
        self._disburse(f"GN-{profile.code}-{month:03d}", (project, profile.plan), spent, day)

    def _disburse(self, disbursement: str, of: tuple[str, str], amount: int, day: int) -> None:
        """Pay for a project of a plan."""
        project, plan = of
        paid: Data = {
            "disbursement_id": disbursement,
            "project_id": project,
            "plan_id": plan,
            "fiscal_year": date_of(day).year,
            "amount_vnd": amount,
            "paid_at": date_text(day),
        }
        self._tell("budget.disbursed", disbursement, day, "ngansach", paid)
