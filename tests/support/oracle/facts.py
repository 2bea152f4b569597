"""Part A of the oracle: which assertions win, and which facts each subject has.

A state is a function of the *set* of events: nothing here may look at the order of the log.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from models.days import date_of, day_of
from models.facts import Assertion, Event, FactKey, Payload
from tests.support.oracle.vocabulary import VOCABULARY, handed_on, subjects


@dataclass(frozen=True, eq=False)
class Fact:
    """A winning assertion that is no retraction."""

    type: str
    key: str
    agency: str
    day: int
    moment: int
    payload: Payload
    about: bool = True
    """Whether it is about the subject that it is listed under; if not, it does no more than end that one's fact before it."""

    def day_in(self, field: str) -> int | None:
        """Return a date or instant field as a day."""
        value = self.payload.get(field)
        if not isinstance(value, int):
            return None
        return day_of(value) if VOCABULARY[self.type].fields[field].kind == "instant" else value


def order(said: Assertion) -> tuple[int, str, str, str]:
    """Return the place of an assertion among those of its fact: when it was recorded, by whom, its id, what it says."""
    return said.recorded, said.source, said.id, said.canonical


def winners(events: Iterable[Event]) -> dict[FactKey, Assertion]:
    """Return the greatest assertion of each fact, retractions included."""
    best: dict[FactKey, Assertion] = {}
    for event in events:
        if event.fact is None or event.assertion is None:
            continue
        held = best.get(event.fact)
        if held is None or order(event.assertion) > order(held):
            best[event.fact] = event.assertion
    return best


class World:
    """All that a province knows: its kept facts, and its accepted records."""

    def __init__(self, events: Sequence[Event]) -> None:
        """Merge the accepted events of one province."""
        self.events = [event for event in events if event.type != "day.started"]
        self.facts = [
            Fact(key.type, key.key, said.agency, said.day, said.moment, said.payload)
            for key, said in winners(events).items()
            if said.payload is not None
        ]
        self.subjects: dict[str, dict[str, list[Fact]]] = defaultdict(lambda: defaultdict(list))
        for fact in self.facts:
            for kind, key in _told_by(fact):
                self.subjects[kind][key].append(fact)
        for series in _series_handed_on(self.facts):
            holders = {holder for fact in series for holder in _told_by(fact)}
            for kind, key in holders:
                self.subjects[kind][key] += [
                    replace(fact, about=False)
                    for fact in series
                    if (kind, key) not in _told_by(fact)
                ]
        self.kept = {(fact.type, fact.agency) for fact in self.facts}
        self.records = [
            (event.agency, day_of(event.time))
            for event in self.events
            if not event.type.endswith(".registered")
        ]
        """Agency and day of each accepted record, types `*.registered` apart."""

    def register(self, day: int) -> dict[str, Payload]:
        """Return the register's entry of each agency in force at the end of `day`, active or not."""
        entries = {}
        for code, facts in self.subjects["agency"].items():
            past = [fact for fact in facts if fact.type == "agency.registered" and fact.day <= day]
            if past:
                entry = max(past, key=lambda fact: fact.day).payload
                ends = entry.get("valid_to")
                if ends is None or day <= ends:  # type: ignore[operator]  # a day
                    entries[code] = entry
        return entries

    def active(self, day: int) -> set[str]:
        """Return the codes of the active registered agencies."""
        return {code for code, entry in self.register(day).items() if entry["active"] is True}

    def registered(self) -> set[str]:
        """Return the codes that the register names on any day."""
        agencies = self.subjects["agency"].items()
        return {
            code for code, facts in agencies if any(f.type == "agency.registered" for f in facts)
        }

    def codes(self) -> set[str]:
        """Return the codes that have rows: registered, or carrying a kept fact."""
        return self.registered() | {fact.agency for fact in self.facts}

    def keeps(self, types: Iterable[str], agency: str) -> bool:
        """Tell whether the agency ('*': the province) has a kept fact of one of the types."""
        return any(t in set(types) and agency in {"*", a} for t, a in self.kept)


def _told_by(fact: Fact) -> set[tuple[str, str]]:
    return subjects(fact.type, fact.key, dict(fact.payload))


def _series_handed_on(facts: Iterable[Fact]) -> Iterable[list[Fact]]:
    """Return by natural key the facts of types whose next fact may be about another subject."""
    found: dict[tuple[str, str], list[Fact]] = defaultdict(list)
    for fact in facts:
        if handed_on(fact.type):
            found[fact.type, fact.key].append(fact)
    return found.values()


def year_of(day: int) -> int:
    """Return the calendar year of a day."""
    return date_of(day).year
