"""The catalogue's YAML: version 1.2, exact numbers, and one error that says where for everything else."""

from decimal import Decimal
from typing import Any

import pytest

from models.catalogue.yaml12 import parse, read_document
from models.errors import CatalogueError


@pytest.mark.parametrize("word", ["on", "off", "yes", "no", "y", "n", "True", "=", "<<", "1_000"])
def test_a_word_stays_a_word(word: str) -> None:
    """What YAML 1.1 reads as truth, merge or number are texts here."""
    assert {"a": word} == parse(f"a: {word}", "f")


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("true", True),
        ("false", False),
        ("null", None),
        ("~", None),
        ("", None),
        ("0", 0),
        ("-12", -12),
        ("010", 10),
        ("0.10", Decimal("0.10")),
        ("-3.5", Decimal("-3.5")),
        ('"12"', "12"),
        ("2019-10-31", "2019-10-31"),
        ("1e3", "1e3"),
    ],
)
def test_a_scalar_is_of_the_type_that_it_is_written_as(text: str, value: object) -> None:
    """Numbers are exact and dates stay texts: the definitions say what they are."""
    read = parse(f"a: {text}", "f")["a"]

    assert (type(value), value) == (type(read), read)


def test_an_empty_file_says_nothing() -> None:
    """It is for the definitions to miss what is not there."""
    assert parse("", "f") is None


def test_anchors_repeat_what_they_name() -> None:
    """A catalogue may say a thing once and use it twice."""
    assert {"a": [1], "b": [1]} == parse("a: &x [1]\nb: *x", "f")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a: 1\nb: 2\na: 3", "f.yaml: line 3: a: stands twice"),
        ("x:\n  a: 1\n  a: 1", "f.yaml: line 3: a: stands twice"),
        ("1: a\n1: b", "f.yaml: line 2: 1: stands twice"),
        ("? [1]\n: a", "f.yaml: line 1: a key must be a word"),
        ("a: 1\nb: !!int x", "f.yaml: line 2: 'x' is no int"),
        ("a: !!bool maybe", "f.yaml: line 1: 'maybe' is no bool"),
        (
            "a: !!python/name:os.system x",
            (
                "f.yaml: line 1: could not determine a constructor for the tag "
                "'tag:yaml.org,2002:python/name:os.system'"
            ),
        ),
        (
            "a: !!timestamp x",
            (
                "f.yaml: line 1: could not determine a constructor for the tag "
                "'tag:yaml.org,2002:timestamp'"
            ),
        ),
    ],
)
def test_what_is_wrong_is_one_sentence_with_file_and_line(text: str, message: str) -> None:
    """Whatever a file holds, its reader gets a `CatalogueError`."""
    with pytest.raises(CatalogueError) as refused:
        parse(text, "f.yaml")

    assert message == str(refused.value)


def test_every_key_that_stands_twice_is_a_fault() -> None:
    """The second would silently win; what the file says besides is known all the same."""
    document = read_document("a: {b: 1, b: 2}\na: 3\nc: 4", "f.yaml")

    assert {
        "f.yaml: line 2: a: stands twice",
        "f.yaml: line 1: b: stands twice",
    } == {str(fault) for fault in document.faults}
    assert 4 == document.data["c"]


@pytest.mark.parametrize(
    ("text", "line"),
    [("a: 1\nb: [1\nc: 2", 3), ("a: 1\n\tb: 2", 2), ("a: 1\n---\nb: 2", 2), ("a: *x", 1)],
    ids=["a bracket left open", "a tab", "a second document", "an unknown alias"],
)
def test_a_file_that_is_no_yaml_names_the_line(text: str, line: int) -> None:
    """What exactly is wrong is said in the reader's own words."""
    with pytest.raises(CatalogueError, match=f"^f.yaml: line {line}: ."):
        parse(text, "f.yaml")


def test_a_character_that_no_text_has_is_an_error() -> None:
    """A file that is no text at all has no line to name."""
    with pytest.raises(CatalogueError, match=r"^f.yaml: "):
        parse("a: \x00", "f.yaml")


def test_a_number_that_no_one_can_read_is_an_error_too() -> None:
    """Python refuses to read integers of thousands of digits."""
    digits = "9" * 5000

    with pytest.raises(CatalogueError, match=r"^f.yaml: line 1: .*digits"):
        parse(f"a: {digits}", "f.yaml")


def test_letters_with_diacritics_arrive_as_they_are() -> None:
    """Vietnamese names are what the catalogue is made of."""
    read: Any = parse("tên: Đồng Nai", "f")

    assert {"tên": "Đồng Nai"} == read
