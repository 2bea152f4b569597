"""Putting phrases together: lists, numbers and dates in both languages at once."""

from collections.abc import Iterable, Sequence
from decimal import Decimal
from functools import reduce

from models.definitions import Scalar
from models.events import parse_date
from models.messages import Message, calendar_day, number

_FIRST_GROUPED = 10_000
"""Whole numbers below are written without separators: most of them are years and levels."""


def say(vi: str, en: str, /, **words: Message) -> Message:
    """Return a text in both languages with `words` filled in, each in its language."""
    return Message(vi, en).format(**words)


def listed(phrases: Sequence[Message], vi: str, en: str) -> Message:
    """Return phrases in a row with a separator for each language."""
    return Message(vi.join(one.vi for one in phrases), en.join(one.en for one in phrases))


def either(phrases: Sequence[Message]) -> Message:
    """Return `a hoặc b`."""
    return listed(phrases, " hoặc ", " or ")


def both(phrases: Sequence[Message]) -> Message:
    """Return `a và b`."""
    return listed(phrases, " và ", " and ")


def numbered(phrases: Sequence[Message]) -> Message:
    """Return `(1) a; (2) b`; one phrase alone stays as it is."""
    if len(phrases) == 1:
        return phrases[0]
    return listed(
        [Message(f"({n}) {one.vi}", f"({n}) {one.en}") for n, one in enumerate(phrases, 1)],
        "; ",
        "; ",
    )


def appended(head: Message, tails: Iterable[Message]) -> Message:
    """Return a phrase with others behind it."""
    return reduce(lambda whole, tail: Message(whole.vi + tail.vi, whole.en + tail.en), tails, head)


def bracketed(clauses: Sequence[Message]) -> Message:
    """Return ` (a; b)`, a space before it; nothing where there is no clause."""
    if not clauses:
        return Message("", "")
    return say(" ({clauses})", " ({clauses})", clauses=listed(clauses, "; ", "; "))


def counted(value: Decimal | int) -> Message:
    """Return a number as each language writes it."""
    if isinstance(value, int) and 0 <= value < _FIRST_GROUPED:
        return Message(str(value), str(value))
    return number(value)


def dated(text: str) -> Message | None:
    """Return a date as each language writes it; None where the text is no date."""
    try:
        return calendar_day(parse_date(text))
    except ValueError:
        return None


def scalar(value: Scalar) -> Message:
    """Return a number, a date or a text in quotes."""
    if isinstance(value, str):
        return dated(value) or Message(f"“{value}”", f"“{value}”")
    return counted(value)
