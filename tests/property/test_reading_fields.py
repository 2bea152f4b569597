"""The fields that a figure is said to read are all that it reads: without any other its subjects amount to the same."""

import json
from collections.abc import Mapping
from functools import cache
from itertools import groupby
from typing import Final

import pytest
from msgspec.structs import replace

from models.catalogue import ProvinceCatalogue, load_catalogue
from models.catalogue.reading_fields import COMPUTED, Fields, fields_read
from models.changes import PartKey
from models.conditions import FUNCTIONS
from models.contributions import Subjects
from models.events import VOCABULARY
from models.facts import Record
from models.fields import DERIVED
from models.opening import parts_of
from models.panes import ALL
from models.parts import decode, encode
from models.restoring import sources_of
from models.subjects import HANDED_ON
from models.topics import PROVINCES
from streams.simulator import simulate
from tests.support.fold import Worker, fold

NOW_MS: Final = 1_800_000_000_000
DAYS: Final = 30
BATCH: Final = 900
ONE_IN: Final = 5
"""Subjects that are looked at."""


@cache
def folded(province: str) -> Worker:
    """Return a province some weeks into its plan."""
    lines = simulate(9, (province,), DAYS)
    log = [Record(province, offset, NOW_MS, None, line) for offset, line in enumerate(lines)]
    return fold(load_catalogue().province(province), log, [BATCH] * (len(log) // BATCH + 1))


def read_by(owner: ProvinceCatalogue, indicator_id: str) -> Fields:
    """Return the fields that an indicator reads."""
    (indicator,) = (one for one in owner.indicators if one.id == indicator_id)
    definition, _ = owner.written(indicator)
    return fields_read(definition, owner.definitions.named)


def stripped(stored: Mapping[PartKey, bytes], fields: Fields) -> dict[PartKey, bytes]:
    """Return a subject whose facts say nothing but what is read; who a series is handed to is part of its keys."""
    found = {}
    for part, encoded in stored.items():
        facts = []
        for key, one in decode(encoded):
            kept = set(fields.get(key.type, ()))
            if key.type in HANDED_ON:
                known = VOCABULARY[key.type]
                rules = known.tells_about
                kept |= {name for rule in rules for name in rule.fields(known.natural_key)}
            if one.canonical:
                said = {name: value for name, value in json.loads(one.canonical).items() if name in kept}  # fmt: skip
                facts.append((key, replace(one, canonical=json.dumps(said))))
        if facts:
            found[part] = encode(facts)
    return found


@pytest.mark.slow
@pytest.mark.parametrize("province", PROVINCES)
def test_what_no_definition_reads_changes_nothing(province: str) -> None:
    """Of every figure, of the house and of the plan."""
    worker = folded(province)
    owner, stored = worker.catalogue, worker.tables.stored
    sources, last = sources_of(owner.lists, stored), worker.tables.mark.as_of
    assert last is not None
    parts = sorted(worker.tables.parts.items())
    every = [dict(items) for _, items in groupby(parts, lambda one: one[0][:2])]
    brought = 0
    for indicator in owner.indicators:
        subjects = Subjects(owner, parts_of(owner, indicator, sources, ALL, last))
        fields = read_by(owner, indicator.id)
        for subject in every[::ONE_IN]:
            if next(iter(subject)).kind not in subjects.kinds:
                continue
            wanted = subjects.amounts(subject)
            left = stripped(subject, fields)

            assert (indicator.id, wanted) == (indicator.id, subjects.amounts(left) if left else {})
            brought += bool(wanted)
    assert brought > 100


def test_only_fields_that_there_are_are_read() -> None:
    """Of facts of the vocabulary; what is computed is known for each name that a definition may use."""
    assert {*DERIVED, *FUNCTIONS} == COMPUTED.keys()
    for province in PROVINCES:
        owner = load_catalogue().province(province)
        for indicator in owner.indicators:
            for fact, fields in read_by(owner, indicator.id).items():
                assert fields <= VOCABULARY[fact].fields.keys()


def test_the_share_on_time_reads_what_decides_it() -> None:
    """When it was due, when the clock stood, when and how it was resolved."""
    assert {
        "dossier.received": frozenset({"due_at"}),
        "dossier.resolved": frozenset({"due_at", "outcome", "resolved_at"}),
        "dossier.status_changed": frozenset({"to_status"}),
    } == read_by(load_catalogue().province("tra-vinh"), "dossiers_on_time_share")
