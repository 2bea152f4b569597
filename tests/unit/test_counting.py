"""Facts counted one by one: which measures count a fact, however often its values came before."""

from collections.abc import Mapping
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from models.definitions import Measure
from models.facts import Value
from models.measures import FactCounts, Ones, compile_measure
from models.place import Place

WANTED: Mapping[str, Mapping[str, Any]] = {
    "all": {},
    "secret": {"secret": True},
    "signed_electronic": {"signed": True, "medium": ["electronic_only", "electronic_with_paper"]},
    "of_file": {"document_id": "D1"},
    "without_file": {"document_id": {"exists": False}},
}


def counted(fact: str, subject: str, wanted: Mapping[str, Mapping[str, Any]]) -> FactCounts:
    """Return plain flows of one fact, each with its own `where`."""
    measures = []
    for name, where in wanted.items():
        flow = {"subject": subject, "flow": {"fact": fact, "where": where}}
        compiled = compile_measure(name, Measure.model_validate(flow), Place("t", name), {})
        assert isinstance(compiled.gives, Ones)
        measures.append((name, compiled.gives))
    return FactCounts(measures)


EXCHANGES = counted("document.exchanged", "exchange", WANTED)


def expected(payload: Mapping[str, Value]) -> set[str]:
    """Say it again in so many words."""
    medium, file = payload.get("medium"), payload.get("document_id")
    meant = {
        "all": True,
        "secret": payload.get("secret") is True,
        "signed_electronic": payload.get("signed") is True
        and medium in {"electronic_only", "electronic_with_paper"},
        "of_file": file == "D1",
        "without_file": file is None,
    }
    return {name for name, holds in meant.items() if holds}


@given(
    st.lists(
        st.fixed_dictionaries(
            {},
            optional={
                "secret": st.booleans(),
                "signed": st.booleans(),
                "medium": st.sampled_from(["electronic_only", "paper_only"]),
                "document_id": st.sampled_from(["D1", "D2"]),
            },
        ),
        max_size=20,
    )
)
def test_a_fact_is_counted_by_what_it_says(payloads: list[dict[str, Value]]) -> None:
    """What was said before changes nothing; a missing field passes `exists: false` only."""
    for payload in payloads:
        assert expected(payload) == set(EXCHANGES.names(payload))


def test_lists_are_looked_into_whatever_the_other_fields_are() -> None:
    """A list is no value to remember an answer by: each one counts for itself."""
    sessions = counted(
        "training.session_held",
        "session",
        {"drills": {"session_kind": "drill"}, "for_leaders": {"audience": {"contains": "leader"}}},
    )
    held: list[dict[str, Value]] = [
        {"session_kind": "drill", "audience": ["leader", "official"]},
        {"session_kind": "drill", "audience": ["official"]},
        {"session_kind": "class", "audience": ["leader"]},
        {"session_kind": "class"},
    ]

    assert [("drills", "for_leaders"), ("drills",), ("for_leaders",), ()] == [
        sessions.names(payload) for payload in held
    ]
