"""An opened figure as JSON: its parts, their subjects, their facts, and what was published of it.

Of a payload only what the figure's definition reads is shown; people are pseudonyms on the bus, and free text stays where it is.
"""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import NamedTuple

from models.catalogue.reading_fields import Fields
from models.changes import Amount, Figure
from models.contributions import Contribution, Fact, Sums
from models.days import date_of, datetime_of
from models.events import VOCABULARY, FieldKind
from models.facts import Event, Value
from models.opening import Part
from models.restating import Changed, Published
from streams.cli.json_rows import json_row
from streams.cli.opening import Days, OpenedPart
from streams.cli.restated import Restated, Told
from streams.cli.searched import searched_json
from streams.log_search import Searched

Json = dict[str, object]


class Opened(NamedTuple):
    """A figure taken apart."""

    parts: tuple[OpenedPart, ...]
    told: Told
    fields: Fields
    """What may be shown of payloads."""
    unit: str
    registrations: Mapping[str, tuple[Fact, ...]]
    """Of a figure that counts agencies: the entries of the register behind them."""
    log: Searched | None
    """How the search for counted records ended; None: there are none."""


def parts_json(opened: Opened) -> list[Json]:
    """Return the parts of a figure with the subjects that make them."""
    return [_part(one, opened.fields) for one in opened.parts]


def _part(opened: OpenedPart, fields: Fields) -> Json:
    part, listing = opened.part, opened.listing
    text = part.text
    first, last = part.counted.span
    return {
        "role": str(part.role),
        "name": part.name or None,
        "text_vi": None if text is None else text.vi,
        "text_en": None if text is None else text.en,
        "first_day": None if first is None else date_of(first).isoformat(),
        "last_day": date_of(last).isoformat(),
        **sums_json(part, listing.total),
        "subjects": [_contribution(part, one, fields) for one in listing.listed],
        "not_listed": sums_json(part, listing.left),
        "in_order": opened.in_order,
        "days": [_day(one) for one in opened.days],
    }


def _day(one: Days) -> Json:
    return {
        "agency": one.agency,
        "day": date_of(one.day).isoformat(),
        "records": one.records,
        "events": [_event(event) for event in one.events],
        "not_listed": one.records - len(one.events),
    }


def _event(event: Event) -> Json:
    return {
        "type": event.type,
        "natural_key": None if event.fact is None else event.fact.key,
        "id": event.id,
        "source": event.source,
        "offset": event.offset,
        "time": datetime_of(event.time).isoformat(),
        "recordedtime": datetime_of(event.recorded).isoformat(),
    }


def shown(part: Part, sums: Sums) -> tuple[Amount, Amount | None]:
    """Return the sides of a part as its figure shows them: a last value as what it is, not as one."""
    among = None if part.among is None else sums.among * part.among.each
    return sums.counted * part.counted.each, among


def sums_json(part: Part, sums: Sums) -> Json:
    """Return the sides of a part; the denominator is null where it has only one."""
    counted, among = shown(part, sums)
    return json_row({"numerator": counted, "denominator": among})


def _contribution(part: Part, one: Contribution, fields: Fields) -> Json:
    return {
        "kind": one.subject.kind,
        "subject": one.subject.key,
        **sums_json(part, one.sums),
        "buckets": list(one.buckets),
        "facts": facts_json(one.facts, fields),
    }


def facts_json(facts: Sequence[Fact], fields: Fields) -> list[Json]:
    """Return facts down to the events that tell them."""
    return [fact_json(fact, fields) for fact in facts]


def fact_json(fact: Fact, fields: Fields) -> Json:
    """Return a fact: its names, its days, the event that tells it, and the fields that the figure reads."""
    key, told = fact.key, fact.assertion
    known = VOCABULARY[key.type]
    retracted = told.payload is None
    dated = known.moment_is_date and not retracted
    payload = {} if told.payload is None or not fact.about else told.payload
    read = fields.get(key.type, frozenset())
    return {
        "type": key.type,
        "natural_key": key.key,
        "moment": date_of(told.moment).isoformat() if dated else datetime_of(told.moment).isoformat(),
        "day": date_of(told.day).isoformat(),
        "agency": told.agency,
        "id": told.id,
        "source": told.source,
        "offset": told.offset,
        "recordedtime": datetime_of(told.recorded).isoformat(),
        "retracted": retracted,
        "about_another_subject": not fact.about,
        "fields": {
            name: value_json(known.fields[name].kind, payload[name])
            for name in known.fields
            if name in read and name in payload
        },
    }  # fmt: skip


def value_json(kind: FieldKind, value: Value) -> object:
    """Return a field's value: instants and days as text, decimals too."""
    match value:
        case bool():
            return value
        case int() if kind is FieldKind.INSTANT:
            return datetime_of(value).isoformat()
        case int() if kind is FieldKind.DATE:
            return date_of(value).isoformat()
        case Decimal():
            return str(value)
        case _:
            return value


def published_json(told: Told, unit: str) -> list[Json]:
    """Return what was published, each row beside what is known of its day now."""
    return [_published(row, unit) for row in told.rows]


def _published(row: Published, unit: str) -> Json:
    return {
        "closed_day": date_of(row.closed_day).isoformat(),
        **_figure(row.then, unit),
        "definition_version": row.definition_version,
        "now": _figure(row.now, unit),
        "restated": row.is_restated,
    }


def _figure(figure: Figure, unit: str) -> Json:
    row = json_row({**figure._asdict(), "unit": unit})
    return {name: value for name, value in row.items() if name != "unit"}


def restated_json(opened: Opened) -> Json | None:
    """Return why the day's figure is not what was published; None where it is."""
    restated = opened.told.restated
    if restated is None:
        return None
    return {
        "day": date_of(restated.day).isoformat(),
        **_published(restated.published, opened.unit),
        "next_offset": restated.next_offset,
        "changes": [_changed(opened, one) for one in restated.changes],
        "changes_not_listed": restated.more,
        "registrations": {
            agency: facts_json(facts, opened.fields)
            for agency, facts in restated.registrations.items()
        },
        "not_explained": _rest(opened, restated),
        "log": searched_json(restated.searched),
    }


def _rest(opened: Opened, restated: Restated) -> Json | None:
    return None if restated.rest is None else sums_json(opened.parts[0].part, restated.rest)


def _changed(opened: Opened, one: Changed) -> Json:
    part = opened.parts[one.place].part
    return {
        "role": str(part.role),
        "name": part.name or None,
        "kind": one.subject.kind,
        "subject": one.subject.key,
        "before": sums_json(part, one.before),
        "after": sums_json(part, one.after),
        "facts": facts_json(one.facts, opened.fields),
        "replaced": facts_json(one.replaced, opened.fields),
    }
