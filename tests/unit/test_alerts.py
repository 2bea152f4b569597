"""Alerts: the worked example of section 7, the life of an alert, and the event that tells of a change."""

import json
from datetime import date
from decimal import Decimal

import pytest

from models.alerts import AlertKey, Wording, alert_id, outbox_message, reconcile
from models.changes import AlertRow
from models.days import Day, day_from_date
from models.episodes import Episode, Holds, Timeline, episodes
from models.messages import Message, overdue_reason
from models.rules import RULES, Rule, State, is_overdue

KEY = AlertKey("dong-nai", "house", Rule.DOSSIERS_OVERDUE, agency="H19.01")


def day(text: str) -> Day:
    """Return the day that an ISO date names."""
    return day_from_date(date.fromisoformat(text))


def words(_: State) -> Wording:
    """Say nothing of interest."""
    return Wording(None, None, Message("vì", "why"))


def row(start: str, end: str | None, state: State = State.FIRING, **fields: object) -> AlertRow:
    """Return a published alert of `KEY`."""
    starts_at = day(start)
    base = AlertRow(
        alert_id=alert_id(KEY.dedup_key, starts_at), dedup_key=KEY.dedup_key, plan=KEY.plan, rule=KEY.rule.value,
        target=None, agency=KEY.agency, severity="error", state=state.value, reason_vi="vì", reason_en="why", value=None,
        expected=None, starts_at=starts_at, ends_at=None if end is None else day(end), revision=1, closed_day=starts_at,
        action="triggered",
    )  # fmt: skip
    return base._replace(**fields)  # type: ignore[arg-type]  # the tests name real fields


def told(rows: list[AlertRow]) -> list[tuple[object, ...]]:
    """Return what matters of revisions."""
    return [(each.revision, each.action, each.state, each.starts_at, each.ends_at) for each in rows]


def test_the_worked_example_of_section_7() -> None:
    """Thirty dossiers overdue from 21 May fire at the close of 23 May; facts of 30 June that they never were retract it."""
    start, restated = day("2019-05-21"), day("2019-06-30")
    published: list[AlertRow] = []
    for closing in range(day("2019-05-01"), restated + 1):
        known = 30 if closing < restated else 0
        timeline = Timeline()
        for judged in range(day("2019-05-01"), closing + 1):
            overdue = known if judged >= start else 0
            timeline.extend(Day(judged), Holds.of(holds=is_overdue(overdue, 30)))

        def say(state: State, overdue: int = known) -> Wording:
            return Wording(overdue, None, overdue_reason(state, overdue, 30 if overdue else 0))

        published += reconcile(
            published[-1:],
            episodes(timeline.runs, Day(closing), RULES[Rule.DOSSIERS_OVERDUE].minimum_days),
            key=KEY,
            closed_day=Day(closing),
            wording=say,
        )

    expected = [
        (1, "triggered", "firing", start, None),
        (2, "retracted", "retracted", start, start),
    ]
    assert expected == told(published)
    closings = [day("2019-05-23"), restated]
    assert closings == [each.closed_day for each in published]
    values = [30, 0]
    assert values == [each.value for each in published]
    reason = "30 hồ sơ quá hạn trong 30 hồ sơ đang giải quyết."
    assert reason == published[0].reason_vi


@pytest.mark.parametrize(
    ("published", "recomputed", "expected"),
    [
        pytest.param([], [], [], id="nothing"),
        pytest.param(
            [],
            [("2019-05-21", "2019-05-30")],
            [(1, "resolved", "resolved", "2019-05-21", "2019-05-30")],
            id="an episode that was over before it was known is published as resolved",
        ),
        pytest.param(
            [row("2019-05-21", None)],
            [("2019-05-21", None)],
            [],
            id="nothing changed, nothing is written",
        ),
        pytest.param(
            [row("2019-05-21", None)],
            [("2019-05-18", None)],
            [(2, "updated", "firing", "2019-05-18", None)],
            id="the start moves, the alert stays",
        ),
        pytest.param(
            [row("2019-05-21", None)],
            [("2019-05-21", "2019-06-02")],
            [(2, "resolved", "resolved", "2019-05-21", "2019-06-02")],
            id="it ends",
        ),
        pytest.param(
            [row("2019-05-21", "2019-06-02", State.RESOLVED)],
            [("2019-05-21", None)],
            [(2, "triggered", "firing", "2019-05-21", None)],
            id="a resolved alert whose episode runs again fires again",
        ),
        pytest.param(
            [row("2019-05-21", "2019-06-02", State.RESOLVED)],
            [("2019-06-02", None)],
            [
                (2, "retracted", "retracted", "2019-05-21", "2019-05-21"),
                (1, "triggered", "firing", "2019-06-02", None),
            ],
            id="an episode that begins on the day after the last is another one",
        ),
        pytest.param(
            [row("2019-05-21", "2019-05-21", State.RETRACTED, revision=2)],
            [("2019-05-21", None)],
            [(3, "triggered", "firing", "2019-05-21", None)],
            id="a retracted alert of the same start is revived",
        ),
        pytest.param(
            [row("2019-05-21", "2019-05-21", State.RETRACTED, revision=2)],
            [("2019-05-22", None)],
            [(1, "triggered", "firing", "2019-05-22", None)],
            id="of another start it is not",
        ),
        pytest.param(
            [row("2019-05-01", None)],
            [("2019-04-20", "2019-05-05"), ("2019-05-10", None)],
            [
                (2, "resolved", "resolved", "2019-04-20", "2019-05-05"),
                (1, "triggered", "firing", "2019-05-10", None),
            ],
            id="of two that overlap it takes the earliest; the other is new",
        ),
        pytest.param(
            [
                row("2019-05-20", None, alert_id="a"),
                row("2019-05-01", "2019-05-10", State.RESOLVED, alert_id="b"),
            ],
            [("2019-05-01", None)],
            [
                (2, "triggered", "firing", "2019-05-01", None),
                (2, "retracted", "retracted", "2019-05-20", "2019-05-20"),
            ],
            id="two episodes that grew together are the first one; the second is taken back",
        ),
        pytest.param(
            [row("2019-05-21", None, severity="warning")],
            [("2019-05-21", None)],
            [(2, "updated", "firing", "2019-05-21", None)],
            id="a severity that changed is told",
        ),
    ],
)
def test_published_episodes_are_matched_with_recomputed_ones(
    published: list[AlertRow],
    recomputed: list[tuple[str, str | None]],
    expected: list[tuple[object, ...]],
) -> None:
    """In order of start day each published episode takes the earliest that it overlaps; the rest is revived or new."""
    spans = [Episode(day(start), None if end is None else day(end)) for start, end in recomputed]

    revisions = reconcile(published, spans, key=KEY, closed_day=day("2019-06-30"), wording=words)

    wanted = [
        (number, action, state, day(str(start)), None if end is None else day(str(end)))
        for number, action, state, start, end in expected
    ]
    assert wanted == told(revisions)


def test_an_id_is_kept_when_the_start_moves_and_never_given_twice() -> None:
    """The id follows from the key and the first published start day; a second alert that would get it gets another, always the same."""
    first, moved = "2019-05-21", "2019-05-10"
    moved_away = row(first, "2019-05-15", State.RESOLVED, starts_at=day(moved), revision=2)

    def again() -> list[AlertRow]:
        spans = [Episode(day(moved), day("2019-05-15")), Episode(day(first), None)]
        return reconcile([moved_away], spans, key=KEY, closed_day=day("2019-06-30"), wording=words)

    (new,) = again()
    assert new.alert_id != moved_away.alert_id
    assert again() == [new]
    identity = alert_id(KEY.dedup_key, day(first), frozenset({moved_away.alert_id}))
    assert identity == new.alert_id


def test_the_event_of_a_change_is_a_structured_cloudevent() -> None:
    """Record key is the dedup key, the id names alert, revision and action, the time is the end of the closed day."""
    alert = row(
        "2019-05-21", None, closed_day=day("2019-05-23"), value=30, expected=Decimal("13.01665")
    )

    message = outbox_message(alert, "dong-nai", 7)

    header = (7, "alerts.dong-nai", b"dong-nai/house/dossiers_overdue/H19.01")
    assert header == message[:3]
    headers = (("content-type", b"application/cloudevents+json"),)
    assert headers == message.headers
    expected = {
        "specversion": "1.0",
        "id": f"{alert.alert_id}/1/triggered",
        "source": "urn:tiendo:dong-nai:alerts",
        "type": "vn.tiendo.alert.triggered.v1",
        "time": "2019-05-24T00:00:00+07:00",
        "subject": "dong-nai/house/dossiers_overdue/H19.01",
        "datacontenttype": "application/json",
        "province": "dong-nai",
        "agency": "H19.01",
        "data": {
            "alert_id": alert.alert_id,
            "dedup_key": alert.dedup_key,
            "province": "dong-nai",
            "plan": "house",
            "rule": "dossiers_overdue",
            "target": None,
            "agency": "H19.01",
            "severity": "error",
            "state": "firing",
            "reason_vi": "vì",
            "reason_en": "why",
            "value": 30,
            "expected": "13.0167",
            "starts_at": "2019-05-21",
            "ends_at": None,
            "revision": 1,
            "closed_day": "2019-05-23",
        },
    }
    assert expected == json.loads(message.value or b"")


def test_an_alert_on_a_target_names_no_agency() -> None:
    """The attribute `agency` stands on alerts about an agency only."""
    message = outbox_message(row("2019-05-21", None, agency=None, target="t"), "dong-nai", 1)

    assert "agency" not in json.loads(message.value or b"")
