"""`tiendo explain` where only the province's log knows: counted records, and words that later ones replaced; on Apache Kafka and Postgres."""

import asyncio
import json
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Any, Final

import asyncpg
import pytest

from models.days import date_of, datetime_of
from models.envelope import decode
from models.facts import Event, Record
from models.topics import progress_topic
from streams.cli.app import run
from streams.log_reader import records_of
from streams.simulator import simulate
from tests.support.drafts import Draft, natural_key
from tests.support.folded import fold_log_into
from tests.support.kafka import ApacheKafka, delete_records, read_topic, recreate_topics, send
from tests.support.plan_facts import dossier, instant, official, registered, resolved, said

pytestmark = [pytest.mark.integration, pytest.mark.kafka]

PROVINCE: Final = "tra-vinh"
TOPIC: Final = progress_topic(PROVINCE)
DAYS: Final = 12
SHARE: Final = "agencies_reporting_share"
EVENT_KEYS: Final = {"type", "natural_key", "id", "source", "offset", "time", "recordedtime"}
NOT_FOLDED: Final = 300
"""Records at the log's end that the tables have not taken in yet."""


def told(capsys: pytest.CaptureFixture[str], *arguments: str) -> dict[str, Any]:
    """Return what the command prints as JSON."""
    capsys.readouterr()
    assert 0 == run(["explain", *arguments, "--province", PROVINCE, "--json"])
    found: dict[str, Any] = json.loads(capsys.readouterr().out)
    return found


def shown(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    """Return the page that the command prints, as one line."""
    capsys.readouterr()
    assert 0 == run(["explain", *arguments, "--province", PROVINCE])
    lines = capsys.readouterr().out.splitlines()
    assert [] == [line for line in lines if len(line) > 100]
    return " ".join(" ".join(lines).split())


def values() -> list[bytes]:
    """Return some days of a province, every fifth record sent twice, a tenth of all once more at the end."""
    lines = list(simulate(3, (PROVINCE,), DAYS))
    twice = [line for number, line in enumerate(lines) for line in [line] * (2 - (number % 5 > 0))]
    return [*twice, *lines[::10]]


async def sent_and_folded(kafka: ApacheKafka, database: str) -> list[Event]:
    """Send a log, fold it but for its end, and return the accepted events that were folded."""
    await recreate_topics(kafka.bootstrap, [TOPIC])
    await send(kafka.bootstrap, TOPIC, values())
    log: list[Record] = records_of(PROVINCE, await read_topic(kafka.bootstrap, TOPIC))
    folded = log[:-NOT_FOLDED]
    events = [one for one in map(decode, folded) if isinstance(one, Event)]
    await fold_log_into(database, PROVINCE, folded, date_of(max(one.day for one in events)))
    return events


@pytest.fixture
def events(kafka: ApacheKafka, database: str, monkeypatch: pytest.MonkeyPatch) -> list[Event]:
    """A log on Kafka and its tables; returns the accepted events that the tables know."""
    monkeypatch.setenv("TIENDO_POSTGRES_DSN", database)
    monkeypatch.setenv("TIENDO_KAFKA_BOOTSTRAP_SERVERS", kafka.bootstrap)
    return asyncio.run(sent_and_folded(kafka, database))


def days_of(found: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the counted days of the one condition of the figure."""
    (part,) = found["parts"]
    days: list[dict[str, Any]] = part["days"]
    return days


async def panes(dsn: str) -> dict[tuple[str, str], int]:
    """Return how many records are counted by agency and day."""
    connection = await asyncpg.connect(dsn)
    try:
        rows = await connection.fetch(
            "SELECT agency, day, amount FROM tiendo.pane WHERE province = $1 AND measure = 'records'",
            PROVINCE,
        )
    finally:
        await connection.close()
    return {(row["agency"], row["day"].isoformat()): int(row["amount"]) for row in rows}


def test_every_counted_record_is_listed(
    events: list[Event], database: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Of each agency and day as many as are counted, duplicates and retractions among them, none twice, none that is not folded."""
    by_offset = {event.offset: event for event in events}
    counted = asyncio.run(panes(database))

    found = told(capsys, SHARE, "--limit", "0")
    days = days_of(found)

    assert None is found["log"]["missing"]
    taking_part = {one["agency"] for one in found["agencies"]}
    assert {(one["agency"], one["day"]): one["records"] for one in days} == {
        pane: records for pane, records in counted.items() if pane[0] in taking_part
    }
    assert found["parts"][0]["numerator"] == sum(one["records"] for one in days)
    listed: list[int] = []
    types: Counter[str] = Counter()
    for one in days:
        assert (one["records"], 0) == (len(one["events"]), one["not_listed"])
        for told_of in one["events"]:
            event = by_offset[told_of["offset"]]
            listed.append(event.offset)
            types[event.type] += 1
            assert told_of.keys() == EVENT_KEYS
            assert (event.type, event.id, event.source) == tuple(
                told_of[name] for name in ("type", "id", "source")
            )
            assert datetime_of(event.recorded).isoformat() == told_of["recordedtime"]
            assert (one["agency"], one["day"]) == (event.agency, told_of["time"][:10])
    assert len(set(listed)) == len(listed) > len({event.id for event in events}) / 2
    assert types["fact.retracted"] > 0


def test_a_first_screen_has_the_last_days_and_reads_little(
    events: list[Event], capsys: pytest.CaptureFixture[str]
) -> None:
    """Twenty days at most with twenty records at most; of one agency too; the page names each with offset and recorded time."""
    found = told(capsys, SHARE)
    days = days_of(found)

    assert 20 == len(days)
    assert [one["day"] for one in days] == sorted((one["day"] for one in days), reverse=True)
    assert all(min(20, one["records"]) == len(one["events"]) for one in days)
    assert all(one["records"] == len(one["events"]) + one["not_listed"] for one in days)
    assert None is found["log"]["missing"]
    assert found["log"]["records_read"] < len(events) / 2

    agency = days[0]["agency"]
    own = days_of(told(capsys, SHARE, "--agency", agency, "--limit", "3"))
    assert (3, {agency}) == (len(own), {one["agency"] for one in own})
    page = shown(capsys, SHARE, "--agency", agency, "--limit", "3")
    first = own[0]["events"][0]
    assert f"{agency}: {own[0]['records']} bản ghi ngày" in page
    assert f"sự kiện {first['id']}, nguồn {first['source']}, offset {first['offset']}, ghi" in page


def test_what_retention_removed_is_told(
    kafka: ApacheKafka, events: list[Event], capsys: pytest.CaptureFixture[str]
) -> None:
    """The counts stay; what the log still has is listed, and the sentence says from where on."""
    first = events[len(events) * 2 // 3].offset
    asyncio.run(delete_records(kafka.bootstrap, TOPIC, first))

    found = told(capsys, SHARE, "--limit", "0")
    days = days_of(found)

    assert sum(one["records"] for one in days) > sum(len(one["events"]) for one in days) > 0
    assert all(event["offset"] >= first for one in days for event in one["events"])
    assert "begins_later" == found["log"]["missing"]
    assert f"nhật ký chỉ còn từ offset {first}" in found["log"]["missing_vi"]
    assert f"Nhật ký chỉ còn từ offset {first}" in shown(capsys, SHARE, "--limit", "0")


def test_another_log_is_not_read(
    kafka: ApacheKafka, events: list[Event], capsys: pytest.CaptureFixture[str]
) -> None:
    """A topic that was made anew has other records at those offsets: the counts stay, and the sentence says so."""
    asyncio.run(recreate_topics(kafka.bootstrap, [TOPIC]))
    asyncio.run(send(kafka.bootstrap, TOPIC, [b"other"] * (len(events) + 1000)))

    found = told(capsys, SHARE)

    assert "not_read" == found["log"]["missing"]
    assert "checksum_mismatch" in found["log"]["missing_en"]
    assert {0} == {len(one["events"]) for one in days_of(found)}


def test_without_kafka_the_counts_stay(
    events: list[Event], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Somebody who may read Postgres only: one line says what is missing and what to do, and no error."""
    assert events
    monkeypatch.setenv("TIENDO_KAFKA_BOOTSTRAP_SERVERS", "127.0.0.1:9")
    found = told(capsys, SHARE)
    assert (20, "not_read") == (len(days_of(found)), found["log"]["missing"])
    assert "no Kafka at 127.0.0.1:9" in found["log"]["missing_en"]

    monkeypatch.delenv("TIENDO_KAFKA_BOOTSTRAP_SERVERS")
    page = shown(capsys, SHARE)
    assert "không đọc được nhật ký" in page.lower()
    assert "set TIENDO_KAFKA_BOOTSTRAP_SERVERS" in page


def test_other_figures_do_not_ask_kafka(
    events: list[Event], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """What the tables know is told without the log."""
    assert events
    monkeypatch.setenv("TIENDO_KAFKA_BOOTSTRAP_SERVERS", "127.0.0.1:9")

    found = told(capsys, "dossiers_received", "--window", "plan")

    assert None is found["log"]
    assert found["parts"][0]["subjects"]


def test_a_search_may_end_early(
    events: list[Event], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """After as many records as a first screen allows; the sentence says how to read on."""
    assert events
    monkeypatch.setattr("streams.log_search.READ_AT_MOST", 10)

    found = told(capsys, SHARE)

    assert (10, "not_all_read") == (found["log"]["records_read"], found["log"]["missing"])
    assert "10" in found["log"]["missing_vi"]
    assert "--limit 0" in found["log"]["missing_vi"]


async def told_then_later(kafka: ApacheKafka, dsn: str, facts: Sequence[Draft]) -> None:
    """Send facts to an empty log and fold them, to the close of 8 March."""
    await recreate_topics(kafka.bootstrap, [TOPIC])
    await send(kafka.bootstrap, TOPIC, [fact.line(PROVINCE) for fact in facts])
    log = records_of(PROVINCE, await read_topic(kafka.bootstrap, TOPIC))
    await fold_log_into(dsn, PROVINCE, log, date(2019, 3, 8))


@pytest.fixture
def later(
    kafka: ApacheKafka, database: str, monkeypatch: pytest.MonkeyPatch
) -> Callable[[Sequence[Draft]], None]:
    """Returns what makes a province of which these facts are known, on Kafka and in its tables."""
    monkeypatch.setenv("TIENDO_POSTGRES_DSN", database)
    monkeypatch.setenv("TIENDO_KAFKA_BOOTSTRAP_SERVERS", kafka.bootstrap)
    return lambda facts: asyncio.run(told_then_later(kafka, database, facts))


def sums(numerator: int, denominator: int | None) -> dict[str, int | None]:
    """Return the sides of a part."""
    return {"numerator": numerator, "denominator": denominator}


def taken_back(fact: Draft, day: str, moment: str | None = None) -> Draft:
    """Return a retraction of a fact."""
    key = natural_key(fact.type, fact.data)
    draft = said("fact.retracted", day, type=fact.type, subject=key, moment=moment, reason="x")
    return replace(draft, subject=key)


DOSSIERS: Final = (
    registered("A1", "2019-01-02", "so"),
    dossier("one", "2019-03-01", due_at=instant("2019-03-08")),
    resolved("one", "2019-03-04"),
    dossier("two", "2019-03-01", due_at=instant("2019-03-04")),
    resolved("two", "2019-03-05"),
    dossier("day", "2019-03-06"),
    dossier("late", "2019-03-01", due_at=instant("2019-03-03")),
    resolved("late", "2019-03-04"),
    taken_back(resolved("one", "2019-03-04"), "2019-03-07"),
    taken_back(resolved("never", "2019-03-04"), "2019-03-07"),
    dossier("other", "2019-03-07"),
)
"""On 5 March 1 of 2 dossiers was on time; then one came that was late, and the one on time was taken back."""


def test_what_was_taken_back_is_named(
    later: Callable[[Sequence[Draft]], None],
    kafka: ApacheKafka,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """The retraction, and the word that it took back; nothing remains unexplained, and a retraction of nothing is left out."""
    later(DOSSIERS)
    question = ("dossiers_on_time_share", "--as-of", "2019-03-05")
    change = told(capsys, *question)["restated"]
    found = {one["subject"]: one for one in change["changes"]}

    assert (1, 2, 0, 2) == (
        change["numerator"],
        change["denominator"],
        change["now"]["numerator"],
        change["now"]["denominator"],
    )
    assert {"late", "one"} == found.keys()
    assert (sums(0, 0), sums(0, 1)) == (found["late"]["before"], found["late"]["after"])
    assert (sums(1, 1), sums(0, 0)) == (found["one"]["before"], found["one"]["after"])
    assert [(8, True)] == [(one["offset"], one["retracted"]) for one in found["one"]["facts"]]
    assert [(2, False)] == [(one["offset"], one["retracted"]) for one in found["one"]["replaced"]]
    assert sums(0, 0) == change["not_explained"]
    assert (None, 0) == (change["log"]["missing"], change["changes_not_listed"])
    page = shown(capsys, *question)
    assert "hồ sơ one: 1/1 → 0/0" in page
    assert "thay cho lời trước đó" in page
    assert "không do các đối tượng trên" not in page

    asyncio.run(delete_records(kafka.bootstrap, TOPIC, 3))
    change = told(capsys, *question)["restated"]
    assert (sums(-1, -1), "begins_later") == (change["not_explained"], change["log"]["missing"])
    assert "offset 3" in change["log"]["missing_vi"]

    monkeypatch.setenv("TIENDO_KAFKA_BOOTSTRAP_SERVERS", "127.0.0.1:9")
    change = told(capsys, *question)["restated"]
    assert (sums(-1, -1), "not_read") == (change["not_explained"], change["log"]["missing"])
    assert {"late", "one", "never"} == {one["subject"] for one in change["changes"]}
    page = shown(capsys, *question)
    assert "Không đọc được nhật ký" in page
    assert "không do các đối tượng trên" in page


def account(name: str, holder: str) -> Draft:
    """Return that an official was given an account of the document system on 2 March."""
    return said(
        "account.provisioned", "2019-03-02", account_id=name, system="edoc", official_id=holder, agency_id="A1",
        active=True, provisioned_at=instant("2019-03-02"),
    )  # fmt: skip


def test_facts_that_changed_hands_are_named(
    later: Callable[[Sequence[Draft]], None], capsys: pytest.CaptureFixture[str]
) -> None:
    """An account that was another's all along, and one that was taken back: their holders of then have nothing left to show for it."""
    corrected = account("e1", "three")
    hour = timedelta(hours=1)
    later(
        (
            registered("A1", "2019-01-02", "so"),
            *(official(name, "2019-01-02") for name in ("one", "two", "three", "four")),
            account("e1", "one"),
            account("e2", "two"),
            account("e4", "four"),
            dossier("day", "2019-03-06"),
            replace(corrected, id="again", recorded=corrected.recorded + hour),
            taken_back(account("e2", "two"), "2019-03-07", instant("2019-03-02")),
            taken_back(account("e4", "four"), "2019-03-07", instant("2019-03-02")),
            dossier("other", "2019-03-07"),
        )
    )
    change = told(capsys, "tra-vinh-2019-edoc-accounts", "--as-of", "2019-03-05")["restated"]
    found = {one["subject"]: one for one in change["changes"]}

    assert (3, 1) == (change["numerator"], change["now"]["numerator"])
    assert {
        "one": (1, 0, [(9, False, True)], [5]),
        "two": (1, 0, [(10, True, False)], [6]),
        "three": (0, 1, [(9, False, False)], []),
        "four": (1, 0, [(11, True, False)], [7]),
    } == {
        name: (
            one["before"]["numerator"],
            one["after"]["numerator"],
            [(f["offset"], f["retracted"], f["about_another_subject"]) for f in one["facts"]],
            [f["offset"] for f in one["replaced"]],
        )
        for name, one in found.items()
    }
    assert sums(0, 0) == change["not_explained"]
    assert None is change["log"]["missing"]


async def decided(dsn: str, before: int, after: int) -> None:
    """Note that an operator let the province go on elsewhere in its log."""
    connection = await asyncpg.connect(dsn)
    try:
        await connection.execute(
            "INSERT INTO tiendo.decision VALUES ($1, 1, now(), 'x', 'x', 'go_on', 'x', 'x', $2, $3, 0, $3)",
            PROVINCE,
            before,
            after,
        )
    finally:
        await connection.close()


def test_what_was_folded_from_another_log_is_not_looked_for_in_this_one(
    events: list[Event], database: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Offsets of before an operator's decision name other records now: only what was read since is listed."""
    first = events[len(events) // 2].offset
    asyncio.run(decided(database, first + 7, first))

    found = told(capsys, SHARE, "--limit", "0")
    offsets = [event["offset"] for one in days_of(found) for event in one["events"]]

    assert offsets
    assert first <= min(offsets)
    assert "begins_later" == found["log"]["missing"]


def test_a_close_in_another_log_has_nothing_to_look_for(
    later: Callable[[Sequence[Draft]], None], database: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """What a close's offset meant is not known any more: the rest stays a sum, and the sentence says why."""
    later(DOSSIERS)
    asyncio.run(decided(database, 8, 0))

    change = told(capsys, "dossiers_on_time_share", "--as-of", "2019-03-05")["restated"]

    assert (sums(-1, -1), "begins_later") == (change["not_explained"], change["log"]["missing"])
    assert [] == [word for one in change["changes"] for word in one["replaced"]]
