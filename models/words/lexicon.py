"""The lexicon: what subjects, facts, fields and their values are called in both languages.

It is data (`models/catalogue/words.yaml`); a test holds it to the vocabulary, so that nothing a definition may name lacks a word.
"""

from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Final

from pydantic import Field, ValidationError

from models.catalogue.faults import shape_faults
from models.catalogue.yaml12 import parse
from models.definitions import Definition, Text
from models.errors import CatalogueError
from models.messages import Message

_FILE: Final = "words.yaml"


class FactWords(Definition):
    """What a fact is called, and how it is said of a subject that it has such a fact."""

    name: Text
    """A noun in the plural."""
    holds: Text
    """A verb phrase after "số hồ sơ" or "dossiers that"."""
    about: dict[str, Text] = Field(default_factory=dict)
    """The verb phrase for another kind of subject than the fact's own."""


class FieldWords(Text):
    """What a field is called, and its values where they are words; of a truth value the word for true."""

    values: dict[str, Text] = Field(default_factory=dict)


class Lexicon(Definition):
    """All words."""

    subjects: dict[str, Text]
    facts: dict[str, FactWords]
    functions: dict[str, Text]
    derived: dict[str, Text]
    fields: dict[str, FieldWords]

    def subject(self, kind: str) -> Message:
        """Return what subjects of a kind are called, in the plural."""
        return _message(self.subjects[kind])

    def fact(self, name: str) -> Message:
        """Return what the facts of a type are called, in the plural."""
        return _message(self.facts[name].name)

    def holds(self, name: str, kind: str) -> Message:
        """Return how it is said of subjects of a kind that they have such a fact."""
        known = self.facts[name]
        return _message(known.about.get(kind, known.holds))

    def field(self, name: str) -> Message:
        """Return what a field is called: one of a fact (`medium`), of another (`dossier.received.medium`), or a derived one."""
        if name in self.derived:
            return _message(self.derived[name])
        fact, _, own = name.rpartition(".")
        called = _message(self.fields[own])
        if not fact:
            return called
        return Message("{field} ({fact})", "{field} ({fact})").format(
            field=called, fact=self.fact(fact)
        )

    def function(self, name: str) -> Message:
        """Return what a function says of a subject."""
        return _message(self.functions[name])

    def value(self, field: str, word: str) -> Message:
        """Return what a value of a field is called; a text that is no word of the lexicon stands in quotes."""
        values: Mapping[str, Text] = (
            {} if field in self.derived else self.fields[field.rpartition(".")[2]].values
        )
        return _message(values[word]) if word in values else quoted(word)


def quoted(text: str) -> Message:
    """Return a text as it stands, in quotes."""
    return Message(f"“{text}”", f"“{text}”")


def _message(text: Text) -> Message:
    return Message(text.vi, text.en)


@cache
def load_lexicon() -> Lexicon:
    """Return the lexicon of this installation.

    Raises:
        CatalogueError: the file is malformed.
    """
    data = parse((files("models.catalogue") / _FILE).read_text("utf-8"), _FILE)
    try:
        return Lexicon.model_validate(data)
    except ValidationError as error:
        raise CatalogueError(*shape_faults(_FILE, data, Lexicon, error)) from None
