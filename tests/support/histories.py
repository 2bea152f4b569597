"""Histories for property tests: logs of a small province in which everything happens that a log may suffer.

A history is drawn as a list of (recipe, seed): hypothesis shrinks it by leaving recipes out, and drawing costs next to nothing.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from random import Random
from typing import Any, Final

from hypothesis import strategies as st

from models.days import VIETNAM, day_from_date
from models.envelope import decode
from models.facts import DeadLetter, Record
from tests.support.drafts import (
    DAY,
    HOUR,
    Draft,
    Setting,
    draft,
    draw,
    instant,
    natural_key,
)
from tests.support.oracle.vocabulary import VOCABULARY, handed_on

MOMENTS: Final = (
    "00:00:00",
    "07:59:59.999999",
    "08:00:00",
    "17:00:00",
    "17:00:00.000001",
    "23:59:59",
)


class Writer:
    """Turns recipes into drafts; every recipe has its own random numbers, so leaving one out changes no other."""

    def __init__(self, setting: Setting) -> None:
        """Begin an empty history."""
        self.setting = setting
        self.drafts: list[Draft] = []

    def write(self, recipe: str, seed: int) -> None:
        """Add what a recipe makes."""
        self.drafts += RECIPES[recipe](self, Random(seed), f"{recipe}-{seed}-{len(self.drafts)}")  # noqa: S311 - no secret

    def when(self, rng: Random) -> datetime:
        """Return an instant of the history; midnights and other edges come often."""
        day = self.setting.start + timedelta(days=rng.randrange(self.setting.days))
        return datetime.fromisoformat(f"{day}T{rng.choice(MOMENTS)}").replace(tzinfo=VIETNAM)

    def fresh(self, rng: Random, name: str, kind: str, **given: object) -> Draft:
        """Return a new event of a type with random fields but for those given."""
        time = self.when(rng)
        return draft(self.setting, rng, name, kind, time, given)


Recipe = Callable[[Writer, Random, str], list[Draft]]


def _anything(writer: Writer, rng: Random, name: str) -> list[Draft]:
    return [writer.fresh(rng, name, rng.choice(writer.setting.types))]


def _register(writer: Writer, rng: Random, name: str) -> list[Draft]:
    code = rng.choice(writer.setting.agencies)
    day = writer.setting.start - timedelta(days=rng.choice([0, 5, 30, 400]))
    given = {"agency_id": code, "active": rng.random() < 0.9, "valid_from": str(day)}
    entry = writer.fresh(rng, name, "agency.registered", **given)
    if rng.random() < 0.7:
        entry = replace(entry, data={**entry.data, "valid_to": None})
    return [entry]


def _dossier(writer: Writer, rng: Random, name: str) -> list[Draft]:
    """Receive a dossier; let its clock stand now and then; mostly resolve it."""
    found = [writer.fresh(rng, f"{name}-0", "dossier.received")]
    case = found[0].data["dossier_id"]
    time = found[0].time
    for number in range(1, rng.randrange(1, 6)):
        time += rng.choice([HOUR, 24 * HOUR, 60 * HOUR, 24 * 8 * HOUR])
        step = draft(
            writer.setting,
            rng,
            f"{name}-{number}",
            "dossier.status_changed",
            time,
            {"dossier_id": case, "status_at": instant(time)},
        )
        found.append(step)
    if rng.random() < 0.7:
        time += rng.choice([timedelta(0), 24 * HOUR, 24 * 5 * HOUR])
        found.append(
            draft(
                writer.setting,
                rng,
                f"{name}-9",
                "dossier.resolved",
                time,
                {"dossier_id": case, "resolved_at": instant(time)},
            )
        )
    return found


def _burst(writer: Writer, rng: Random, name: str) -> list[Draft]:
    """Enough of one kind at one agency to be judged, such as a share with a sound denominator."""
    time, agency = writer.when(rng), rng.choice(writer.setting.agencies)
    usual = rng.choice(["dossier.received", "document.exchanged", "signature.applied"])
    kind = usual if rng.random() < 0.5 else rng.choice(writer.setting.types)
    key = VOCABULARY[kind].natural_key[0]
    found = []
    for number in range(rng.randrange(10, 30)):
        given = {key: f"{name}-{number}"} if VOCABULARY[kind].fields[key].kind == "id" else {}
        one = draft(writer.setting, rng, f"{name}-{number}", kind, time, given)
        found.append(replace(one, agency=agency, arrival=one.recorded))
    return found


def _caseload(writer: Writer, rng: Random, name: str) -> list[Draft]:
    """Many dossiers of one agency fall due on one day; word of their end may come long after it, or never."""
    time, agency = writer.when(rng), rng.choice(writer.setting.agencies)
    due, late = time + rng.choice([1, 2, 5]) * DAY, rng.choice([0, 3, 12, 30]) * DAY
    ended = due + rng.choice([-1, 0, 2, 8]) * DAY
    found = []
    for number in range(rng.choice([10, 11, 14])):
        given: dict[str, object] = {"dossier_id": f"{name}-{number}", "due_at": instant(due)}
        given |= {"received_at": instant(time)}
        one = draft(writer.setting, rng, f"{name}-{number}", "dossier.received", time, given)
        found.append(replace(one, agency=agency, arrival=time))
        if late or number % 2:
            given |= {"resolved_at": instant(ended), "due_at": None}
            end = draft(writer.setting, rng, f"{name}-{number}r", "dossier.resolved", ended, given)
            found.append(replace(end, agency=agency, arrival=ended + late))
    return found


def _hand_on(writer: Writer, rng: Random, name: str) -> list[Draft]:
    """Pass one thing from holder to holder, some of it on one day; now and then take one of the steps back."""
    kinds = [kind for kind in writer.setting.types if handed_on(kind)]
    if not kinds:
        return _anything(writer, rng, name)
    kind = rng.choice(kinds)
    found = [writer.fresh(rng, f"{name}-0", kind)]
    key = {part: found[0].data[part] for part in VOCABULARY[kind].natural_key}
    time = found[0].time
    for number in range(1, rng.randrange(2, 6)):
        time += rng.choice([HOUR, DAY, 7 * DAY, 20 * DAY])
        found.append(draft(writer.setting, rng, f"{name}-{number}", kind, time, key))
    if rng.random() < 0.4:
        found.append(_retraction_of(rng.choice(found), rng, f"{name}-9"))
    return found


def _earlier(writer: Writer, rng: Random) -> Draft | None:
    known = [one for one in writer.drafts if one.type in VOCABULARY]
    return rng.choice(known) if known else None


def _correct(writer: Writer, rng: Random, name: str) -> list[Draft]:
    """Say a fact again with another value of one field, the agency, or the time; sooner or later than it was said."""
    one = _earlier(writer, rng)
    if one is None:
        return []
    row, data = VOCABULARY[one.type], dict(one.data)
    fixed = {*row.natural_key, *([row.moment] if row.dated else [])}
    free = [f for n, f in row.fields.items() if n not in fixed]
    changed = rng.choice([*free, None])
    agency, time = one.agency, one.time
    if changed is None:
        agency = rng.choice(writer.setting.agencies)
        time = time if row.dated and row.moment == "time" else writer.when(rng)
    else:
        data[changed.name] = draw(writer.setting, rng, row, changed, one.time, data)
        if changed.name in {"holder_type", "subject_type"}:
            other = changed.name.replace("type", "id")
            data[other] = draw(writer.setting, rng, row, row.fields[other], one.time, data)
    step = rng.choice([1, 1, 1, -1, 48, 24 * 20]) * HOUR
    arrival = max(one.arrival, one.arrival + step, time, one.recorded + step)
    return [
        replace(
            one,
            data=data,
            agency=agency,
            time=time,
            recorded=one.recorded + step,
            arrival=arrival,
            id=name,
        )
    ]


def _retract(writer: Writer, rng: Random, name: str) -> list[Draft]:
    """Withdraw a fact; the retraction may come before it, and may be older than it."""
    one = _earlier(writer, rng)
    return [] if one is None else [_retraction_of(one, rng, name)]


def _retraction_of(one: Draft, rng: Random, name: str) -> Draft:
    row = VOCABULARY[one.type]
    data: dict[str, Any] = {
        "type": one.type,
        "subject": natural_key(one.type, one.data),
        "reason": "x",
    }
    if row.dated:
        data["moment"] = instant(one.time) if row.moment == "time" else one.data[row.moment]
    recorded = one.recorded + rng.choice([2, 2, -1, 24 * 30]) * HOUR
    arrival = max(recorded, one.arrival + rng.choice([-1, 1, 50, 24 * 15]) * HOUR)
    time = min(one.time + rng.choice([0, 1]) * HOUR, arrival)
    return replace(
        one,
        type="fact.retracted",
        data=data,
        subject=str(data["subject"]),
        time=time,
        recorded=recorded,
        arrival=arrival,
        id=name,
    )


def _again(writer: Writer, rng: Random, _name: str) -> list[Draft]:
    one = rng.choice(writer.drafts) if writer.drafts else None
    return (
        []
        if one is None
        else [replace(one, arrival=one.arrival + rng.choice([0, 1, 24 * 10]) * HOUR)]
    )


def _broken(writer: Writer, rng: Random, name: str) -> list[Draft]:
    one = writer.fresh(rng, name, rng.choice(writer.setting.types))
    return [replace(one, subject="not/the/key")]


def _midnight(writer: Writer, rng: Random, _name: str) -> list[Draft]:
    time = writer.when(rng)
    subject = f"day/{time.date()}"
    return [Draft("day.started", {}, "tiendo", time, time, time, subject, subject)]


RECIPES: Final[Mapping[str, Recipe]] = {
    "anything": _anything,
    "register": _register,
    "dossier": _dossier,
    "burst": _burst,
    "caseload": _caseload,
    "hand_on": _hand_on,
    "correct": _correct,
    "retract": _retract,
    "again": _again,
    "broken": _broken,
    "midnight": _midnight,
}
USUAL: Final = (
    *["anything"] * 6, *["correct"] * 4, "dossier", "dossier", "register", "retract", "retract",
    "again", "broken", "midnight", "burst", "caseload", "hand_on",
)  # fmt: skip


def log_of(setting: Setting, recipes: Sequence[tuple[str, int]]) -> list[Record]:
    """Return the records that recipes make, in order of arrival."""
    writer = Writer(setting)
    for recipe, seed in recipes:
        writer.write(recipe, seed)
    arrivals = sorted(writer.drafts, key=lambda one: one.arrival)
    return [
        Record(
            setting.province, offset, _milliseconds(one.arrival), None, one.line(setting.province)
        )
        for offset, one in enumerate(arrivals)
    ]


def _milliseconds(value: datetime) -> int:
    return (value - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(milliseconds=1)


def histories(
    setting: Setting, recipes: Sequence[str] = USUAL, most: int = 40
) -> st.SearchStrategy[list[Record]]:
    """Draw logs of a province, of `most` recipes at most and half as many usually."""
    one = st.tuples(st.sampled_from(recipes), st.integers(0, 2**32 - 1))
    parts = st.lists(st.lists(one, max_size=8), min_size=1, max_size=max(most // 8, 1))
    return parts.map(lambda drawn: log_of(setting, [recipe for part in drawn for recipe in part]))


def long_log(
    setting: Setting, seed: int, recipes: int, among: Sequence[str] = USUAL
) -> list[Record]:
    """Return one log of so many recipes, always the same for a seed."""
    rng = Random(seed)  # noqa: S311 - no secret
    return log_of(setting, [(rng.choice(among), rng.randrange(2**32)) for _ in range(recipes)])


def last_day(log: Sequence[Record], start: date, days: int = 0) -> int:
    """Return a day on which a history is over: so many days after `start`, or later where one of its events is."""
    told = (one.day for one in map(decode, log) if not isinstance(one, DeadLetter))
    return max([day_from_date(start) + days, *told])


def splits(most: int = 60) -> st.SearchStrategy[list[int]]:
    """Draw sizes of batches."""
    return st.lists(st.integers(1, 12), min_size=1, max_size=most)
