"""What is made from the code says what the code says: whoever changes a definition, a model or a setting writes it anew."""

from streams.documents import plans
from streams.documents.made import DEPLOY, VIEWS, made, there


def test_each_document_is_the_one_that_the_code_makes() -> None:
    """`make docs` writes them; a document of what is gone is gone too."""
    documents = made()
    missing = documents.keys() - there()

    stale = {
        name
        for name in documents.keys() - missing
        if (DEPLOY / name).read_text(encoding="utf-8") != documents[name]
    }

    assert (set(), set()) == (missing, stale), "run `make docs`"


def test_nothing_stands_among_them_that_the_code_does_not_make() -> None:
    """A page of what is gone would still be read."""
    assert set() == there() - made().keys() - {VIEWS}, "run `make docs`"


def test_each_target_has_a_row_with_its_sentence_and_its_definition() -> None:
    """276 rows of four cells each, none of them empty but perhaps the last."""
    rows = [
        line for text in plans.pages().values() for line in text.splitlines() if "<br>`" in line
    ]

    assert 276 == len(rows)
    for row in rows:
        section, sentence, definition, _notes = row.strip("| ").split(" | ")
        assert section
        assert "<br>*" in sentence
        assert "<br>*" in definition
