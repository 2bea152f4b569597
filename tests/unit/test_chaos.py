"""The fault harness itself: what it compares with is right, and it sees what is wrong."""

import functools
import itertools
import json
import os
import signal
from collections.abc import Sequence
from dataclasses import replace
from random import Random

import msgspec
import pytest

from models.catalogue import load_catalogue
from models.envelope import decode
from models.facts import DeadLetter, Record
from models.topics import PROVINCES
from streams.simulator.trouble import BROKEN
from tests.chaos.__main__ import forms, result
from tests.chaos.comparing import Comparison
from tests.chaos.delivery import Message, compare_delivery
from tests.chaos.flow import SMALL, Line, flood, log_of, skewed
from tests.chaos.refold import refolded, rows_of
from tests.chaos.run import Outcome
from tests.chaos.scene import Broken
from tests.chaos.steps import Fuse, Step
from tests.chaos.stored import TABLES
from tests.chaos.verifying import lines, read
from tests.chaos.witness import Witness

NOW_MS = 1_800_000_000_000


def record(line: Line, offset: int = 0) -> Record:
    """Return what Kafka makes of a line."""
    timestamp = NOW_MS if line.timestamp_ms is None else line.timestamp_ms
    return Record(line.province, offset, timestamp, b"key", line.value)


def reason(line: Line) -> str | None:
    """Return why the product refuses a line."""
    verdict = decode(record(line))
    return verdict.reason if isinstance(verdict, DeadLetter) else None


def messages(*names: str) -> list[Message]:
    """Return messages whose key is the first letter of their name."""
    return [(name[0].encode(), name.encode(), ()) for name in names]


@pytest.mark.parametrize(
    "sent",
    [
        ["a1", "b1", "a2", "b2"],
        ["a1", "b1", "a1", "b1", "a2", "b2"],
        ["a1", "b1", "a2", "b2", "b2"],
    ],
    ids=["once", "begun again", "the last one twice"],
)
def test_an_outbox_that_was_sent_in_order_is_delivered(sent: Sequence[str]) -> None:
    """Repeats are what a relay that dies leaves behind."""
    found = compare_delivery("alerts", messages("a1", "b1", "a2", "b2"), messages(*sent))

    assert 0 == found.differing.total()
    assert len(sent) - 4 == found.repeats["alerts"]


@pytest.mark.parametrize(
    "sent",
    [["a1", "b1", "a2"], ["a2", "b1", "a1", "b2"], ["a1", "b1", "a2", "b2", "c1"], ["b1", "a1", "a2", "b2"]],
    ids=["left out", "overtaken", "never committed", "another order"],
)  # fmt: skip
def test_a_message_left_out_overtaken_or_made_up_is_seen(sent: Sequence[str]) -> None:
    """Each is one difference or more."""
    outbox = messages("a1", "b1", "a2", "b2")

    assert compare_delivery("alerts", outbox, messages(*sent)).differing.total() > 0


def test_rows_missing_on_either_side_differ() -> None:
    """A row counts once, whichever side has it."""
    found = Comparison()

    found.rows("pane", {1: "a", 2: "b", 3: "c"}, {1: "a", 2: "x", 4: "d"})

    assert (4, 3) == (found.compared["pane"], found.differing["pane"])
    assert 3 == len(found.first)


def test_a_fuse_burns_at_its_step_and_number(monkeypatch: pytest.MonkeyPatch) -> None:
    """Once, and at no other step."""
    sent: list[tuple[int, int]] = []
    monkeypatch.setattr(os, "kill", lambda *to: sent.append(to))
    fuse = Fuse(Step.BEFORE_COMMIT, 2, signal.SIGKILL)

    for step in (*Step, *Step, *Step):
        fuse.reached(step)

    assert [(os.getpid(), signal.SIGKILL)] == sent


@pytest.mark.parametrize("province", ["dong-nai", SMALL])
def test_poison_is_refused_for_the_reason_that_its_sender_knows(province: str) -> None:
    """The witness of the dead letters is right about all twelve reasons but those of clocks, whatever the event that is spoilt."""
    sound = list(itertools.islice(log_of(1, 400, 10, 60), 600))
    known = [line.value for line in sound if line.province == province and line.value is not None]
    known = known[: 8 * len(BROKEN) + 1]  # so each is spoilt in each way
    assert province != SMALL or any(b"day.started" in value for value in known)

    lines = flood(Random(1), province, known, len(known) * len(BROKEN))  # noqa: S311 - no secret

    assert [line.reason for line in lines] == [reason(line) for line in lines]
    assert len({line.reason for line in lines}) == 12


def test_lines_of_a_wrong_clock_are_refused_as_their_sender_knows() -> None:
    """Some are, and some are not."""
    chance = Random(1)  # noqa: S311 - no secret
    lines = [
        skewed(chance, line)
        for line in itertools.islice(log_of(3, 400, 10, 1), 300)
        if line.province != SMALL
    ]

    assert [line.reason for line in lines] == [reason(line) for line in lines]
    assert {None, "time_in_future"} == {line.reason for line in lines}


def test_what_flows_is_accepted_and_has_every_province() -> None:
    """The only poison is that of the floods."""
    lines = list(itertools.islice(log_of(5, 2_000, 20, 40), 2_000))

    assert {None} == {reason(line) for line in lines}
    assert 5 == len({line.province for line in lines})


@functools.cache
def small_lines() -> Sequence[Line]:
    """Return what is sent of the small province: a log, and a flood after it."""
    flowing = itertools.islice(log_of(5, 800, 20, 40), 800)
    sound = [line for line in flowing if line.province == SMALL]
    poison = flood(Random(2), SMALL, [line.value for line in sound if line.value], 12)  # noqa: S311
    return [*sound, *poison]


@pytest.fixture(scope="module")
def small_log() -> list[Record]:
    """Return the small province's log, with a flood in it."""
    return [record(line, offset) for offset, line in enumerate(small_lines())]


def witnessed(
    log: Sequence[Record], changed: str | None, bytes_a_day: int | None = None
) -> Comparison:
    """Return what the witness finds where the rows of a table are others, and a day keeps so much of refused records."""
    catalogue = load_catalogue().province(SMALL)
    if bytes_a_day is not None:
        catalogue = replace(catalogue, dead_letter_bytes_a_day=bytes_a_day)
    stored = {name: dict(rows) for name, rows in rows_of(refolded(catalogue, log)).items()}
    if changed is not None:
        place = {"alert_history": 11, "kpi": 1, "feed": 2}.get(changed, 0)
        for key, row in stored[changed].items():
            stored[changed][key] = (*row[:place], _other(row[place]), *row[place + 1 :])
    witness = Witness(catalogue, log, stored, Random(4))  # noqa: S311 - no secret
    witness.dead_letters(_reasons())
    witness.feeds()
    witness.panes()
    witness.figures()
    witness.alerts()
    return witness.found


def _other(value: object) -> object:
    if isinstance(value, tuple):
        return tuple(7_777 for _ in value)
    return "another" if isinstance(value, str) else 7_777


def _reasons() -> dict[tuple[bytes | None, int | None], str]:
    return {(line.value, None): line.reason for line in small_lines() if line.reason is not None}


def test_the_witness_agrees_with_the_fold(small_log: Sequence[Record]) -> None:
    """Panes, figures, statuses, alerts, feeds and dead letters, from the same log by other code."""
    found = witnessed(small_log, None)

    assert [] == found.first
    assert found.compared.total() > 300


@pytest.mark.slow
@pytest.mark.parametrize("table", ["pane", "kpi", "feed", "dead_letter", "alert_history"])
def test_the_witness_sees_rows_that_are_wrong(small_log: Sequence[Record], table: str) -> None:
    """Whatever wrote it, the oracle says otherwise."""
    assert witnessed(small_log, table).differing.total() > 0


@pytest.mark.slow
def test_the_witness_knows_what_a_day_keeps_of_a_flood(small_log: Sequence[Record]) -> None:
    """Rows beyond the limit are missed by neither; a fold that keeps more, or another number of them, is seen."""
    kept = [
        witnessed(small_log, None, bytes_a_day).compared["witness: dead letters"]
        for bytes_a_day in (2**28, 3 * 4096)
    ]
    catalogue = load_catalogue().province(SMALL)
    stored = rows_of(refolded(replace(catalogue, dead_letter_bytes_a_day=4096), small_log))
    other = Witness(catalogue, small_log, stored, Random(4))  # noqa: S311 - no secret
    other.dead_letters(_reasons())

    assert [13, 3] == kept
    assert [] == witnessed(small_log, None, 3 * 4096).first
    assert 12 == other.found.differing["witness: dead letters"]
    assert witnessed(small_log, "dead_letter", 3 * 4096).differing.total() > 0


@pytest.mark.slow
def test_the_witness_foretells_the_alert_on_a_flood(small_log: Sequence[Record]) -> None:
    """A flood on a day that closes is an alert where the day does not keep all of it, and one that fires and ends."""
    before, after, poison = small_log[:30], small_log[30:-13], small_log[-13:]
    log = [
        msgspec.structs.replace(one, offset=offset)
        for offset, one in enumerate([*before, *poison, *after])
    ]

    within, beyond = (witnessed(log, None, bytes_a_day) for bytes_a_day in (2**28, 4096))

    assert [] == within.first + beyond.first
    name = "witness: alert revisions"
    assert 2 == beyond.compared[name] - within.compared[name]


def test_every_table_of_a_fold_is_read_back(small_log: Sequence[Record]) -> None:
    """What is stored and what must be stored are the same tables, with keys of one width."""
    rows = rows_of(refolded(load_catalogue().province(SMALL), small_log))

    assert TABLES.keys() == rows.keys()
    for table, (width, _) in TABLES.items():
        assert {width} >= {len(key) for key in rows[table]}


def said(*differing: int, left_out: Sequence[str] = ()) -> str:
    """Return what `tiendo verify --json` prints of as many provinces, after a warning."""
    found = [
        {
            "province": province,
            "next_offset": 7,
            "rows_compared": 5,
            "rows_differing": rows,
            "tables": {"pane": 5},
            "left_out": list(left_out),
            "differences": [{"table": "pane", "key": ["x"]}] * rows,
        }
        for province, rows in zip(PROVINCES, differing, strict=False)
    ]
    return "Kafka is slow\n" + json.dumps(found, indent=1) + "\n"


@pytest.mark.parametrize(("rows", "verdict"), [(0, "equal"), (1, "differs")])
def test_what_the_product_says_of_its_tables_counts(rows: int, verdict: str) -> None:
    """A difference that only `tiendo verify` finds fails the run, and is told."""
    found = read(said(0, rows), rows, PROVINCES[:2])
    outcome = Outcome(verified=found)

    line, status = result(forms(200, 1_000_000)["short"], outcome)

    assert (verdict, rows, 0) == (line["verify"], status, line["rows_differing"])
    assert rows == sum("pane" in one for one in lines(found))


def test_a_difference_that_the_product_does_not_see_counts() -> None:
    """One witness is enough to fail a run."""
    outcome = Outcome()
    outcome.compared.rows("pane", {"x": 1}, {"x": 2})

    line, status = result(forms(200, 1_000_000)["short"], outcome)

    assert (1, "equal", 1) == (status, line["verify"], line["rows_differing"])


@pytest.mark.parametrize(
    ("text", "status"),
    [
        ("Error: the log begins at offset 3\n", 1),
        (said(0), 0),
        (said(0, 0, left_out=["alert"]), 0),
        (said(0, 0), 1),
        (said(0, 1), 0),
    ],
    ids=["no verdict", "a province less", "something left out", "belied", "belied too"],
)
def test_half_a_verdict_is_none(text: str, status: int) -> None:
    """The run does not go on as if the command had looked at everything."""
    with pytest.raises(Broken):
        read(text, status, PROVINCES[:2])


def test_each_form_has_every_kind_of_fault() -> None:
    """The short form at least ten random deaths; the long one as many as are asked for, steps included."""
    short, long = (forms(200, 1_000_000)[name] for name in ("short", "long"))
    kinds = {fault.kind for fault in short.faults}

    assert kinds == {fault.kind for fault in long.faults}
    assert {f"kill_{step}" for step in Step} <= kinds
    assert [fault.kind for fault in short.faults].count("kill") >= 10
    assert 200 == sum(
        fault.kind.startswith("kill") and fault.kind != "kill_desk" for fault in long.faults
    )
