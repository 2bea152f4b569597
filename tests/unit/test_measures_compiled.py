"""Measures as they are compiled: what each reads and how far, and which definitions are refused."""

from collections.abc import Mapping
from typing import Any

import pytest
from pydantic import ValidationError

from models.definitions import Measure
from models.errors import CatalogueError
from models.measures import CompiledMeasure, compile_measure
from models.place import Place

OPEN = {"has": {"fact": "dossier.received", "until": "dossier.resolved"}}


def compiled(written: Mapping[str, Any]) -> CompiledMeasure:
    """Return a measure as it is compiled from a file."""
    return compile_measure("m", Measure.model_validate(written), Place("measures.yaml", "m"), {})


@pytest.mark.parametrize(
    ("written", "reads", "reach"),
    [
        (
            {
                "subject": "dossier",
                "flow": {"fact": "dossier.resolved", "bucket": "dossier.working_days"},
            },
            {"dossier.received", "dossier.resolved"},
            0,
        ),
        (
            {"subject": "dossier", "flow": {"fact": "dossier.transferred", "while": OPEN}},
            {"dossier.received", "dossier.resolved", "dossier.transferred"},
            0,
        ),
        (
            {"subject": "official", "flow": {"fact": "account.used", "first": True}},
            {"account.used"},
            None,
        ),
        (
            {"subject": "system", "flow": {"fact": "system.status_reported", "held": 60}},
            {"system.status_reported"},
            1,
        ),
        (
            {"subject": "official", "stock": {"within": {"fact": "account.used", "days": 30}}},
            {"account.used"},
            30,
        ),
        (
            {"subject": "official", "latest": {"fact": "account.used", "field": "actions"}},
            {"account.used"},
            None,
        ),
    ],
)
def test_a_measure_knows_what_it_reads_and_how_far(
    written: Mapping[str, Any], reads: set[str], reach: int | None
) -> None:
    """The fold runs it again for facts of these types only, and has the parts so near at hand."""
    measure = compiled(written)

    assert reads == set(measure.reads)
    assert reach == measure.reach


def test_a_flow_that_sums_a_field_does_not_count() -> None:
    """Only a count is never less than none, so that one more beside others changes nothing."""
    used_once = {"subject": "official", "flow": {"fact": "account.used"}}
    actions = {"subject": "official", "flow": {"fact": "account.used", "amount": "actions"}}

    assert [True, False] == [compiled(one).counts for one in (used_once, actions)]


@pytest.mark.parametrize(
    ("written", "message"),
    [
        (
            {"subject": "dossier", "flow": {"fact": "account.used"}},
            "fact: account.used tells about official, not about dossier",
        ),
        (
            {"subject": "dossier", "flow": {"fact": "dossier.received", "amount": "outcome"}},
            "outcome: is no field of dossier.received",
        ),
        (
            {"subject": "dossier", "flow": {"fact": "dossier.received", "amount": "due_at"}},
            "due_at: is of kind instant, not integer or number",
        ),
        (
            {"subject": "dossier", "flow": {"fact": "dossier.received", "bucket": "outcome"}},
            "outcome: is no field of dossier.received",
        ),
        (
            {"subject": "official", "flow": {"fact": "account.used", "bucket": "dossier.due"}},
            "fact: account.used tells about official, not about dossier",
        ),
        (
            {"subject": "dossier", "flow": {"fact": "dossier.received", "while": "closed"}},
            "closed: is no stock measure; a condition may name only those",
        ),
        (
            {"subject": "official", "flow": {"fact": "account.used", "held": 60}},
            "held: account.used is dated by a day, not by an instant",
        ),
        (
            {"subject": "dossier", "stock": {"any": [OPEN]}, "amount": "procedure_online_level"},
            "amount: needs a condition that is one `has`",
        ),
        (
            {"subject": "dossier", "stock": {"function": "dossier.overdue"}, "each": True},
            "each: needs a condition that is one `has`",
        ),
        (
            {"subject": "dossier", "stock": OPEN, "amount": "due_at"},
            "due_at: is of kind instant, not integer or number",
        ),
        (
            {"subject": "dossier", "stock": OPEN, "bucket": "outcome"},
            "outcome: is no field of dossier.received",
        ),
        (
            {"subject": "dossier", "stock": {"any": [OPEN]}, "bucket": "outcome"},
            "bucket: needs a condition whose first member is a `has` or `within`",
        ),
        (
            {"subject": "dossier", "latest": {"fact": "dossier.received", "field": "due_at"}},
            "due_at: is of kind instant, not integer or number",
        ),
    ],
)
def test_a_measure_that_cannot_be_is_refused_by_file_id_and_field(
    written: Mapping[str, Any], message: str
) -> None:
    """Nothing is computed from a definition that names what does not exist or does not fit."""
    with pytest.raises(CatalogueError) as refused:
        compiled(written)

    assert f"measures.yaml: m: {message}" == str(refused.value)


@pytest.mark.parametrize(
    "written",
    [
        {"subject": "dossier"},
        {"subject": "dossier", "stock": OPEN, "flow": {"fact": "dossier.received"}},
        {"subject": "dossier", "flow": {"fact": "dossier.received"}, "each": True},
        {"subject": "dossier", "flow": {"fact": "dossier.received"}, "bucket": "outcome"},
        {"subject": "system", "flow": {"fact": "system.status_reported", "held": 0}},
        {"subject": "system", "flow": {"fact": "system.status_reported", "held": 1441}},
        {"subject": "system", "flow": {"fact": "system.status_reported", "held": 5, "first": True}},
        {"flow": {"fact": "dossier.received"}},
    ],
)
def test_a_shape_that_says_nothing_or_too_much_is_refused(written: Mapping[str, Any]) -> None:
    """A measure is exactly one of flow, stock and latest."""
    with pytest.raises(ValidationError):
        Measure.model_validate(written)
