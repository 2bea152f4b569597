"""Watch the dead letters: on which closed days more records were refused than are kept.

How many a day refused is final when it closes, so no day is judged again, and what was published says how earlier days stood.
"""

from collections.abc import Iterable, Iterator

from models.alerts import HOUSE_PLAN, AlertKey, Watched, Wording
from models.changes import AlertRow, Mark
from models.days import Day
from models.dead_letter_reasons import dead_letters_reason
from models.episodes import Holds, Timeline
from models.rules import Rule, State
from models.topics import progress_topic


class DeadLetterWatch:
    """The rule on the dead letters of a province."""

    def __init__(self, province: str, alerts: Iterable[AlertRow]) -> None:
        """Take over a province with the alerts that stand."""
        self._province = province
        self.key = AlertKey(province, HOUSE_PLAN, Rule.DEAD_LETTERS, topic=progress_topic(province))
        self._line = Timeline()
        mine = (
            row
            for row in alerts
            if row.dedup_key == self.key.dedup_key and row.state != State.RETRACTED
        )
        for row in sorted(mine, key=lambda row: row.starts_at):
            self._line.extend(row.starts_at, Holds.YES)
            if row.ends_at is not None:
                self._line.extend(row.ends_at, Holds.NO)

    def close(self, day: Day, mark: Mark) -> Iterator[Watched]:
        """Judge the as-of day of `mark` at its close; yield what the rule says where it holds, or held until now."""
        refused, kept = mark.dead_letters, mark.dead_letters_kept
        if refused == kept and self._line.holds(day) is not Holds.YES:
            return
        self._line.extend(day, Holds.of(holds=refused > kept))
        yield Watched(
            self.key,
            self._line,
            lambda state: Wording(
                refused, kept, dead_letters_reason(state, self._province, day, refused, kept)
            ),
        )
