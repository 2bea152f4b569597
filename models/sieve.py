"""A quick look at records for words: one that passes may tell of what is looked for, one that does not cannot.

Decoding a record costs ten times as much, and of a log that is searched for a few facts nearly all records are others.
"""

import re
from collections.abc import Collection
from typing import Final

from models.events.cloudevent import Mode, mode_of
from models.facts import Record

_WORDS: Final = 64
"""Of more than so many the look costs as much as it saves."""
_BACKSLASH: Final = ord("\\")


class Sieve:
    """Lets through what may hold one of some words, such as natural keys or codes of agencies."""

    def __init__(self, words: Collection[str]) -> None:
        """Look for the words; of too many everything passes."""
        wanted = b"|".join(re.escape(word.encode()) for word in sorted(words))
        self._pattern = re.compile(wanted) if 0 < len(words) <= _WORDS else None

    def passes(self, record: Record) -> bool:
        """Return whether an event in the record may hold a word: it does, or it may be written another way."""
        value, pattern = record.value, self._pattern
        if pattern is None or value is None:
            return True
        return (
            pattern.search(value) is not None
            or _BACKSLASH in value  # escapes
            or not value.isascii()  # other spellings of the same letters
            or mode_of(record.headers) is not Mode.STRUCTURED  # attributes in headers
        )
