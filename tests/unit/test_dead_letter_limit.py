"""The limit on dead letters: what a day keeps of a flood, what is only counted, and the alert on it."""

from collections.abc import Sequence
from unicodedata import is_normalized

import pytest

from models.changes import AlertRow, Changes, LimitReached, Mark
from models.days import Day
from models.dead_letter_limit import counted_bytes
from models.facts import Headers, Record
from tests.support.fold import Tables, Worker, fold
from tests.support.refused import (
    DAY,
    LEAST,
    NOW_MS,
    PROVINCE,
    TOPIC,
    Begins,
    keeping,
    log_of,
)

DEDUP_KEY = "dong-nai/house/dead_letters/progress.dong-nai"


def kept(tables: Tables) -> list[int]:
    """Return the offsets of the records that have a row."""
    return [one.record.offset for one in tables.dead_letters]


def refused(tables: Tables) -> int:
    """Return how many records the feeds count as refused."""
    return sum(row.dead_letters for row in tables.feeds.values())


def history(tables: Tables) -> list[tuple[object, ...]]:
    """Return what the revisions of alerts say, days counted from the first."""
    return [
        (
            row.state,
            row.starts_at - DAY,
            None if row.ends_at is None else row.ends_at - DAY,
            row.value,
            row.expected,
            row.closed_day - DAY,
        )
        for row in tables.alert_history
    ]


@pytest.mark.parametrize(
    ("bytes_a_day", "lengths", "expected"),
    [
        pytest.param(2 * LEAST, [1, 1, 1], [0, 1], id="those before it are exactly the limit"),
        pytest.param(2 * LEAST + 1, [1, 1, 1, 1], [0, 1, 2], id="one below it"),
        pytest.param(2 * LEAST - 1, [1, 1, 1], [0, 1], id="one above it"),
        pytest.param(5000, [5000, 1], [0], id="a long record counts its length: exactly"),
        pytest.param(5000, [4999, 1, 1], [0, 1], id="one byte shorter"),
        pytest.param(5000, [5001, 1], [0], id="one byte longer"),
        pytest.param(5000, [4000, 900_000, 1], [0, 1], id="the last one kept may be long"),
        pytest.param(LEAST + 1, [None, None, None], [0, 1], id="null counts the least"),
        pytest.param(1, [1, 1], [0], id="a day keeps its first one always"),
    ],
)
def test_a_record_is_kept_while_those_before_it_are_below_the_limit(
    bytes_a_day: int, lengths: Sequence[int | None], expected: list[int]
) -> None:
    """Beyond it there is no row and no message, and the feeds count all; one batch or many are the same."""
    tables = fold(keeping(bytes_a_day), log_of(*lengths)).tables

    assert expected == kept(tables)
    assert expected == [seq - 1 for seq, *_ in tables.outbox]
    assert len(lengths) == refused(tables)
    assert tables == fold(keeping(bytes_a_day), log_of(*lengths), [1] * 9, restarts=True).tables


@pytest.mark.parametrize(
    ("key", "value", "headers", "expected"),
    [
        (None, None, (), LEAST),
        (None, b"x" * LEAST, (), LEAST),
        (None, b"x" * (LEAST + 1), (), LEAST + 1),
        (b"k" * 10, b"x" * LEAST, (), LEAST + 10),
        (b"k" * 5000, None, (), 5000),
        (None, b"x" * LEAST, (("naïve", b"12"), ("none", None)), LEAST + 6 + 2 + 4),
    ],
)
def test_a_record_counts_all_that_is_kept_of_it(
    key: bytes | None, value: bytes | None, headers: Headers, expected: int
) -> None:
    """Value, key and headers, 4 KiB at least: a flood of long headers fills a disk as well."""
    assert expected == counted_bytes(Record(PROVINCE, 0, NOW_MS, key, value, headers))


def test_the_limit_begins_anew_with_each_day() -> None:
    """Before the first day there is one limit too; a record of a day that has begun changes nothing."""
    log = log_of(
        *[1, 1, 1],
        *[Begins(0), 1, 1, Begins(0), 1],
        *[Begins(1), 1, Begins(0), 1, 1],
    )

    tables = fold(keeping(2 * LEAST), log, [1] * len(log), restarts=True).tables

    assert [0, 1, 4, 5, 9, 11] == kept(tables)
    assert (3, 2, 3 * LEAST) == counted(tables.mark)
    assert 9 == refused(tables)


def counted(mark: Mark) -> tuple[int, int, int]:
    """Return what a mark knows of its day."""
    return mark.dead_letters, mark.dead_letters_kept, mark.dead_letter_bytes


def test_the_next_owner_goes_on_from_the_stored_mark() -> None:
    """What the day has taken is not in memory alone: after a restart not one record more is kept."""
    worker = Worker(keeping(3 * LEAST))
    log = log_of(Begins(0), 1, 1, 1, 1, 1)

    worker.batch(log[:3])
    half = counted(worker.tables.mark)
    worker.restart()
    worker.batch(log[3:])

    assert (2, 2, 2 * LEAST) == half
    assert (5, 3, 5 * LEAST) == counted(worker.tables.mark)
    assert [1, 2, 3] == kept(worker.tables)


def test_closing_the_as_of_day_does_not_begin_its_limit_anew() -> None:
    """`--as-of` closes it before any record has left it behind: what comes later is of the same day, and changes no alert."""
    worker = Worker(keeping(2 * LEAST))
    log = log_of(Begins(0), 1, 1, 1, 1, Begins(1))

    worker.batch(log[:3])
    worker.close(DAY)
    worker.batch(log[3:])

    assert [1, 2] == kept(worker.tables)
    assert [] == history(worker.tables)


def test_a_flood_costs_its_neighbours_nothing() -> None:
    """Events between refused records are accepted, and messages are numbered without a gap."""
    log = log_of(Begins(0), *[1] * 5, Begins(1), *[1] * 5, Begins(2))

    tables = fold(keeping(LEAST), log).tables

    assert DAY + 2 == tables.mark.as_of
    assert 3 == sum(row.events for row in tables.feeds.values())
    assert [*range(1, len(tables.outbox) + 1)] == [seq for seq, *_ in tables.outbox]
    assert tables.mark.outbox_seq == len(tables.outbox)


def test_changes_say_what_is_not_kept_and_which_limits_were_reached() -> None:
    """By reason, for the metrics; each limit once, with the day and how many are kept, for the log."""
    batches: list[tuple[dict[str, int], list[LimitReached]]] = []

    class Watched(Tables):
        def commit(self, changes: Changes) -> None:
            super().commit(changes)
            batches.append((changes.unkept, changes.limits_reached))

    worker = Worker(keeping(2 * LEAST))
    worker.tables = Watched()
    log = log_of(1, 1, 1, Begins(0), 1, 1, 1, None, Begins(1), 1, 1, 1)
    worker.batch(log[:7])
    worker.batch(log[7:9])
    worker.batch(log[9:])

    assert [
        ({"bad_encoding": 2}, [LimitReached(None, 2), LimitReached(DAY, 2)]),
        ({"null_value": 1}, []),
        ({"bad_encoding": 1}, [LimitReached(Day(DAY + 1), 2)]),
    ] == batches


@pytest.mark.parametrize("restarts", [False, True], ids=["one owner", "an owner a batch"])
def test_an_alert_fires_for_the_days_with_more_than_are_kept(*, restarts: bool) -> None:
    """From the first such day to the first closed day without, which a day without any record is too; then another."""
    log = log_of(
        *[Begins(0), 1, 1],
        *[Begins(1), 1, 1, 1],
        *[Begins(2), 1, 1, 1, 1],
        *[Begins(3), 1],
        *[Begins(4), 1, 1, 1, 1, 1],
        *[Begins(6), 1, 1, 1],
        *[Begins(7)],
    )

    tables = fold(keeping(2 * LEAST), log, [1] * len(log), until=DAY + 7, restarts=restarts).tables

    assert [
        ("firing", 1, None, 3, 2, 1),
        ("resolved", 1, 3, 1, 1, 3),
        ("firing", 4, None, 5, 2, 4),
        ("resolved", 4, 5, 0, 0, 5),
        ("firing", 6, None, 3, 2, 6),
        ("resolved", 6, 7, 0, 0, 7),
    ] == history(tables)


def one_alert() -> list[AlertRow]:
    """Return the revisions of an alert that fired and ended."""
    log = log_of(Begins(0), *[1] * 1234, Begins(1), 1, Begins(2))
    return fold(keeping(1000 * LEAST), log).tables.alert_history


def test_an_alert_on_dead_letters_is_the_provinces() -> None:
    """It names no target and no agency; its key carries the topic."""
    firing, resolved = one_alert()

    assert ("dead_letters", "error", "house", None, None, DEDUP_KEY) == (
        firing.rule,
        firing.severity,
        firing.plan,
        firing.target,
        firing.agency,
        firing.dedup_key,
    )
    assert (firing.alert_id, 2) == (resolved.alert_id, resolved.revision)


def test_the_reasons_say_how_many_and_what_to_do() -> None:
    """Who must mend what, where the records still are, and where each sender's are counted; no record's content."""
    firing, resolved = one_alert()

    assert (
        "1,234 records were refused on 1 March 2017, more than a day keeps: only the first 1,000 are kept apart."
        f" The senders must mend their systems; every record is still in the topic {TOPIC},"
        " and api.feed_health counts the refused ones of each sending system." == firing.reason_en
    )
    assert (
        "Ngày 01/03/2017 có 1.234 bản ghi bị từ chối, vượt mức lưu giữ của một ngày: chỉ 1.000 bản ghi đầu được"
        " lưu riêng. Đơn vị gửi cần sửa hệ thống của mình; mọi bản ghi vẫn còn trong topic"
        f" {TOPIC}, số bị từ chối của từng hệ thống gửi có trong api.feed_health."
        == firing.reason_vi
    )
    assert (
        "Refused records are within what a day keeps again: 1 on 2 March 2017."
        == resolved.reason_en
    )
    assert (
        "Số bản ghi bị từ chối đã trở lại trong mức lưu giữ của một ngày: ngày 02/03/2017 có 1 bản ghi."
        == resolved.reason_vi
    )
    assert is_normalized("NFC", firing.reason_vi + resolved.reason_vi)


def test_a_flood_before_the_first_day_belongs_to_no_day() -> None:
    """It is counted and its limit holds; the first day closes without an alert of it."""
    tables = fold(keeping(LEAST), log_of(1, 1, 1, Begins(0), Begins(1)), until=DAY + 1).tables

    assert [0] == kept(tables)
    assert [] == history(tables)
