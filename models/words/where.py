"""Which facts a `where` means, in words: a clause for each field, all of which must hold.

The field's kind decides how a bound is said: a day is "from ... on", a number "at least ...".
"""

from collections.abc import Mapping
from typing import Final

from models.definitions import Comparison, Deadline, FieldReference, Scalar, Where
from models.events import VOCABULARY, FieldKind
from models.fields import DERIVED
from models.messages import Message
from models.words.lexicon import Lexicon
from models.words.phrases import both, counted, either, say, scalar

_TEMPORAL: Final = frozenset({FieldKind.DATE, FieldKind.INSTANT})

_BOUNDS: Final[Mapping[str, tuple[Message, Message]]] = {
    "gte": (Message("từ {bound} trở lên", "at least {bound}"), Message("từ {bound}", "from {bound} on")),
    "gt": (Message("lớn hơn {bound}", "more than {bound}"), Message("sau {bound}", "after {bound}")),
    "lte": (Message("không quá {bound}", "at most {bound}"), Message("không sau {bound}", "not after {bound}")),
    "lt": (Message("nhỏ hơn {bound}", "less than {bound}"), Message("trước {bound}", "before {bound}")),
}  # fmt: skip
"""Operator -> how it is said of a number, and of a day or an instant."""


def where_in_words(lexicon: Lexicon, fact: str, where: Where) -> list[Message]:
    """Return a clause for each field; none where every fact is meant."""
    return [_clause(lexicon, fact, name, wanted) for name, wanted in where.items()]


def _clause(
    lexicon: Lexicon, fact: str, name: str, wanted: Scalar | list[Scalar] | Comparison
) -> Message:
    field = lexicon.field(name)
    match wanted:
        case bool():
            return field if wanted else say("không {field}", "not {field}", field=field)
        case Comparison():
            return _comparison(lexicon, fact, name, wanted)
        case list():
            value = either([_value(lexicon, name, one) for one in wanted])
        case _:
            value = _value(lexicon, name, wanted)
    return say("{field}: {value}", "{field}: {value}", field=field, value=value)


def _value(lexicon: Lexicon, name: str, value: Scalar) -> Message:
    if isinstance(value, bool):
        return Message("có", "yes") if value else Message("không", "no")
    return lexicon.value(name, value) if isinstance(value, str) else counted(value)


def _comparison(lexicon: Lexicon, fact: str, name: str, wanted: Comparison) -> Message:
    field = lexicon.field(name)
    parts: list[Message] = []
    for operator, (of_number, of_time) in _BOUNDS.items():
        bound: Scalar | FieldReference | None = getattr(wanted, operator)
        if bound is not None:
            said = (
                lexicon.field(bound.field) if isinstance(bound, FieldReference) else scalar(bound)
            )
            temporal = _kind(fact, name) in _TEMPORAL
            parts.append((of_time if temporal else of_number).format(bound=said))
    if wanted.contains is not None:
        value = _value(lexicon, name, wanted.contains)
        parts.append(say("có {value}", "containing {value}", value=value))
    if wanted.starts_with is not None:
        start = Message(f"“{wanted.starts_with}”", f"“{wanted.starts_with}”")
        parts.append(say("bắt đầu bằng {start}", "beginning with {start}", start=start))
    if wanted.by is not None:
        parts.append(_by(lexicon, wanted.by))
    clauses = (
        [say("{field} {parts}", "{field} {parts}", field=field, parts=both(parts))] if parts else []
    )
    if wanted.exists is not None:
        given = (
            Message("có ghi {field}", "{field} given")
            if wanted.exists
            else Message("không ghi {field}", "{field} not given")
        )
        clauses.append(given.format(field=field))
    return both(clauses)


def _by(lexicon: Lexicon, by: Deadline) -> Message:
    after = lexicon.field(by.after)
    if by.days is not None:
        return say(
            "trong vòng {days} ngày kể từ {after}",
            "within {days} days of the {after}",
            days=counted(by.days), after=after,
        )  # fmt: skip
    return say(
        "trong vòng {days} ngày làm việc kể từ {after}",
        "within {days} working days of the {after}",
        days=counted(by.working_days or 0), after=after,
    )  # fmt: skip


def _kind(fact: str, name: str) -> FieldKind:
    if name in DERIVED:
        return DERIVED[name].kind
    other, _, own = name.rpartition(".")
    return VOCABULARY[other or fact].fields[own].kind
