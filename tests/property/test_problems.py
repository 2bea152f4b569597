"""The problems of the real catalogue against the oracle: what every close publishes of them, and how they stand at the end."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from operator import attrgetter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.catalogue import ProvinceCatalogue, load_catalogue
from models.changes import AlertRow, ProblemRow
from models.definitions import Problem
from models.envelope import decode
from models.facts import Record
from models.topics import PROVINCES
from tests.support.examples import examples
from tests.support.fold import fold
from tests.support.histories import histories, last_day, long_log, splits
from tests.support.narrowed import narrowed
from tests.support.oracle.alerts import Board, Replay, Revision
from tests.support.oracle.facts import World
from tests.support.oracle.problems import Sight, in_sight
from tests.support.oracle.province import (
    Province,
    definitions,
    setting,
    types_of_problems,
)
from tests.support.preferences import preferences

DAYS = 60
LONG = 120


def problems_of(province: str) -> list[Problem]:
    """Return the problems of a province that events can show."""
    return in_sight(definitions()[province].file.problems)


def foretold(
    province: str, problems: Sequence[Problem], log: Sequence[Record], until: int
) -> tuple[list[Revision], dict[str, ProblemRow]]:
    """Return the history and the last rows that the oracle expects of some problems."""
    board = Board()
    watch = Watch(province, problems, board)
    replay = Replay(lambda _world, _first: [], at_close=watch.close, agencies=False)
    replay.read(map(decode, log))
    replay.close(until)
    rows = [sight.row(until) for sight in watch.sights]
    return sorted(board.history), {row.problem: row for row in rows}


@dataclass
class Watch:
    """Watches the closes of a province; what is seen of a state of its facts is kept as long as nothing new is known."""

    province: str
    problems: Sequence[Problem]
    board: Board
    sights: list[Sight] = field(default_factory=list)
    _first_day: int | None = None
    _world: World | None = None

    def close(self, world: World, day: int) -> None:
        """Publish what the close of a day says."""
        if self._first_day is None:
            self._first_day = day
        if world is not self._world:
            self._world = world
            reader = Province(definitions()[self.province], world).reader
            self.sights = [Sight(reader, problem, self._first_day) for problem in self.problems]
        for sight in self.sights:
            sight.publish(self.board, day)


def told(rows: Sequence[AlertRow], problems: Sequence[Problem]) -> list[Revision]:
    """Return the book's history of some problems, as the oracle would write it."""
    watched = {problem.id for problem in problems}
    return sorted(
        Revision(
            rule=row.rule,
            key=row.dedup_key.rpartition("/")[2],
            severity=row.severity,
            state=row.state,
            starts_at=row.starts_at,
            ends_at=row.ends_at,
            revision=row.revision,
            closed_day=row.closed_day,
        )
        for row in rows
        if row.rule == "problem_raised" and row.dedup_key.rpartition("/")[2] in watched
    )


def check(
    catalogue: ProvinceCatalogue,
    problems: Sequence[Problem],
    log: Sequence[Record],
    sizes: list[int],
) -> int:
    """Compare all that a log publishes of some problems, with and without restarts; return how many revisions that were."""
    province = catalogue.province
    until = last_day(log, setting(province, DAYS).start, DAYS)
    history, rows = foretold(province, problems, log, until)

    tables = fold(catalogue, log, sizes, until=until).tables
    died = fold(catalogue, log, sizes, until=until, restarts=True).tables

    assert history == told(tables.alert_history, problems)
    assert rows == {name: row for name, row in tables.problems.items() if name in rows}
    assert tables.problems == died.problems
    assert tables.alert_history == died.alert_history
    return len(history)


@examples(15)
@given(data=st.data(), province=st.sampled_from(PROVINCES))
def test_problems_are_raised_as_the_oracle_raises_them(data: st.DataObject, province: str) -> None:
    """At every close, from the facts known by then: raised, resolved, moved, retracted, whatever the batches and restarts."""
    chosen = data.draw(
        st.lists(
            st.sampled_from(problems_of(province)),
            min_size=1,
            max_size=3,
            unique_by=attrgetter("id"),
        )
    )
    types = types_of_problems(definitions()[province], chosen)
    log = data.draw(histories(setting(province, DAYS, types), most=32))

    check(load_catalogue().province(province), chosen, log, data.draw(splits()))


@pytest.mark.slow
@pytest.mark.parametrize(
    ("province", "problem"),
    [(province, one) for province in PROVINCES for one in problems_of(province)],
    ids=lambda one: one.id if isinstance(one, Problem) else "",
)
def test_each_problem_is_raised_as_the_oracle_raises_it(province: str, problem: Problem) -> None:
    """A long log of the very types and values that the problem reads: no definition is left to chance."""
    one = definitions()[province]
    own = replace(
        setting(province, LONG, types_of_problems(one, [problem])),
        preferred=preferences([problem.raised_when], one.named, one.file.lists),
    )

    check(
        narrowed(province, problems=[problem]),
        [problem],
        long_log(own, seed=2, recipes=40),
        [9] * 200,
    )
