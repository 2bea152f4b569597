"""The rules: thresholds, severities, silence by hand-made histories, and inhibition."""

from datetime import date

import pytest

from models.attainment import Status
from models.days import FOREVER, Day, day_from_date
from models.episodes import Episode, Holds, Timeline, episodes
from models.rules import RULES, TARGET_RULES, Registration, Rule, condition, is_overdue, silence

START = day_from_date(date(2019, 1, 1))
ALWAYS = Registration(Day(START - 1000), FOREVER, Day(START - 1000))


@pytest.mark.parametrize(
    ("overdue", "open_dossiers", "expected"),
    [(9, 9, False), (10, 200, True), (10, 201, False), (11, 220, True), (0, 0, False)],
)
def test_many_overdue_dossiers_are_ten_and_a_twentieth(
    overdue: int, open_dossiers: int, *, expected: bool
) -> None:
    """At least 10 overdue, and at least 5 % of the open ones."""
    assert expected == is_overdue(overdue, open_dossiers)


def test_severities_and_days_are_those_of_section_7() -> None:
    """`for` is 7 for a target, 1 for attained and missed, 3 for overdue dossiers, 1 for silence, reports and dead letters, 7 for a problem."""
    expected = {
        "target_behind": ("error", 7),
        "target_at_risk": ("warning", 7),
        "target_missed": ("critical", 1),
        "target_regressed": ("error", 7),
        "target_attained": ("info", 1),
        "dossiers_overdue": ("error", 3),
        "silent": ("warning", 1),
        "report_due_soon": ("warning", 1),
        "report_late": ("error", 1),
        "problem_raised": ("warning", 7),
        "dead_letters": ("error", 1),
    }
    assert expected == {
        rule.value: (terms.severity.value, terms.minimum_days) for rule, terms in RULES.items()
    }


@pytest.mark.parametrize("rule", TARGET_RULES)
def test_a_target_rule_watches_one_status_and_no_data_says_nothing(rule: Rule) -> None:
    """`target_behind` holds on days of `behind`, and so on; `no_data` neither holds nor fails."""
    watched = rule.value.removeprefix("target_")
    expected = {
        status: None if status is Status.NO_DATA else status.value == watched for status in Status
    }
    assert expected == {status: condition(rule, status) for status in Status}


@pytest.mark.parametrize(
    ("records", "registrations", "expected"),
    [
        pytest.param([0, 1, 2, 9], [ALWAYS], [(16, None)], id="seven days after the last of daily ones"),
        pytest.param([0, 1, 2], [ALWAYS], [(9, None)], id="a single gap of one day: still seven"),
        pytest.param([0], [ALWAYS], [(7, None)], id="no gap at all: seven"),
        pytest.param([0, 5, 10, 40], [ALWAYS], [(25, 40), (55, None)], id="three times the median gap"),
        pytest.param([0, 4, 14], [ALWAYS], [(26, None)], id="the lower median of two gaps"),
        pytest.param([], [ALWAYS], [(0, None)], id="never a record: thirty days have passed long ago"),
        pytest.param(
            [], [Registration(Day(START + 3), FOREVER, Day(START + 3))], [(33, None)], id="never a record, registered now"
        ),
        pytest.param(
            [35],
            [Registration(Day(START + 3), FOREVER, Day(START + 3))],
            [(33, 35), (42, None)],
            id="a first record ends the silence since registration",
        ),
        pytest.param(
            [0],
            [Registration(START, Day(START + 10), START), Registration(Day(START + 20), Day(START + 30), Day(START + 20))],
            [(7, 10), (20, 30)],
            id="only while it is active",
        ),
        pytest.param(
            [0],
            [Registration(START, Day(START + 20), START), Registration(Day(START + 20), FOREVER, Day(START + 20))],
            [(7, None)],
            id="a new entry in the register does not end a silence",
        ),
        pytest.param([0], [], [], id="never registered, never silent"),
    ],
)  # fmt: skip
def test_silence_begins_when_an_agency_breaks_its_own_rhythm(
    records: list[int],
    registrations: list[Registration],
    expected: list[tuple[int, int | None]],
) -> None:
    """D - last record day >= max(7, 3 x g); without a record 30 days after registration; on active days only."""
    days = [Day(START + record) for record in records]

    found = silence(days, registrations, START, Day(START + 60))

    assert expected == [
        (start - START, None if end is None else end - START) for start, end in found
    ]


def test_gaps_older_than_ninety_days_do_not_count() -> None:
    """The rhythm is that of the 90 days that end at the last record: an old habit of monthly reports is forgotten."""
    monthly = [Day(START + 30 * index) for index in range(12)]
    daily = [Day(monthly[-1] + index) for index in range(1, 100)]
    last = daily[-1]

    found = silence([*monthly, *daily], [ALWAYS], Day(last - 5), Day(last + 30))

    expected = [(last + 7, None)]
    assert expected == found


@pytest.mark.parametrize(
    ("days", "expected"),
    [
        pytest.param("yyynn", [(0, 3)], id="a run of three"),
        pytest.param("yynyy", [], id="too short, twice"),
        pytest.param("yyuy", [(0, None)], id="no data neither ends a run nor adds to it"),
        pytest.param("yyuu", [], id="and does not make it long enough"),
        pytest.param("YYYY", [], id="no run starts while the agency is silent"),
        pytest.param("yYYn", [(0, 3)], id="silent days on which it holds add to a run"),
        pytest.param("yyyNNn", [(0, 5)], id="no run ends on a silent day"),
        pytest.param("yyyNy", [(0, None)], id="it goes on after silence"),
        pytest.param("YYyyy", [(2, None)], id="it starts when the agency is heard of again"),
        pytest.param("yNNy", [], id="silent days on which it does not hold do not add"),
    ],
)
def test_days_make_episodes(days: str, expected: list[tuple[int, int | None]]) -> None:
    """An episode of a rule with `for` 3 has three days on which the condition holds, the first counting."""
    letters = {
        "y": Holds.YES,
        "n": Holds.NO,
        "u": Holds.UNKNOWN,
        "Y": Holds.INHIBITED_YES,
        "N": Holds.INHIBITED_NO,
    }
    timeline = Timeline((Day(START + index), letters[letter]) for index, letter in enumerate(days))

    found = episodes(timeline.runs, Day(START + len(days) - 1), 3)

    assert expected == [
        (start - START, None if end is None else end - START) for start, end in found
    ]


def test_days_after_the_last_closed_one_do_not_make_an_episode() -> None:
    """A run that reaches beyond the last closed day is as long as its closed days."""
    timeline = Timeline([(START, Holds.YES)])

    found = [episodes(timeline.runs, Day(START + closed), 3) for closed in (1, 2)]

    expected = [[], [Episode(START, None)]]
    assert expected == found


def test_silence_marks_the_days_of_a_timeline() -> None:
    """Days within a silence are inhibited, the others are as they were."""
    timeline = Timeline(
        [(START, Holds.NO), (Day(START + 5), Holds.YES), (Day(START + 12), Holds.NO)]
    )

    marked = timeline.inhibited([(Day(START + 3), Day(START + 7)), (Day(START + 10), None)])

    expected = [
        (0, Holds.NO),
        (3, Holds.INHIBITED_NO),
        (5, Holds.INHIBITED_YES),
        (7, Holds.YES),
        (10, Holds.INHIBITED_YES),
        (12, Holds.INHIBITED_NO),
    ]
    assert expected == [(start - START, holds) for start, holds in marked.runs]
    found = episodes(marked.runs, Day(START + 20), 3)
    running = [Episode(Day(START + 7), None)]
    assert running == found
