"""What `tiendo status` and `tiendo release` print, and how they refuse."""

import datetime as dt
import json
from collections.abc import Callable
from dataclasses import replace

import pytest

from models.changes import Mark
from models.errors import TiendoError, UsageError
from models.operating import Choice, Decision, Log, status
from streams.cli.app import run
from streams.cli.json_rows import dumps
from streams.cli.status import as_json, lines, status_table, to_do
from streams.cli.tables import console
from streams.log_check import Fault, LogSight
from streams.releasing import Findings, ordered, shown
from streams.survey import Survey
from tests.support.seen import NOW, READING

DECISION = Decision(2, NOW, "lan", "disk lost", Choice.GO_ON, 5, 9, 0, 10)
SURVEY = Survey(
    [
        status(READING, Log(0, 10, None)),
        status(
            replace(READING, province="dong-nai", decision=DECISION),
            Log(0, 14, NOW - dt.timedelta(seconds=90)),
        ),
        status(
            replace(
                READING, province="hai-duong", parked_reason="retention_loss", parked_detail="gone"
            ),
            None,
        ),
    ],
    {"dong-nai": {"not_json": 1200}},
    None,
)
LOG = LogSight(3, 10, None)
FOUND = Findings(READING, "retention_loss: gone", Mark(5, 0xABC), LOG, None)
FAULT = Fault("retention_loss", "the log starts at offset 3")


def printed() -> str:
    """Return the table as a terminal of the usual width shows it."""
    out = console()
    with out.capture() as captured:
        out.print(status_table(SURVEY))
    return captured.get()


def test_the_table_has_a_row_a_province() -> None:
    """State, lag, how long the first record waits, mark, last commit, days, outbox and refused records of the day."""
    rows = [line.split() for line in printed().splitlines() if "-" in line and "20" in line]

    assert ["tra-vinh", "idle", "0", "0", "s", "10", "4", "s"] == rows[0][:8]
    assert ["2026-03-01", "2026-02-28", "0", "2"] == rows[0][8:]
    assert ["dong-nai", "behind", "4", "90", "s", "10"] == rows[1][:6]
    assert ["hai-duong", "parked", "?", "?", "10"] == rows[2][:5]
    assert all(len(line) <= 100 for line in printed().splitlines())


def test_the_last_lines_say_what_is_to_be_done() -> None:
    """Who tends what, what was refused, what was decided, then one line for each thing to do."""
    said = lines(SURVEY)

    assert "worker w1: tra-vinh (3 s ago), dong-nai (3 s ago), hai-duong (3 s ago)" == said[0]
    assert "dong-nai: dead letters kept: 1,200 not_json" == said[1]
    assert said[2].startswith(
        "dong-nai: records 5 to 8 were never folded: decided 2026-03-01 by lan"
    )
    assert ["TO DO  dong-nai: a record", "TO DO  hai-duong: it is"] == [
        " ".join(line.split(" ")[:6]) for line in said[3:]
    ]
    assert "TO DO  nothing" == lines(SURVEY._replace(provinces=SURVEY.provinces[:1]))[-1]


def test_kafka_that_is_away_is_something_to_do() -> None:
    """What the ledger knows is shown all the same."""
    assert (
        "Kafka is away: no Kafka at k:1" == to_do(SURVEY._replace(kafka_away="no Kafka at k:1"))[0]
    )


def test_json_has_all_of_it() -> None:
    """For programs: the same words, instants as ISO texts."""
    found = json.loads(dumps(as_json(SURVEY)))

    assert ["idle", "behind", "parked"] == [one["state"] for one in found["provinces"]]
    assert 4 == found["provinces"][1]["lag_records"]
    assert {"not_json": 1200} == found["provinces"][1]["dead_letters_kept_by_reason"]
    assert "2026-03-01T02:30:00+00:00" == found["provinces"][1]["decision"]["decided_at"]
    assert len(found["to_do"]) == 2


def test_what_was_found_is_shown_before_anything_is_decided() -> None:
    """Why, the mark with its CRC, the log, and each way on; one that would fail now says so."""
    whole, broken = "\n".join(shown(FOUND)), "\n".join(shown(FOUND._replace(fault=FAULT)))

    assert "why   retention_loss: gone" in whole
    assert "mark  offset 5, CRC of the record before it: 00000abc" in whole
    assert "progress.tra-vinh has offsets 3 to 10" in whole
    assert "it would be parked again" not in whole
    assert "not now: it would be parked again (retention_loss)" in broken


@pytest.mark.parametrize(
    ("choice", "offset", "after"),
    [
        (Choice.RETRY, None, 5),
        (Choice.GO_ON, None, 3),
        (Choice.GO_ON, 10, 10),
        (Choice.GO_ON, 3, 3),
        (Choice.REFOLD, None, 3),
    ],
)
def test_a_choice_says_from_where_the_log_is_read(
    choice: Choice, offset: int | None, after: int
) -> None:
    """The mark, an offset, or the log's start."""
    order = ordered(FOUND, choice, offset, decided_by="lan", reason=" disk lost ")

    assert (choice, 5, after, 3, 10, "lan", "disk lost") == order[1:]


@pytest.mark.parametrize(
    ("order", "error", "words"),
    [
        (
            lambda: ordered(FOUND, Choice.RETRY, None, decided_by="l", reason=" "),
            UsageError,
            "say why",
        ),
        (
            lambda: ordered(FOUND, Choice.GO_ON, 11, decided_by="l", reason="r"),
            UsageError,
            "3 to 10, and no 11",
        ),
        (
            lambda: ordered(FOUND, Choice.GO_ON, 0, decided_by="l", reason="r"),
            UsageError,
            "and no 0",
        ),
        (
            lambda: ordered(
                FOUND._replace(fault=FAULT), Choice.RETRY, None, decided_by="l", reason="r"
            ),
            TiendoError,
            "parked again at once: the log starts",
        ),
        (
            lambda: ordered(
                FOUND._replace(fault=Fault("partition_count", "has 2 partitions")),
                Choice.REFOLD,
                None,
                decided_by="l",
                reason="r",
            ),
            TiendoError,
            "has 2 partitions: create it anew with one partition",
        ),
    ],
)
def test_a_choice_that_cannot_work_is_refused_before_it_is_recorded(
    order: Callable[[], object], error: type[TiendoError], words: str
) -> None:
    """No reason, an offset that the log does not have, a log that would park the province again."""
    with pytest.raises(error, match=words):
        order()


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["release", "tra-vinh", "--at-mark", "--refold"], "choose one of --at-mark"),
        (["release", "tra-vinh", "--from-offset", "3", "--from-beginning"], "choose one of"),
        (["release", "ha-noi", "--at-mark"], "unknown province ha-noi"),
        (["status", "--province", "ha-noi"], "unknown province ha-noi"),
    ],
)
def test_a_line_that_cannot_work_exits_with_2(
    arguments: list[str], words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Before any service is asked."""
    assert 2 == run(arguments)
    assert words in capsys.readouterr().err
