"""Events about the log itself: a fact is taken back, a day has begun.

Neither is a fact of the vocabulary: no measure reads them, and a retraction cannot be retracted.
"""

from typing import Final

from models.events.fields import Date, Payload, Text

RETRACTION: Final = "fact.retracted"
DAY_STARTED: Final = "day.started"


class FactRetracted(Payload):
    """A fact was never true; a later assertion revives it."""

    type: Text
    """As in the vocabulary: `dossier.received`."""
    subject: Text
    """The natural key of the fact."""
    moment: Text | None = None
    """Required if and only if the fact is dated: an instant or a date, as its type says."""
    reason: Text


class DayStarted(Payload):
    """A day has begun in Việt Nam; sent by tiendo itself, so that silence and deadlines are seen."""

    date: Date | None = None
    """Also in `id` and `subject`: `day/<date>`."""
