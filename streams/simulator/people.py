"""Officials under pseudonyms: accounts and their use, computers, IT duties, classes attended, personnel files.

Who uses the mailbox regularly follows from the plan's curve; the others look in now and then.
"""

from typing import Final

from streams.simulator.wire import SECONDS_PER_DAY, Data, Happening, date_text, key_of, stamp
from streams.simulator.world import WEEKEND, World

REGULAR_USE: Final = 0.55
"""Share of weekdays on which a regular user opens the mailbox; the others on `RARE_USE`."""

RARE_USE: Final = 0.08
SESSION_KINDS: Final = ("class", "class", "seminar", "drill")
TOPICS: Final = ("infosec", "it_skills", "egov_architecture", "it_management_cio", "system_admin")
AUDIENCES: Final = (["official"], ["it_staff"], ["leader"], ["leader", "it_staff"])
DAYS_BETWEEN_SESSIONS: Final = 21


class People:
    """Tells what officials are given and what they do."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._chance = world.chance("people")
        self._first = world.profile.first
        self._ranked = self._chance.shuffled(world.officials)
        self._sessions = 0

    def open(self) -> None:
        """Give officials their accounts, most of them a computer, and some an IT duty."""
        at = self._chance.office_moment(self._first)
        for number, official in enumerate(self._world.officials):
            self._account(official, "mail", at)
            if number % 10:
                self._account(official, "edoc", at)
                self._computer(official, self._first)
            if number % 3 == 0:
                self._duty(official, number)

    def run(self, day: int) -> None:
        """Tell the day's use of mailboxes, sessions, and files entered."""
        if day % 7 not in WEEKEND:
            self._use_mail(day)
        since = day - self._first
        if since % DAYS_BETWEEN_SESSIONS == DAYS_BETWEEN_SESSIONS - 1:
            self._session(day)
        if since and since % 30 == 0:
            self._computer(self._chance.pick(self._world.officials), day)
        if since % 12 == 0 and since // 12 < len(self._ranked):
            self._centralise(self._ranked[since // 12], day)

    def _account(self, official: str, system: str, at: int) -> None:
        owner = self._world.owner_of(official).code
        account = f"{system}-{official}"
        data: Data = {
            "account_id": account,
            "system": system,
            "official_id": official,
            "agency_id": owner,
            "active": True,
            "provisioned_at": stamp(at),
        }
        self._world.tell(Happening("account.provisioned", account, at, owner, system, data))

    def _use_mail(self, day: int) -> None:
        regular = self._world.profile.drift.mail_in_regular_use.at(self._world.progress(day)) * len(
            self._ranked
        )
        for place, official in enumerate(self._ranked):
            if self._chance.happens(REGULAR_USE if place < regular else RARE_USE):
                owner = self._world.owner_of(official).code
                account = f"mail-{official}"
                at = day * SECONDS_PER_DAY + 23 * 3600
                data: Data = {
                    "account_id": account,
                    "system": "mail",
                    "official_id": official,
                    "agency_id": owner,
                    "used_on": date_text(day),
                    "actions": self._chance.between(1, 40),
                }
                self._world.tell(Happening("account.used", account, at, owner, "mail", data))

    def _computer(self, official: str, day: int) -> None:
        owner = self._world.owner_of(official).code
        asset = f"MT-{official}"
        data: Data = {
            "asset_id": asset,
            "asset_type": "computer",
            "holder_type": "official",
            "holder_id": official,
            "agency_id": owner,
            "software_licensed": self._chance.happens(0.6),
            "active": True,
            "assigned_at": date_text(day),
        }
        self._world.tell(
            Happening(
                "asset.assigned", asset, self._chance.office_moment(day), owner, "taisan", data
            )
        )

    def _duty(self, official: str, number: int) -> None:
        owner = self._world.owner_of(official).code
        role = ("it_dedicated", "it_concurrent", "sysadmin")[number // 3 % 3]
        at = self._chance.office_moment(self._first)
        data: Data = {
            "official_id": official,
            "agency_id": owner,
            "role": role,
            "qualification": self._chance.pick(("university", "university", "college", "master")),
            "assigned_at": date_text(self._first - 400),
            "ended_at": None,
        }
        self._world.tell(
            Happening("staff.assigned", key_of(official, role, owner), at, owner, "nhansu", data)
        )

    def _session(self, day: int) -> None:
        chance, world = self._chance, self._world
        self._sessions += 1
        session = f"LH-{world.profile.code}-{self._sessions:04d}"
        organiser, topic, audience = (
            world.agencies[4].code,
            chance.pick(TOPICS),
            chance.pick(AUDIENCES),
        )
        attending = [official for official in world.officials if chance.happens(0.3)]
        data: Data = {
            "session_id": session,
            "session_kind": chance.pick(SESSION_KINDS),
            "topic": topic,
            "audience": audience,
            "organiser_agency_id": organiser,
            "participants": 10 * len(attending),
            "held_at": date_text(day),
            "plan_item": None,
        }
        world.tell(
            Happening(
                "training.session_held",
                session,
                chance.office_moment(day),
                organiser,
                "daotao",
                data,
            )
        )
        for official in attending:
            self._complete(official, session, topic, day + 1)

    def _complete(self, official: str, session: str, topic: str, day: int) -> None:
        owner, at = self._world.owner_of(official).code, self._chance.office_moment(day)
        data: Data = {
            "official_id": official,
            "agency_id": owner,
            "session_id": session,
            "topic": topic,
            "completed_at": date_text(day),
        }
        key = key_of(official, session)
        self._world.tell(Happening("training.completed", key, at, owner, "daotao", data))

    def _centralise(self, official: str, day: int) -> None:
        owner = self._world.owner_of(official).code
        record = f"HS-{official}"
        data: Data = {
            "record_kind": "personnel_file",
            "record_id": record,
            "official_id": official,
            "agency_id": owner,
            "database_id": f"CSDL-CBCCVC-{self._world.profile.code}",
            "active": True,
            "centralized_at": date_text(day),
        }
        self._world.tell(
            Happening(
                "record.centralized", record, self._chance.office_moment(day), owner, "nhansu", data
            )
        )
