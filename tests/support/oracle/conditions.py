"""Part B of the oracle, first half: does a condition hold of a subject at the end of a day, and by which fact?

There are no intervals here: each day is looked at for itself.
"""

from collections.abc import Mapping, Sequence
from datetime import date

from models.days import day_from_date, day_of
from models.definitions import (
    Comparison,
    Condition,
    FieldReference,
    Has,
    Measure,
    Scalar,
    Where,
    Within,
)
from tests.support.oracle import dossiers, working
from tests.support.oracle.facts import Fact, year_of
from tests.support.oracle.vocabulary import VOCABULARY

Named = Mapping[str, Measure]
DERIVED = {
    "dossier.due": ("instant", dossiers.due),
    "dossier.working_days": ("int", dossiers.handling_days),
}


def _value(fact: Fact, facts: Sequence[Fact], field: str) -> tuple[str, object]:
    """Return (kind, value) of a field of the fact, or of a derived one."""
    if field in DERIVED:
        kind, function = DERIVED[field]
        return kind, function(facts)
    return VOCABULARY[fact.type].fields[field].kind, fact.payload.get(field)


def _as_day(kind: str, value: object) -> int:
    if not isinstance(value, int):
        raise TypeError(value)
    return day_of(value) if kind == "instant" else value


def _sides(
    kind: str, value: object, bound: Scalar | FieldReference, fact: Fact, facts: Sequence[Fact]
) -> tuple[object, object]:
    """Return the two sides of a comparison in common units."""
    if isinstance(bound, FieldReference):
        other, theirs = _value(fact, facts, bound.field)
        if kind == other:
            return value, theirs
        return _as_day(kind, value), None if theirs is None else _as_day(other, theirs)
    if kind in {"instant", "date"}:
        return _as_day(kind, value), day_from_date(date.fromisoformat(str(bound)))
    return value, bound


def _compares(wanted: Comparison, fact: Fact, facts: Sequence[Fact], field: str) -> bool:
    kind, value = _value(fact, facts, field)
    if wanted.exists is not None and (value is not None) != wanted.exists:
        return False
    given = wanted.model_fields_set - {"exists"}
    if value is None:
        return not given
    for operator in ("gte", "gt", "lte", "lt"):
        bound = getattr(wanted, operator)
        if bound is None:
            continue
        mine, theirs = _sides(kind, value, bound, fact, facts)
        if theirs is None:
            return False
        verdict = {
            "gte": lambda a, b: a >= b,
            "gt": lambda a, b: a > b,
            "lte": lambda a, b: a <= b,
            "lt": lambda a, b: a < b,
        }[operator](mine, theirs)
        if not verdict:
            return False
    if wanted.contains is not None and wanted.contains not in value:  # type: ignore[operator]  # a list
        return False
    if wanted.starts_with is not None and not str(value).startswith(wanted.starts_with):
        return False
    if wanted.by is not None:
        other, start = _value(fact, facts, wanted.by.after)
        if start is None:
            return False
        begin, days = _as_day(other, start), wanted.by.days
        last = working.later(begin, wanted.by.working_days or 0) if days is None else begin + days
        return _as_day(kind, value) <= last
    return True


def _accepts(
    wanted: Scalar | list[Scalar] | Comparison, fact: Fact, facts: Sequence[Fact], field: str
) -> bool:
    if isinstance(wanted, Comparison):
        return _compares(wanted, fact, facts, field)
    kind, value = _value(fact, facts, field)
    if value is None:
        return False
    options = wanted if isinstance(wanted, list) else [wanted]
    return any(
        mine == theirs and isinstance(mine, bool) == isinstance(theirs, bool)
        for mine, theirs in (_sides(kind, value, option, fact, facts) for option in options)
    )


def in_force(facts: Sequence[Fact], kind: str, day: int) -> dict[str, Fact]:
    """Return by natural key the fact of a type that is in force at the end of `day`, unless it is about another subject."""
    current: dict[str, Fact] = {}
    for fact in facts:
        if fact.type == kind and fact.day <= day:
            held = current.get(fact.key)
            if held is None or fact.moment > held.moment:
                current[fact.key] = fact
    return {key: fact for key, fact in current.items() if fact.about}


def matches(where: Where, fact: Fact, facts: Sequence[Fact], day: int) -> bool:
    """Tell whether `where` holds of the subject's fact; its other facts are taken as known at the end of `day`."""
    if not fact.about:
        return False
    for name, wanted in where.items():
        other, _, field = name.rpartition(".")
        if other in VOCABULARY:
            known = in_force(facts, other, day).values()
            if isinstance(wanted, Comparison) and wanted.exists is False:
                if any(field in one.payload for one in known):
                    return False
            elif not any(_accepts(wanted, one, facts, field) for one in known):
                return False
        elif not _accepts(wanted, fact, facts, name):
            return False
    return True


def _own(where: Where) -> Where:
    return {k: v for k, v in where.items() if k.rpartition(".")[0] not in VOCABULARY}


def held_keys(has: Has, facts: Sequence[Fact], day: int) -> dict[str, Fact]:
    """Return the keys that hold at the end of `day`, each with its fact; `until` and other facts apart."""
    if has.start is None:
        known = in_force(facts, has.fact, day)
    elif VOCABULARY[has.fact].dated:
        known = {
            key: fact
            for key, fact in in_force(facts, has.fact, day).items()
            if (begin := fact.day_in(has.start.field)) is not None and begin + has.start.days <= day
        }
    else:
        known = {
            fact.key: fact
            for fact in facts
            if fact.type == has.fact
            and (begin := fact.day_in(has.start.field)) is not None
            and begin + has.start.days <= day
        }
    return {
        key: fact
        for key, fact in known.items()
        if matches(_own(has.where), fact, facts, day)
        and (has.to is None or (last := fact.day_in(has.to)) is None or day <= last)
    }


def _opened(has: Has, facts: Sequence[Fact], key: str, day: int) -> int:
    """Return the first day of the run of days up to `day` on which `key` holds."""
    days = [fact.day for fact in facts if (fact.type, fact.key) == (has.fact, key)]
    earliest = min(days) if has.start is None else min(days) - 400
    while day > earliest and key in held_keys(has, facts, day - 1):
        day -= 1
    return day


def _has(has: Has, facts: Sequence[Fact], day: int) -> Fact | None:
    held = held_keys(has, facts, day)
    if not held:
        return None
    if has.until and any(fact.type == has.until and fact.day <= day for fact in facts):
        return None
    keys = sorted(held)
    if len(keys) > 1:
        keys.sort(key=lambda key: _opened(has, facts, key, day))
    label = held[keys[0]]
    return label if matches(has.where, label, facts, day) else None


def _within(within: Within, facts: Sequence[Fact], day: int) -> Fact | None:
    found = [
        fact
        for fact in facts
        if fact.type == within.fact
        and fact.day <= day
        and matches(within.where, fact, facts, fact.day)
        and (
            day - within.days < fact.day
            if within.days is not None
            else year_of(fact.day) == year_of(day)
        )
    ]
    if len({fact.day for fact in found}) < within.times:
        return None
    return max(found, key=lambda fact: (fact.moment, fact.key))


def label(condition: Condition, facts: Sequence[Fact], day: int, named: Named) -> Fact | None:
    """Return the fact by which the condition holds at the end of `day`; None where it does not hold."""
    if isinstance(condition, str):
        return label(named[condition].stock or "", facts, day, named)
    if condition.has is not None:
        return _has(condition.has, facts, day)
    if condition.within is not None:
        return _within(condition.within, facts, day)
    if condition.any is not None:
        found = (label(member, facts, day, named) for member in condition.any)
        return next((one for one in found if one is not None), None)
    if condition.all is not None:
        positive = None
        for member in condition.all:
            if not isinstance(member, str) and member.negated is not None:
                if label(member.negated, facts, day, named) is not None:
                    return None
                continue
            one = label(member, facts, day, named)
            if one is None:
                return None
            positive = positive or one
        return positive
    if condition.function == "dossier.overdue":
        return dossiers.one(facts, "dossier.received") if dossiers.overdue_on(facts, day) else None
    raise ValueError(condition)
