"""The models say what the vocabulary says, to the letter."""

import re
from pathlib import Path
from typing import Any, Final

import pytest
import yaml

from models.events import VOCABULARY, EventType, join_key, split_key
from models.facts import FactKey, SubjectId
from models.telling import subjects_of

CONTRACT: Final[dict[str, Any]] = yaml.safe_load(
    (Path(__file__).parents[1] / "fixtures" / "event_vocabulary.yaml").read_text("utf-8")
)
PRINTED: Final[dict[str, dict[str, Any]]] = {
    row["type"]: row for row in CONTRACT["event_vocabulary"]
}
KINDS: Final = {
    "id": "id",
    "pseudonym": "id",
    "string": "text",
    "int": "integer",
    "int 0-4": "integer",
    "number": "number",
    "bool": "boolean",
    "timestamp": "instant",
    "date": "date",
    "list of id": "list",
}


def test_the_registry_has_every_type_of_the_vocabulary_in_its_order() -> None:
    """Forty-seven types, none beside them."""
    assert list(PRINTED) == list(VOCABULARY)


@pytest.mark.parametrize("name", PRINTED)
def test_key_moment_and_keying_are_those_of_the_vocabulary(name: str) -> None:
    """A wrong key would make two facts of one, or one of two."""
    known, row = VOCABULARY[name], PRINTED[name]

    assert row["natural_key"] == list(known.natural_key)
    assert row["moment"] == known.moment
    assert row["keyed"] == known.keyed


@pytest.mark.parametrize("name", PRINTED)
def test_fields_enumerations_and_nullability_are_those_of_the_vocabulary(name: str) -> None:
    """Each field with its kind, its words in order, and whether it may be null."""
    expected = {field: _read(name, field) for field in PRINTED[name]["fields"]}

    fields = VOCABULARY[name].fields.items()

    assert expected == {
        field: (told.kind.value, told.nullable, list(told.choices)) for field, told in fields
    }


def _read(name: str, field: str) -> tuple[str, bool, list[str]]:
    printed: str = PRINTED[name]["fields"][field]
    words = re.sub(r"\(.*\)", "", printed).replace("?", "").strip()
    nullable = "?" in printed
    if words == "enum level":
        return "choice", nullable, list(CONTRACT["level_codes"])
    if words.startswith("enum as "):
        other = words.removeprefix("enum as ")
        named = (name, other) if other in PRINTED[name]["fields"] else (other, field)
        return "choice", nullable, _read(*named)[2]
    if words.startswith("enum "):
        return "choice", nullable, words.removeprefix("enum ").split("|")
    if words.startswith("list of ") and words != "list of id":
        return "list", nullable, words.removeprefix("list of ").split("|")
    return KINDS[words], nullable, []


def test_movable_types_are_those_whose_subjects_a_correction_can_change() -> None:
    """For these the present subject must be kept with the fact."""
    expected = {
        "account.provisioned",
        "account.used",
        "asset.assigned",
        "system.connected",
        "filing.submitted",
        "payment.made",
        "record.centralized",
        "budget.allocated",
        "budget.disbursed",
    }

    assert expected == {known.name for known in VOCABULARY.values() if known.movable}


@pytest.mark.parametrize(
    ("name", "payload", "expected"),
    [
        ("dossier.received", {"dossier_id": "D/1"}, [("dossier", "D/1")]),
        ("account.provisioned", {"account_id": "A"}, []),
        ("account.provisioned", {"account_id": "A", "official_id": "O"}, [("official", "O")]),
        (
            "asset.assigned",
            {"asset_id": "A", "holder_type": "agency", "holder_id": "H"},
            [("asset", "A"), ("agency", "H")],
        ),
        (
            "asset.assigned",
            {"asset_id": "A", "holder_type": "official", "holder_id": "H"},
            [("asset", "A"), ("official", "H")],
        ),
        (
            "document.processed",
            {"document_id": "12/QĐ", "agency_id": "a", "direction": "incoming"},
            [("processing", "12%2FQĐ/a/incoming")],
        ),
        (
            "population.snapshot_published",
            {"population_id": "insured", "level": "all"},
            [("population", "insured/all")],
        ),
        (
            "signature.applied",
            {"certificate_serial": "C", "object_type": "document", "object_id": "1"},
            [("signature", "C/document/1")],
        ),
        ("website.content_updated", {"site_id": "S", "category": "news"}, [("system", "S")]),
        (
            "website.content_updated",
            {"site_id": "S", "category": "news", "procedure_id": "P"},
            [("system", "S"), ("procedure", "P")],
        ),
        (
            "compliance.assessed",
            {"subject_type": "website", "subject_id": "S", "criterion": "infosec"},
            [("system", "S")],
        ),
        (
            "compliance.assessed",
            {"subject_type": "workstation", "subject_id": "W", "criterion": "infosec"},
            [("asset", "W")],
        ),
        ("budget.allocated", {"allocation_id": "B"}, [("allocation", "B")]),
        (
            "staff.assigned",
            {"official_id": "O", "role": "sysadmin", "agency_id": "a"},
            [("official", "O"), ("agency", "a")],
        ),
    ],
)
def test_a_fact_tells_about_the_subjects_that_the_vocabulary_names(
    name: str, payload: dict[str, str], expected: list[tuple[str, str]]
) -> None:
    """A null field gives no subject; where the key alone says the subjects, a retraction finds them by it."""
    known = VOCABULARY[name]
    subjects = tuple(SubjectId(*pair) for pair in expected)

    assert subjects == known.subjects(payload)
    by_key = None if known.movable else subjects
    assert by_key == subjects_of(FactKey(name, known.key_of(payload), None))


@pytest.mark.parametrize(
    ("name", "key", "expected"),
    [
        ("dossier.received", "D1", True),
        ("dossier.received", "", False),
        ("dossier.received", "D/1", False),
        ("dossier.received", "D%2F1", True),
        ("dossier.received", "D%2f1", False),
        ("website.content_updated", "S/news/", True),
        ("website.content_updated", "S//", True),
        ("website.content_updated", "/news/", False),
        ("compliance.assessed", "website/S/infosec", True),
        ("compliance.assessed", "house/S/infosec", False),
    ],
)
def test_a_key_is_one_that_a_payload_could_have(name: str, key: str, *, expected: bool) -> None:
    """A retraction names its fact by key only, so the key is checked like a payload."""
    known: EventType = VOCABULARY[name]

    assert expected is known.is_key(key)


def test_parts_of_a_key_come_back_as_they_went_in() -> None:
    """Slashes and per cent signs are encoded, accents composed, null is empty."""
    key = join_key(["12/QĐ-UBND", "100%", None, "Tra\u0300 Vinh", "%2F"])

    assert "12%2FQĐ-UBND/100%25//Trà Vinh/%252F" == key
    assert ["12/QĐ-UBND", "100%", "", "Trà Vinh", "%2F"] == split_key(key)


@pytest.mark.parametrize("known", VOCABULARY.values(), ids=VOCABULARY)
def test_a_model_says_everything_in_its_annotations(known: EventType) -> None:
    """The quick reader is derived from the annotations: it would not run a validator of the model."""
    made = known.model.__pydantic_decorators__

    assert {} == {**made.field_validators, **made.model_validators, **made.validators}
