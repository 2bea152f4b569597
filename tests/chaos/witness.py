"""The independent witness: the naive oracle's own reading of a log, which shares no code with the engine that folded it.

It looks at every day and every subject for itself, so it is slow, and reads a stated part of the rows:
all panes of all named flows; all named stocks at the end of two days; the figures of all targets, and of all house
indicators for the province and every agency; all feeds; all dead letters, by what their sender knows of them. In the small
province also how some targets stand, and every revision of their alerts, of those on agencies and of those on dead letters.
What a record says is read by the product's decoder; which records are refused is the sender's word.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from random import Random
from typing import Any, Final

from models.catalogue import ProvinceCatalogue
from models.changes import AlertRow, AttainmentRow, Figure, Mark
from models.definitions import Measurability, Target
from models.envelope import decode
from models.facts import DeadLetter, Record
from tests.chaos.comparing import Comparison
from tests.support.oracle.alerts import Replay
from tests.support.oracle.amounts import flow, level
from tests.support.oracle.facts import World
from tests.support.oracle.house import INDICATORS, House
from tests.support.oracle.judgement import Judge
from tests.support.oracle.province import Province, accepted, definitions, feeds
from tests.support.oracle.refusals import Refusals, refusals
from tests.support.revisions import revision_of

JUDGED: Final = 8
"""Targets of the small province whose statuses and alerts are recomputed."""
Stored = Mapping[str, Mapping[tuple[Any, ...], tuple[Any, ...]]]
"""Table -> key -> row, as Postgres has them."""


class Witness:
    """One province as the oracle sees it."""

    def __init__(
        self, catalogue: ProvinceCatalogue, log: Sequence[Record], stored: Stored, chance: Random
    ) -> None:
        self._catalogue = catalogue
        self._log = log
        self._stored = stored
        self._chance = chance
        self._mark = Mark(*stored["progress"][()])
        self._decoded = [decode(record) for record in log]
        self._world = World(accepted(self._decoded))
        self._definitions = definitions()[catalogue.province]
        self.found = Comparison()

    def dead_letters(self, refused: Mapping[tuple[bytes | None, int | None], str]) -> None:
        """Compare with what the sender knows: (value, timestamp that it set or None) -> reason; but what a day does not keep."""
        expected = {}
        unkept = self._unkept()
        for record in self._log:
            reason = refused.get(
                (record.value, record.timestamp_ms), refused.get((record.value, None))
            )
            if reason is not None and record.offset not in unkept:
                expected[record.offset,] = reason
        stored = {key: row[0] for key, row in self._stored["dead_letter"].items()}
        self.found.rows("witness: dead letters", expected, stored)

    def _unkept(self) -> set[int]:
        """Return the offsets of the refused records that lie beyond their day's limit."""
        kept = set(refusals(self._decoded, self._catalogue.dead_letter_bytes_a_day).kept)
        return {
            one.record.offset
            for one in self._decoded
            if isinstance(one, DeadLetter) and one.record.offset not in kept
        }

    def feeds(self) -> None:
        """Compare the counters of the feeds."""
        stored = {key: row[2:] for key, row in self._stored["feed"].items()}
        self.found.rows("witness: feeds", feeds(self._decoded), stored)

    def panes(self) -> None:
        """Compare the panes of flows day by day, and the sums of stocks up to the last day and to another."""
        named = self._definitions.named
        compiled = {measure.id for measure in self._catalogue.measures}
        panes = self._stored["pane"]
        by_measure: dict[str, dict[tuple[str, str, int], Any]] = {}
        for (measure, bucket, agency, day), (amount,) in panes.items():
            by_measure.setdefault(measure, {})[bucket, agency, day] = amount
        first, last = self._mark.first_day or 0, self._mark.as_of or 0
        days = {last, self._chance.randint(first, last)}
        for name in sorted(named.keys() & compiled):
            measure, stored = named[name], by_measure.get(name, {})
            if measure.flow is not None:
                expected: Counter[tuple[str, str, int]] = Counter()
                for one in flow(self._world, measure, named):
                    expected[one.bucket, one.agency, one.day] += one.amount
                present = {key: amount for key, amount in expected.items() if amount != 0}
                self.found.rows(
                    "witness: panes of flows", _named(name, present), _named(name, stored)
                )
            elif measure.stock is not None:
                for day in sorted(days):
                    sums: Counter[tuple[str, str]] = Counter()
                    for (bucket, agency, when), amount in stored.items():
                        if when <= day:
                            sums[bucket, agency] += amount
                    held = {key: amount for key, amount in sums.items() if amount != 0}
                    wanted = level(self._world, measure, day, named)
                    self.found.rows(
                        "witness: stocks", _named((name, day), wanted), _named((name, day), held)
                    )

    def figures(self) -> None:
        """Compare figures on the last day."""
        day = self._mark.as_of or 0
        province = Province(self._definitions, self._world)
        stored = self._shown()
        house = House(self._world, self._definitions.period)
        for agency in ["*", *sorted(self._world.codes())]:
            expected = {
                ("house", name, agency, window): tuple(figure(house, agency, window, day))
                for name, (windows, figure) in INDICATORS.items()
                for window in windows
            }
            self.found.rows(
                "witness: house figures", expected, {key: stored.get(key) for key in expected}
            )
        for target in self._definitions.defined:
            assert target.indicator is not None
            window = province.reader.shown_window(target.indicator)
            key = (self._definitions.file.plan.id, target.id, "*", window)
            figure_of = tuple(province.reader.figure(target, day, until=day))
            self.found.rows("witness: figures of targets", {key: figure_of}, {key: stored.get(key)})

    def alerts(self) -> None:
        """Compare statuses and alerts of some targets, and the alerts on agencies and dead letters, close by close."""
        raising = {Measurability.QUANTIFIED, Measurability.DATED}
        firm = [one for one in self._definitions.defined if one.measurability in raising]
        targets = self._chance.sample(firm, min(JUDGED, len(firm)))
        known: list[World] = [self._world]

        def at_close(world: World, _day: int) -> None:
            known[0] = world

        replay = Replay(
            lambda world, first: self._judges(world, first, targets),
            at_close,
            refusals=Refusals(self._catalogue.dead_letter_bytes_a_day),
        )
        replay.read(self._decoded)
        watched = {target.id for target in targets}
        history = [
            AlertRow(alert_id, *row) for (alert_id, _), row in self._stored["alert_history"].items()
        ]
        stored = Counter(
            revision_of(row)
            for row in history
            if row.agency is not None or row.target in watched or row.rule == "dead_letters"
        )
        self.found.rows("witness: alert revisions", Counter(replay.board.history), stored)
        for judge in self._judges(known[0], replay.first_day or 0, targets):
            as_of, *columns = self._stored["attainment"][judge.target.id,]
            row = AttainmentRow(judge.target.id, as_of, Figure(*columns[:3]), *columns[3:])
            self.found.rows(
                "witness: statuses",
                {row.target: judge.shown(as_of)},
                {row.target: (row.status, row.status_since, row.expected)},
            )

    def _judges(self, world: World, first: int, targets: Iterable[Target]) -> list[Judge]:
        reader = Province(self._definitions, world).reader
        return [Judge(reader, target, first) for target in targets]

    def _shown(self) -> dict[tuple[str, str, str, str], tuple[Any, ...]]:
        windows = {(one.plan, one.id): one.windows for one in self._catalogue.indicators}
        return {
            (plan, indicator, agency, str(window)): figure
            for (plan, indicator, agency), columns in self._stored["kpi"].items()
            for window, figure in zip(
                windows[plan, indicator], zip(*columns, strict=True), strict=True
            )
        }


def _named(name: object, rows: Mapping[Any, Any]) -> dict[tuple[Any, ...], Any]:
    return {(name, key): row for key, row in rows.items()}
