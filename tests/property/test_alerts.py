"""Episodes, silence and published alerts against naive day-by-day readings of section 7 of the design."""

from collections.abc import Sequence
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from models.alerts import AlertKey, Wording, reconcile
from models.changes import AlertRow
from models.days import Day
from models.episodes import Episode, Holds, Timeline, episodes
from models.messages import Message
from models.rules import Registration, Rule, State, silence

START = Day(18_000)
KEY = AlertKey("dong-nai", "house", Rule.DOSSIERS_OVERDUE, agency="H19.01")

MINIMUMS = st.sampled_from([1, 3, 7])


def histories(values: Sequence[Holds] = tuple(Holds)) -> st.SearchStrategy[list[Holds]]:
    """Days in runs, as real ones come."""
    spell = st.tuples(st.sampled_from(values), st.integers(1, 6))
    return st.lists(spell, min_size=1, max_size=14).map(
        lambda spells: [value for value, length in spells for _ in range(length)]
    )


def timeline(days: Sequence[Holds]) -> Timeline:
    """Return the timeline of a list of days."""
    return Timeline((Day(START + index), holds) for index, holds in enumerate(days))


def naive_episodes(days: Sequence[Holds], minimum: int) -> list[Episode]:
    """Walk the days, one running episode at a time."""
    found: list[Episode] = []
    running: list[int] = []
    for index, holds in enumerate(days):
        if holds is Holds.YES or (holds is Holds.INHIBITED_YES and running):
            running.append(START + index)
        if holds is Holds.NO:
            if len(running) >= minimum:
                found.append(Episode(Day(running[0]), Day(START + index)))
            running = []
    if len(running) >= minimum:
        found.append(Episode(Day(running[0]), None))
    return found


@given(days=histories(), minimum=MINIMUMS, later=histories())
def test_episodes_are_the_runs_that_a_walk_over_the_days_finds(
    days: list[Holds], minimum: int, later: list[Holds]
) -> None:
    """Maximal runs, long enough counting only days that hold; unknown and inhibited days as the rule says."""
    last = Day(START + len(days) - 1)

    expected = naive_episodes(days, minimum)

    assert expected == episodes(timeline(days).runs, last, minimum)
    assert expected == episodes(timeline([*days, *later]).runs, last, minimum)


@given(days=histories(), data=st.data())
def test_a_timeline_cut_and_extended_is_that_of_the_days(
    days: list[Holds], data: st.DataObject
) -> None:
    """A restated tail gives what the whole would give; the day asked for has the value of its run."""
    index = data.draw(st.integers(0, len(days) - 1))
    tail = data.draw(histories())
    restated = timeline(days)
    restated.cut(Day(START + index))
    for offset, holds in enumerate(tail):
        restated.extend(Day(START + index + offset), holds)

    whole = [*days[:index], *tail]

    assert timeline(whole).runs == restated.runs
    assert whole == [restated.holds(Day(START + offset)) for offset in range(len(whole))]


@given(days=histories([Holds.YES, Holds.NO, Holds.UNKNOWN]), data=st.data())
def test_inhibition_marks_exactly_the_silent_days(days: list[Holds], data: st.DataObject) -> None:
    """A silent day keeps whether the condition holds, and is marked."""
    silent = data.draw(st.lists(st.booleans(), min_size=len(days), max_size=len(days)))
    marks = {Holds.YES: Holds.INHIBITED_YES, Holds.NO: Holds.INHIBITED_NO}
    expected = [
        marks.get(holds, holds) if quiet else holds
        for holds, quiet in zip(days, silent, strict=True)
    ]
    edges = [False, *silent, False]
    begins = [START + i for i, (before, now) in enumerate(pairwise(edges)) if now and not before]
    ends = [START + i for i, (before, now) in enumerate(pairwise(edges)) if before and not now]
    silences = [
        (Day(begin), None if end == START + len(days) else Day(end))
        for begin, end in zip(begins, ends, strict=True)
    ]

    assert timeline(expected).runs == timeline(days).inhibited(silences).runs


@given(
    records=st.lists(st.integers(-150, 150), unique=True, max_size=40).map(sorted),
    bounds=st.lists(st.integers(-20, 17).map(lambda ten: 10 * ten), max_size=6).map(sorted),
    lead=st.integers(0, 40),
    span=st.tuples(st.integers(-20, 60), st.integers(0, 120)),
)
def test_silence_is_the_rule_read_on_each_day(
    records: list[int], bounds: list[int], lead: int, span: tuple[int, int]
) -> None:
    """D - last record day >= max(7, 3 x the lower median gap of its 90 days), or 30 days of registration without one."""
    entries = list(zip(bounds[::2], bounds[1::2], strict=False))
    first, last = span[0], span[0] + span[1]

    def silent(day: int) -> bool:
        if not any(start <= day < end for start, end in entries):
            return False
        seen = [record for record in records if record <= day]
        if not seen:
            (valid_from,) = [start - lead for start, end in entries if start <= day < end]
            return day - valid_from >= 30
        window = [record for record in seen if seen[-1] - 90 < record]
        gaps = sorted(after - before for before, after in pairwise(window))
        median = gaps[(len(gaps) - 1) // 2] if gaps else 0
        return day - seen[-1] >= max(7, 3 * median)

    found = silence(
        [Day(START + record) for record in records],
        [Registration(Day(START + a), Day(START + b), Day(START + a - lead)) for a, b in entries],
        Day(START + first),
        Day(START + last),
    )

    covered = {
        day
        for begin, end in found
        for day in range(begin - START, (last + 1) if end is None else end - START)
    }
    assert {day for day in range(first, last + 1) if silent(day)} == covered
    assert all(end is not None and end < begin for (_, end), (begin, _) in pairwise(found))
    assert all(end is None or end <= START + last for _, end in found)


def words(_: State) -> Wording:
    """Say nothing of interest."""
    return Wording(None, None, Message("vì", "why"))


def overlap(alert: AlertRow, episode: Episode, closed_day: int) -> bool:
    """Tell by looking at each day whether an alert and an episode share one."""
    alert_end = closed_day + 1 if alert.ends_at is None else alert.ends_at
    end = closed_day + 1 if episode.end is None else episode.end
    return bool(set(range(alert.starts_at, alert_end)) & set(range(episode.start, end)))


@st.composite
def restatements(draw: st.DrawFn) -> list[list[Holds]]:
    """What is known at each close: some days more than at the one before, and some spans of it other than before."""
    span = st.tuples(st.integers(0, 60), st.integers(1, 15), st.sampled_from(Holds))
    days: list[Holds] = []
    closes: list[list[Holds]] = []
    for _ in range(draw(st.integers(1, 8))):
        days = [*days, *draw(histories([Holds.YES, Holds.NO]))]
        for start, length, value in draw(st.lists(span, max_size=3)):
            days[start : start + length] = [value] * len(days[start : start + length])
        closes.append(days)
    return closes


@given(truths=restatements(), minimum=MINIMUMS)
def test_published_alerts_end_up_as_the_episodes_of_what_is_known(
    truths: list[list[Holds]], minimum: int
) -> None:
    """After any sequence of restatements the alerts that are not retracted are the episodes; nothing is told twice."""
    present: dict[str, AlertRow] = {}
    for days in truths:
        closed = Day(START + len(days) - 1)
        spans = episodes(timeline(days).runs, closed, minimum)
        before = dict(present)
        live = sorted(
            (row for row in before.values() if row.state != "retracted"),
            key=lambda row: row.starts_at,
        )
        free = list(spans)
        taken: dict[str, Episode | None] = {}
        for row in live:
            taken[row.alert_id] = next((span for span in free if overlap(row, span, closed)), None)
            free = [span for span in free if span is not taken[row.alert_id]]

        revisions = reconcile(
            list(before.values()), spans, key=KEY, closed_day=closed, wording=words
        )

        for row in revisions:
            old = present.get(row.alert_id)
            assert row.revision == (1 if old is None else old.revision + 1)
            assert old is None or (old.state, old.starts_at, old.ends_at) != (
                row.state,
                row.starts_at,
                row.ends_at,
            )
            assert closed == row.closed_day
            present[row.alert_id] = row
        alive = [
            Episode(row.starts_at, row.ends_at)
            for row in sorted(present.values(), key=lambda row: row.starts_at)
            if row.state != "retracted"
        ]
        assert spans == alive
        for identity, span in taken.items():
            row = present[identity]
            if span is None:
                assert (row.state, row.starts_at, row.ends_at) == (
                    "retracted",
                    before[identity].starts_at,
                    before[identity].starts_at,
                )
            else:
                assert (row.starts_at, row.ends_at) == (span.start, span.end)
        for row in present.values():
            ends = {"firing": None, "retracted": row.starts_at}
            assert row.ends_at == ends.get(row.state, row.ends_at)
        again = reconcile(list(present.values()), spans, key=KEY, closed_day=closed, wording=words)
        nothing: list[AlertRow] = []
        assert nothing == again
