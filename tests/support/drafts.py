"""Events before they are put into words: random payloads of every type, from pools so small that events meet."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from random import Random
from typing import Any, Final
from unicodedata import normalize

from models.days import VIETNAM
from tests.support.oracle.vocabulary import VOCABULARY, Field, Row

Preferred = Mapping[tuple[str, str], Sequence[Any]]
"""(type, field) -> values that definitions ask for: drawn more often than others."""

AGENCIES: Final = ("A1", "A2", "A3")
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
    keenness: float = 0.7
    """How often a preferred value is taken where there is one."""
    agencies: tuple[str, ...] = AGENCIES


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
            "time": instant(self.time),
            "recordedtime": instant(self.recorded),
            "province": province,
            "agency": self.agency,
            "partitionkey": key,
            "datacontenttype": "application/json",
            "data": dict(self.data),
        }
        return json.dumps(event, ensure_ascii=False).encode()


def instant(value: datetime) -> str:
    """Return an instant as it is written."""
    return value.astimezone(VIETNAM).isoformat()


def natural_key(kind: str, data: Mapping[str, Any]) -> str:
    """Return the natural key of a payload."""
    parts = (data.get(name) for name in VOCABULARY[kind].natural_key)
    texts = ("" if part is None else normalize("NFC", str(part)) for part in parts)
    return "/".join(text.replace("%", "%25").replace("/", "%2F") for text in texts)


def draft(
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
    return Draft(
        kind, data, rng.choice(setting.agencies), time, recorded, recorded + delay - early, name
    )


def draw(  # noqa: C901 - one line a kind of field
    setting: Setting, rng: Random, row: Row, one: Field, time: datetime, data: Mapping[str, Any]
) -> Any:  # noqa: ANN401 - a JSON value
    """Return a random value for a field."""
    preferred = setting.preferred.get((row.name, one.name))
    if one.optional and rng.random() < 0.3:
        return None
    if preferred and rng.random() < setting.keenness:
        value = rng.choice(preferred)
        return [value] if one.kind == "list" else value
    match one.kind:
        case "id":
            return rng.choice(pool(setting, one.name, data))
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
            choices = one.choices or setting.agencies
            return rng.sample(choices, rng.randrange(1, len(choices)))
        case "date":
            return str((time + timedelta(days=_shift(rng, one, row))).astimezone(VIETNAM).date())
        case "instant":
            hours = (
                24 * rng.randrange(1, 15)
                if one.name == "due_at"
                else -rng.choice([0, 0, 0, 0, 1, 1, 24, 72, 380 * 24])
            )
            return instant(time + timedelta(hours=hours))
    return rng.choice(["x", "y/ế%", normalize("NFD", "đường ế")])


def _shift(rng: Random, one: Field, row: Row) -> int:
    if one.name in {"valid_to", "ended_at", "period_end", "due_at", "planned_end"}:
        return rng.choice([-1, 0, 1, 10, 29, 30, 31, 45, 200])
    if one.name == row.moment:
        return rng.choice([0, 0, 0, 0, -1, -40, 20])
    return rng.choice([0, -3, -30])


def pool(setting: Setting, name: str, data: Mapping[str, Any]) -> Sequence[str]:
    """Return the few ids that a field chooses from; fields that mean the same things share them."""
    if name in {"subject_id", "holder_id"}:
        name = f"{data.get('subject_type', data.get('holder_type'))}_id"
    if name.endswith("agency_id") or name in {"from_id", "to_id", "agency_ids"}:
        return setting.agencies
    name = {"site_id": "system_id", "website_id": "system_id", "workstation_id": "asset_id"}.get(
        name, name
    )
    name = {"filer_id": "enterprise_id", "payer_id": "enterprise_id"}.get(name, name)
    return [f"{name[:3]}{number}" for number in (1, 2, 3)] + (
        [] if name != "document_id" else ["1/QĐ-UBND"]
    )
