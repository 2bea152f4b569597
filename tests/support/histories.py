"""Histories for property tests: logs of a small province in which everything happens that a log may suffer.

A history is drawn as a list of (recipe, seed): hypothesis shrinks it by leaving recipes out, and drawing costs next to nothing.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from random import Random
from typing import Any, Final
from unicodedata import normalize

from hypothesis import strategies as st

from models.days import VIETNAM, date_of
from models.facts import Record
from tests.support.oracle.vocabulary import VOCABULARY, Field, Row

Preferred = Mapping[tuple[str, str], Sequence[Any]]
"""(type, field) -> values that definitions ask for: drawn more often than others."""

AGENCIES: Final = ("A1", "A2", "A3")
MOMENTS: Final = (
    "00:00:00",
    "07:59:59.999999",
    "08:00:00",
    "17:00:00",
    "17:00:00.000001",
    "23:59:59",
)
HOUR: Final = timedelta(hours=1)
DAY: Final = 24 * HOUR


@dataclass(frozen=True)
class Setting:
    """Where and when a history plays."""

    province: str
    start: date
    days: int = 120
    types: tuple[str, ...] = tuple(VOCABULARY)
    preferred: Preferred = field(default_factory=dict)


@dataclass(frozen=True)
class Draft:
    """An event before it is put into words."""

    type: str
    data: Mapping[str, Any]
    agency: str
    time: datetime
    recorded: datetime
    arrival: datetime
    id: str
    subject: str | None = None

    def line(self, province: str) -> bytes:
        """Return the event as a structured CloudEvent."""
        key = self.subject if self.subject is not None else natural_key(self.type, self.data)
        event = {
            "specversion": "1.0",
            "id": self.id,
            "source": f"urn:tiendo:{province}:{'ab'[len(self.id) % 2]}",
            "type": f"vn.tiendo.{self.type}.v1",
            "subject": key,
            "time": _instant(self.time),
            "recordedtime": _instant(self.recorded),
            "province": province,
            "agency": self.agency,
            "partitionkey": key,
            "datacontenttype": "application/json",
            "data": dict(self.data),
        }
        return json.dumps(event, ensure_ascii=False).encode()


def _instant(value: datetime) -> str:
    return value.astimezone(VIETNAM).isoformat()


def natural_key(kind: str, data: Mapping[str, Any]) -> str:
    """Return the natural key of a payload."""
    parts = (data.get(name) for name in VOCABULARY[kind].natural_key)
    texts = ("" if part is None else normalize("NFC", str(part)) for part in parts)
    return "/".join(text.replace("%", "%25").replace("/", "%2F") for text in texts)


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


def draft(  # noqa: PLR0913 - what an event needs
    setting: Setting,
    rng: Random,
    name: str,
    kind: str,
    time: datetime,
    given: Mapping[str, object],
) -> Draft:
    """Return an event of a type at a time."""
    row = VOCABULARY[kind]
    data: dict[str, Any] = {}
    for one in row.fields.values():
        value = given[one.name] if one.name in given else draw(setting, rng, row, one, time, data)
        if value is not None or rng.random() < 0.5:
            data[one.name] = value
    delay = (
        timedelta(0)
        if rng.random() < 0.7
        else rng.choice([HOUR, 26 * HOUR, 24 * 9 * HOUR, 24 * 40 * HOUR])
    )
    early = 20 * HOUR if rng.random() < 0.03 else timedelta(0)
    recorded = time + rng.choice([timedelta(0), HOUR])
    return Draft(kind, data, rng.choice(AGENCIES), time, recorded, recorded + delay - early, name)


def draw(  # noqa: C901, PLR0911, PLR0912, PLR0913 - one line a kind of field
    setting: Setting, rng: Random, row: Row, one: Field, time: datetime, data: Mapping[str, Any]
) -> Any:  # noqa: ANN401 - a JSON value
    """Return a random value for a field."""
    preferred = setting.preferred.get((row.name, one.name))
    if one.optional and rng.random() < 0.3:
        return None
    if preferred and rng.random() < 0.7:
        value = rng.choice(preferred)
        return [value] if one.kind == "list" else value
    match one.kind:
        case "id":
            return rng.choice(pool(one.name, data))
        case "bool":
            return rng.random() < 0.7
        case "int04":
            return rng.randrange(5)
        case "int":
            year = time.year if "year" in one.name else 0
            return (
                year + rng.choice([0, 0, 0, 1, -1])
                if year
                else rng.choice([0, 1, 2, 30, 4_000_000])
            )
        case "number":
            return rng.choice([0, 1, 1.5, 62.25])
        case "enum":
            return rng.choice(one.choices)
        case "list":
            choices = one.choices or AGENCIES
            return rng.sample(choices, rng.randrange(1, len(choices)))
        case "date":
            return str((time + timedelta(days=_shift(rng, one, row))).astimezone(VIETNAM).date())
        case "instant":
            hours = (
                24 * rng.randrange(1, 15)
                if one.name == "due_at"
                else -rng.choice([0, 0, 0, 0, 1, 1, 24, 72, 380 * 24])
            )
            return _instant(time + timedelta(hours=hours))
    return rng.choice(["x", "y/ế%", normalize("NFD", "đường ế")])


def _shift(rng: Random, one: Field, row: Row) -> int:
    if one.name in {"valid_to", "ended_at", "period_end", "due_at", "planned_end"}:
        return rng.choice([-1, 0, 1, 10, 29, 30, 31, 45, 200])
    if one.name == row.moment:
        return rng.choice([0, 0, 0, 0, -1, -40, 20])
    return rng.choice([0, -3, -30])


def pool(name: str, data: Mapping[str, Any]) -> Sequence[str]:
    """Return the few ids that a field chooses from; fields that mean the same things share them."""
    if name in {"subject_id", "holder_id"}:
        name = f"{data.get('subject_type', data.get('holder_type'))}_id"
    if name.endswith("agency_id") or name in {"from_id", "to_id", "agency_ids"}:
        return AGENCIES
    name = {"site_id": "system_id", "website_id": "system_id", "workstation_id": "asset_id"}.get(
        name, name
    )
    name = {"filer_id": "enterprise_id", "payer_id": "enterprise_id"}.get(name, name)
    return [f"{name[:3]}{number}" for number in (1, 2, 3)] + (
        [] if name != "document_id" else ["1/QĐ-UBND"]
    )


Recipe = Callable[[Writer, Random, str], list[Draft]]


def _anything(writer: Writer, rng: Random, name: str) -> list[Draft]:
    return [writer.fresh(rng, name, rng.choice(writer.setting.types))]


def _register(writer: Writer, rng: Random, name: str) -> list[Draft]:
    code = rng.choice(AGENCIES)
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
            {"dossier_id": case, "status_at": _instant(time)},
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
                {"dossier_id": case, "resolved_at": _instant(time)},
            )
        )
    return found


def _burst(writer: Writer, rng: Random, name: str) -> list[Draft]:
    """Enough of one kind at one agency to be judged, such as a share with a sound denominator."""
    time, agency = writer.when(rng), rng.choice(AGENCIES)
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
    time, agency = writer.when(rng), rng.choice(AGENCIES)
    due, late = time + rng.choice([1, 2, 5]) * DAY, rng.choice([0, 3, 12, 30]) * DAY
    ended = due + rng.choice([-1, 0, 2, 8]) * DAY
    found = []
    for number in range(rng.choice([10, 11, 14])):
        given: dict[str, object] = {"dossier_id": f"{name}-{number}", "due_at": _instant(due)}
        given |= {"received_at": _instant(time)}
        one = draft(writer.setting, rng, f"{name}-{number}", "dossier.received", time, given)
        found.append(replace(one, agency=agency, arrival=time))
        if late or number % 2:
            given |= {"resolved_at": _instant(ended), "due_at": None}
            end = draft(writer.setting, rng, f"{name}-{number}r", "dossier.resolved", ended, given)
            found.append(replace(end, agency=agency, arrival=ended + late))
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
        agency = rng.choice(AGENCIES)
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
    if one is None:
        return []
    row = VOCABULARY[one.type]
    data: dict[str, Any] = {
        "type": one.type,
        "subject": natural_key(one.type, one.data),
        "reason": "x",
    }
    if row.dated:
        data["moment"] = _instant(one.time) if row.moment == "time" else one.data[row.moment]
    recorded = one.recorded + rng.choice([2, 2, -1, 24 * 30]) * HOUR
    arrival = max(recorded, one.arrival + rng.choice([-1, 1, 50, 24 * 15]) * HOUR)
    time = min(one.time + rng.choice([0, 1]) * HOUR, arrival)
    return [
        replace(
            one,
            type="fact.retracted",
            data=data,
            subject=str(data["subject"]),
            time=time,
            recorded=recorded,
            arrival=arrival,
            id=name,
        )
    ]


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
    "correct": _correct,
    "retract": _retract,
    "again": _again,
    "broken": _broken,
    "midnight": _midnight,
}
USUAL: Final = (
    *["anything"] * 6, *["correct"] * 4, "dossier", "dossier", "register", "retract", "retract",
    "again", "broken", "midnight", "burst", "caseload",
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


def long_log(setting: Setting, seed: int, recipes: int) -> list[Record]:
    """Return one log of so many recipes, always the same for a seed."""
    rng = Random(seed)  # noqa: S311 - no secret
    return log_of(setting, [(rng.choice(USUAL), rng.randrange(2**32)) for _ in range(recipes)])


def splits(most: int = 60) -> st.SearchStrategy[list[int]]:
    """Draw sizes of batches."""
    return st.lists(st.integers(1, 12), min_size=1, max_size=most)


__all__ = ["Setting", "date_of", "histories", "log_of", "natural_key", "splits"]
