"""What the relays delivered: a topic of alerts or dead letters against the outbox that it came from.

A relay that dies between sending and marking sends again: repeats are legal, gaps and overtaking are not.
"""

from collections.abc import Sequence

from models.facts import Headers
from tests.chaos.comparing import Comparison

Message = tuple[bytes | None, bytes | None, Headers]
"""Key, value and headers: what tells a message from all others."""


def compare_delivery(topic: str, outbox: Sequence[Message], sent: Sequence[Message]) -> Comparison:
    """Compare what was sent with the outbox of one topic.

    A reader that drops repeats must have the outbox, place by place. With repeats, no message of a key may come before
    the one that precedes it in the outbox has come.
    """
    found = Comparison()
    without_repeats = list(dict.fromkeys(sent))
    found.rows(topic, dict(enumerate(outbox)), dict(enumerate(without_repeats)))
    before = _predecessors(outbox)
    seen: set[Message | None] = {None}
    early = {}
    for place, message in enumerate(sent):
        if before.get(message) not in seen:
            early[place] = message
        seen.add(message)
    found.rows(f"{topic}, order", {}, early)
    found.repeats[topic] = len(sent) - len(without_repeats)
    return found


def _predecessors(outbox: Sequence[Message]) -> dict[Message, Message | None]:
    """Return for each message the one before it of the same key."""
    last: dict[bytes | None, Message] = {}
    found: dict[Message, Message | None] = {}
    for message in outbox:
        found[message] = last.get(message[0])
        last[message[0]] = message
    return found
