"""Alerts: the published states of episodes, and the events that tell of their changes.

A revision is written only when state, severity, start or end changes, so folding the same figures again writes nothing.
"""

import json
from collections.abc import Callable, Sequence
from decimal import ROUND_HALF_UP, Decimal
from functools import cache
from typing import Final, NamedTuple
from uuid import NAMESPACE_URL, uuid5

from models.changes import AlertRow, Amount, OutboxMessage
from models.days import FOREVER, Day, date_of, datetime_of, start_of
from models.episodes import Episode, Timeline
from models.messages import Message
from models.rules import RULES, Rule, State
from models.topics import alerts_topic

HOUSE_PLAN: Final = "house"
"""The `plan` of the rules on agencies and on dead letters, which no plan sets."""

_NAMESPACE: Final = uuid5(NAMESPACE_URL, "urn:tiendo:alerts")
_FOUR_DECIMALS: Final = Decimal("0.0001")


class AlertKey(NamedTuple):
    """What an alert is about: one rule on one target, one agency, one problem, one topic, or one report that several agencies owe."""

    province: str
    plan: str
    rule: Rule
    target: str | None = None
    agency: str | None = None
    report: str | None = None
    """Duty and period, joined by `/`."""
    problem: str | None = None
    topic: str | None = None

    @property
    def dedup_key(self) -> str:
        """The key under which readers see one subject's changes in order."""
        about = self.target or self.agency or self.report or self.problem or self.topic or ""
        return f"{self.province}/{self.plan}/{self.rule}/{about}"


class Wording(NamedTuple):
    """The figures and reasons of a revision: those of the day judged at the close that writes it."""

    value: Amount | None
    expected: Amount | None
    reason: Message


class Watched(NamedTuple):
    """What a rule says of its subject, day by day."""

    key: AlertKey
    line: Timeline
    wording: Callable[[State], Wording]
    minimum_days: int | None = None
    """From how many days on an episode counts; None: from as many as the rule says."""


def key_of(province: str, row: AlertRow) -> AlertKey:
    """Return what an alert of a province is about."""
    rule = Rule(row.rule)
    key = AlertKey(province, row.plan, rule, row.target, row.agency)
    if row.target is not None or row.agency is not None:
        return key
    about = row.dedup_key.removeprefix(key.dedup_key)
    if rule is Rule.PROBLEM_RAISED:
        return key._replace(problem=about)
    if rule is Rule.DEAD_LETTERS:
        return key._replace(topic=about)
    return key._replace(report=about)


def alert_id(dedup_key: str, first_start: Day, taken: frozenset[str] = frozenset()) -> str:
    """Return the id that follows from a key and the first published start day; `taken` are ids of other alerts of the key."""
    name = f"{dedup_key}/{date_of(first_start).isoformat()}"
    number, identity = 1, str(uuid5(_NAMESPACE, name))
    while identity in taken:
        number += 1
        identity = str(uuid5(_NAMESPACE, f"{name}/{number}"))
    return identity


def reconcile(
    published: Sequence[AlertRow],
    episodes: Sequence[Episode],
    *,
    key: AlertKey,
    closed_day: Day,
    wording: Callable[[State], Wording],
) -> list[AlertRow]:
    """Return the revisions that bring the published alerts of one key in line with its recomputed episodes.

    Args:
        published: the present state of every alert of the key, retracted ones included.
        episodes: the recomputed ones up to `closed_day`, ascending.
        key: what the alerts are about.
        closed_day: the day that is closing.
        wording: called at most once per state.
    """
    say = cache(wording)
    free = list(episodes)
    revisions: list[AlertRow] = []
    severity = RULES[key.rule].severity.value

    def revise(row: AlertRow, state: State, starts_at: Day, ends_at: Day | None) -> None:
        old = (row.state, row.severity, row.starts_at, row.ends_at)
        if row.revision > 0 and old == (state.value, severity, starts_at, ends_at):
            return
        words = say(state)
        revisions.append(
            row._replace(
                severity=severity, state=state.value, reason_vi=words.reason.vi, reason_en=words.reason.en,
                value=words.value, expected=words.expected, starts_at=starts_at, ends_at=ends_at,
                revision=row.revision + 1, closed_day=closed_day, action=_action(row.state, state),
            )
        )  # fmt: skip

    present = [row for row in published if row.state != State.RETRACTED]
    for row in sorted(present, key=lambda row: (row.starts_at, row.alert_id)):
        match = next((episode for episode in free if _overlap(row, episode)), None)
        if match is None:
            revise(row, State.RETRACTED, row.starts_at, row.starts_at)
        else:
            free.remove(match)
            revise(row, _state(match), match.start, match.end)

    retracted = [row for row in published if row.state == State.RETRACTED]
    retracted.sort(key=lambda row: row.alert_id, reverse=True)
    by_start = {row.starts_at: row for row in retracted}
    taken = frozenset(row.alert_id for row in published)
    for episode in free:
        row = by_start.get(episode.start) or _blank(key, episode.start, taken)
        revise(row, _state(episode), episode.start, episode.end)
    return revisions


def _overlap(row: AlertRow, episode: Episode) -> bool:
    """Tell whether two half-open episodes share a day; an open one reaches to the day that is closing, and beyond no other."""
    row_end = FOREVER if row.ends_at is None else row.ends_at
    episode_end = FOREVER if episode.end is None else episode.end
    return max(row.starts_at, episode.start) < min(row_end, episode_end)


def _state(episode: Episode) -> State:
    return State.FIRING if episode.end is None else State.RESOLVED


def _action(before: str, after: State) -> str:
    if before == after:
        return "updated"
    return "triggered" if after is State.FIRING else after.value


def _blank(key: AlertKey, start: Day, taken: frozenset[str]) -> AlertRow:
    """Return the alert of an episode before its first revision."""
    return AlertRow(
        alert_id=alert_id(key.dedup_key, start, taken), dedup_key=key.dedup_key, plan=key.plan, rule=key.rule.value,
        target=key.target, agency=key.agency, severity="", state="", reason_vi="", reason_en="", value=None, expected=None,
        starts_at=start, ends_at=None, revision=0, closed_day=start, action="",
    )  # fmt: skip


def _number(value: Amount | None) -> int | str | None:
    """Return an amount as JSON: integers as numbers, decimals as strings with 4 decimals."""
    if isinstance(value, Decimal):
        return f"{value.quantize(_FOUR_DECIMALS, ROUND_HALF_UP):f}"
    return value


def outbox_message(row: AlertRow, province: str, seq: int) -> OutboxMessage:
    """Return the CloudEvent that tells of a revision, as a record of the province's alerts topic."""
    data = {
        "alert_id": row.alert_id,
        "dedup_key": row.dedup_key,
        "province": province,
        "plan": row.plan,
        "rule": row.rule,
        "target": row.target,
        "agency": row.agency,
        "severity": row.severity,
        "state": row.state,
        "reason_vi": row.reason_vi,
        "reason_en": row.reason_en,
        "value": _number(row.value),
        "expected": _number(row.expected),
        "starts_at": date_of(row.starts_at).isoformat(),
        "ends_at": None if row.ends_at is None else date_of(row.ends_at).isoformat(),
        "revision": row.revision,
        "closed_day": date_of(row.closed_day).isoformat(),
    }
    event = {
        "specversion": "1.0",
        "id": f"{row.alert_id}/{row.revision}/{row.action}",
        "source": f"urn:tiendo:{province}:alerts",
        "type": f"vn.tiendo.alert.{row.action}.v1",
        "time": datetime_of(start_of(row.closed_day + 1)).isoformat(),
        "subject": row.dedup_key,
        "datacontenttype": "application/json",
        "province": province,
        **({} if row.agency is None else {"agency": row.agency}),
        "data": data,
    }
    return OutboxMessage(
        seq=seq,
        topic=alerts_topic(province),
        key=row.dedup_key.encode(),
        value=json.dumps(event, ensure_ascii=False, separators=(",", ":")).encode(),
        headers=(("content-type", b"application/cloudevents+json"),),
    )
