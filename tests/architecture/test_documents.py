"""The pages of the plans say what the catalogue says: whoever changes a definition writes them anew."""

from streams.documents import FOLDER, pages


def test_the_pages_are_those_that_the_catalogue_makes() -> None:
    """`make docs` writes them; a page of a plan that is gone is gone too."""
    there = {path.name: path.read_text(encoding="utf-8") for path in FOLDER.glob("*.md")}

    stale = {name for name in there.keys() | pages().keys() if there.get(name) != pages().get(name)}

    assert set() == stale, "run `make docs`"


def test_each_target_has_a_row_with_its_sentence_and_its_definition() -> None:
    """276 rows of four cells each, none of them empty but perhaps the last."""
    rows = [
        line for text in pages().values() for line in text.splitlines() if "<br>`" in line
    ]  # fmt: skip

    assert 276 == len(rows)
    for row in rows:
        section, sentence, definition, _notes = row.strip("| ").split(" | ")
        assert section
        assert "<br>*" in sentence
        assert "<br>*" in definition
