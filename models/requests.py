"""Which stored parts a run of events can reach: what must be read before it is merged.

Homes come first: only they say which subjects hold the movable facts that the events correct.
"""

from collections.abc import Iterable, Iterator

from models.changes import PartRequest
from models.events import VOCABULARY
from models.facts import DeadLetter, Event, FactKey, SubjectId
from models.measures import KindMeasures, Measures
from models.merge import Merge
from models.parts import DAILY, MAIN, day_of_daily, home_of, part_of
from models.telling import subjects_of, told

_MOVABLE = frozenset(name for name, known in VOCABULARY.items() if known.movable)


def home_requests(events: Iterable[Event | DeadLetter]) -> set[PartRequest]:
    """Return the homes that must be read before it is known which subjects the events touch."""
    requests = set()
    for event in events:
        fact = event.fact if isinstance(event, Event) else None
        if fact is not None and fact.type in _MOVABLE:
            requests.add(PartRequest(*home_of(fact), part_of("fact", fact)))
    return requests


def subject_requests(
    events: Iterable[Event | DeadLetter], homes: Merge, measures: Measures
) -> set[PartRequest]:
    """Return the parts of subjects that the events can reach, given that their homes are loaded."""
    requests: set[PartRequest] = set()
    for event in events:
        if not isinstance(event, Event) or event.fact is None:
            continue
        fact = event.fact
        subjects = subjects_of(fact)
        if subjects is None:
            subjects = (*homes.told_at_home(fact), *told(fact, event.assertion))
        if fact.type not in DAILY:
            for kind, key in subjects:
                requests.add(PartRequest(kind, key, None))
            continue
        for subject in subjects:
            requests.update(_daily(subject, fact, measures[subject.kind]))
    return requests


def _daily(subject: SubjectId, fact: FactKey, measures: KindMeasures) -> Iterator[PartRequest]:
    """Yield the parts of a subject that a daily fact can reach: of its own type, and of those that a measure reads beside it."""
    parts = measures.daily_parts(fact.type, day_of_daily(fact))
    if parts is None:
        yield PartRequest(*subject, None)
        return
    yield PartRequest(*subject, MAIN)
    for part in parts:
        yield PartRequest(*subject, part)
