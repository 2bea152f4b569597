"""Watch the agencies: which are silent, and which have too many overdue dossiers, as of every day that closes.

An agency is looked at again only when what it is judged by changed, on a day on which a silence of it turns, and as long as any
day of it had too many overdue dossiers.
"""

from collections.abc import Iterable
from typing import Final

from models.alerts import HOUSE_PLAN, AlertKey, Watched, Wording
from models.changes import AlertRow
from models.days import Day
from models.episodes import Holds, Timeline
from models.figures import Sources
from models.measures import RECORDS
from models.messages import overdue_reason, silent_reason
from models.rules import (
    OVERDUE_DOSSIERS,
    OVERDUE_SHARE_OF_OPEN,
    SILENCE_DAYS_WITHOUT_RECORD,
    Rule,
    State,
    is_overdue,
)
from models.silence import SilenceTable

_OVERDUE: Final = "dossiers_overdue"
_OPEN: Final = "dossiers_open"
_DOSSIERS: Final = frozenset({_OVERDUE, _OPEN})

WATCHED_MEASURES: Final = _DOSSIERS | {RECORDS}
"""What agencies are judged by, beside the register."""


class AgencyWatch:
    """The rules on agencies, from a province's first day on."""

    def __init__(
        self, province: str, sources: Sources, first_day: Day, alerts: Iterable[AlertRow]
    ) -> None:
        """Take over a province; after a claim, whatever the panes say is news.

        Args:
            province: its slug.
            sources: panes and register.
            first_day: the first day of the series.
            alerts: those that stand; what raised them may have left no pane behind.
        """
        self._province = province
        self._sources = sources
        self._first_day = first_day
        self._next_close = first_day
        self._silences = SilenceTable(sources.panes, sources.register, first_day)
        self._overdue: dict[str, Timeline] = {}
        self._records_since: dict[str, Day | None] = dict.fromkeys(
            {*sources.panes.agencies(RECORDS), *sources.register.agencies}
        )
        """Agency -> the day from which its records changed; None: or its registration did."""
        self._overdue_since = {
            agency: first_day for measure in _DOSSIERS for agency in sources.panes.agencies(measure)
        }
        self._recheck = {(Rule(row.rule), row.agency) for row in alerts if row.agency is not None}

    def mark_measure(self, measure: str, agency: str, day: Day) -> None:
        """Note that a pane of `WATCHED_MEASURES` changed; of records that a day has its first one, or its last one no more."""
        if measure == RECORDS:
            held = self._records_since.get(agency, day)
            self._records_since[agency] = None if held is None else min(held, day)
        else:
            self._overdue_since[agency] = min(self._overdue_since.get(agency, day), day)

    def mark_register(self, agency: str) -> None:
        """Note that the register says otherwise of an agency."""
        self._records_since[agency] = None

    def resume(self, closed: Day) -> None:
        """Go on after the last closed day."""
        self._next_close = Day(closed + 1)

    def silent_since(self, agency: str, day: Day) -> Day | None:
        """Return the first day of the silence that runs on `day`, with all that is known now."""
        self._refresh_silences()
        return self._silences.since(agency, day)

    def close(self, day: Day) -> list[Watched]:
        """Judge a day; return what the rules say of the agencies that may stand otherwise than at the close before."""
        self._refresh_silences()
        for agency in self._silences.turning(day):
            self._recheck_silence(agency)
        self._refresh_overdue(day)
        for agency, line in self._overdue.items():
            if any(holds is Holds.YES for _, holds in line.runs):
                self._recheck.add((Rule.DOSSIERS_OVERDUE, agency))
        watched = [
            self._silent(agency, day) if rule is Rule.SILENT else self._too_many(agency, day)
            for rule, agency in sorted(self._recheck)
        ]
        self._recheck.clear()
        self._next_close = Day(day + 1)
        return watched

    def _refresh_silences(self) -> None:
        """Take note of what changed; a silence that begins or ends after the next close is for the close of that day to see."""
        for agency, since in self._records_since.items():
            changed = self._silences.update(agency, since)
            if changed is not None and changed <= self._next_close:
                self._recheck_silence(agency)
        self._records_since.clear()

    def _recheck_silence(self, agency: str) -> None:
        self._recheck.add((Rule.SILENT, agency))
        self._recheck.add((Rule.DOSSIERS_OVERDUE, agency))

    def _refresh_overdue(self, day: Day) -> None:
        """Take note of what changed up to `day`; amounts of a later day are for the close of that day to see."""
        for measure, agency in self._sources.panes.touched_on(day):
            if measure in _DOSSIERS:
                self.mark_measure(measure, agency, day)
        for agency, since in self._overdue_since.items():
            if since <= day:
                self._retime(agency, since, day)
                self._recheck.add((Rule.DOSSIERS_OVERDUE, agency))
        self._overdue_since.clear()

    def _retime(self, agency: str, since: Day, until: Day) -> None:
        """Say anew of the days from `since` to `until` whether the agency has too many overdue dossiers."""
        overdue = self._sources.panes.series(_OVERDUE, "", agency)
        still_open = self._sources.panes.series(_OPEN, "", agency)
        since = max(since, self._first_day)
        line = self._overdue.setdefault(agency, Timeline())
        for day in sorted({since, *overdue.days(since, until), *still_open.days(since, until)}):
            holds = is_overdue(int(overdue.upto(day)), int(still_open.upto(day)))
            line.extend(Day(day), Holds.of(holds=holds))

    def _silent(self, agency: str, day: Day) -> Watched:
        line = Timeline()
        for start, end in self._silences.silences(agency):
            line.extend(start, Holds.YES)
            if end is not None:
                line.extend(end, Holds.NO)
        key = AlertKey(self._province, HOUSE_PLAN, Rule.SILENT, agency=agency)
        return Watched(key, line, lambda state: self._silent_wording(agency, state, day))

    def _too_many(self, agency: str, day: Day) -> Watched:
        line = self._overdue.get(agency, Timeline())
        key = AlertKey(self._province, HOUSE_PLAN, Rule.DOSSIERS_OVERDUE, agency=agency)
        return Watched(
            key,
            line.inhibited(self._silences.silences(agency)),
            lambda state: self._overdue_wording(agency, state, day),
        )

    def _overdue_wording(self, agency: str, state: State, day: Day) -> Wording:
        overdue = int(self._sources.panes.series(_OVERDUE, "", agency).upto(day))
        still_open = int(self._sources.panes.series(_OPEN, "", agency).upto(day))
        bound = max(OVERDUE_DOSSIERS, -(-still_open // OVERDUE_SHARE_OF_OPEN))
        return Wording(overdue, bound, overdue_reason(state, overdue, still_open))

    def _silent_wording(self, agency: str, state: State, day: Day) -> Wording:
        entry = self._sources.register.entry(agency, day)
        valid_from = Day(entry.start) if entry is not None and day < entry.active_until else None
        last, limit = self._silences.last_record(agency, day)
        since = valid_from if last is None else last
        return Wording(
            None if since is None else day - since,
            SILENCE_DAYS_WITHOUT_RECORD if limit is None else limit,
            silent_reason(state, day, last, valid_from),
        )
