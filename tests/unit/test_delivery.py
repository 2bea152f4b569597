"""What is counted of a run of `publish`, and how far it is."""

import io
from pathlib import Path

import pytest
from rich.console import Console

from models.days import Instant
from models.errors import UsageError
from models.events import parse_instant
from streams.cli.progress import Watch
from streams.delivery import Delivery
from streams.inputs import judged, judged_rows
from streams.lines import Line, count_lines, lines_in
from streams.sheets import SheetOptions
from tests.support.events import dossier_received, line

NOW_MS = 1_577_836_800_000
"""2020-01-01T00:00:00Z."""
AS_OF: Instant = parse_instant("2019-12-01T00:00:00+07:00")


def test_a_report_counts_by_province_type_and_reason() -> None:
    """What is read, what has arrived, and what will be refused of it."""
    clock = iter([0.0, 2.0, 2.0])
    delivery = Delivery(lambda: next(clock))
    values = [line(dossier_received()), b"no json", b"no json"]
    lines = [Line(number, "tra-vinh", value) for number, value in enumerate(values, start=1)]

    first = [delivery.read(one) for one in judged(lines, lambda: NOW_MS)]
    delivery.acknowledged(lines[:2])

    assert [None, "not_json", None] == [one and one.reason for one in first]
    assert {
        "lines": 3,
        "sent": 2,
        "not_sent": 0,
        "bytes": len(values[0]) + len(values[1]),
        "seconds": 2.0,
        "per_second": 1,
        "provinces": {
            "tra-vinh": {
                "sent": 2,
                "next_offset": 7,
                "types": {"dossier.received": 1},
                "refused": 1,
            }
        },
        "refused": {"not_json": 2},
    } == delivery.as_json({"tra-vinh": 7})
    assert [
        "progress.tra-vinh: 2 sent, the next offset is 7",
        "  dossier.received 1, will be refused 1",
        f"3 read, 2 sent, {delivery.bytes} bytes in 2.0 s, 1 a second",
        "2 will become dead letters: `tiendo check` names each",
    ] == delivery.in_words({"tra-vinh": 7})


def test_lines_that_come_by_once_go_where_those_of_a_file_go() -> None:
    """A stray one waits for the first province that is named; none named, it goes to the first of all."""
    values = [b"stray", b'{"province":"hai-duong"}', b"last"]

    assert ["hai-duong"] * 3 == [one.province for one in lines_in(values)]
    assert values == [one.value for one in lines_in(values)]
    assert ["dong-nai"] == [one.province for one in lines_in([b"stray"])]


@pytest.mark.parametrize(("content", "count"), [(b"", 0), (b"a", 1), (b"a\n", 1), (b"\n\na", 3)])
def test_lines_are_counted_as_they_are_read(tmp_path: Path, content: bytes, count: int) -> None:
    """A last newline begins no other line."""
    path = tmp_path / "lines"
    path.write_bytes(content)

    assert count == count_lines(path)


def _register(folder: Path, name: str, text: str) -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("event_type", "head", "row"),
    [
        (
            "procedure.registered",
            "procedure_id,name,owner_agency_id,handling_level,service_group,one_stop,interlinked,active",
            "P1,Cấp giấy phép,A,so,G,1,0,1",
        ),
        (
            "fact.retracted",
            "data.type,data.subject,data.reason",
            "dossier.received,D1,entered twice",
        ),
    ],
)
def test_what_another_register_cannot_name_is_not_taken_back(
    tmp_path: Path, event_type: str, head: str, row: str
) -> None:
    """A procedure is dated by the event's own time, which was another register's; and a retraction is no fact."""
    now = _register(tmp_path, "now.csv", head + "\n")
    before = _register(tmp_path, "before.csv", f"{head}\n{row}\n")
    constants = {"type": event_type, "province": "tra-vinh", "source": "s", "agency": "A"}
    options = SheetOptions(constants=constants, as_of=AS_OF)

    with pytest.raises(UsageError, match=r"before.csv:2: a register cannot take back"):
        list(judged_rows(now, options, NOW_MS, before))


def test_a_fault_in_the_earlier_register_is_named(tmp_path: Path) -> None:
    """It cannot be said what is gone from it."""
    now = _register(tmp_path, "now.csv", "dossier_id\n")
    before = _register(tmp_path, "before.csv", "dossier_id\nD1\n")
    options = SheetOptions(
        constants={"type": "dossier.received", "province": "tra-vinh"}, as_of=AS_OF
    )

    with pytest.raises(UsageError, match=r"before.csv:2: not_cloudevent: source: "):
        list(judged_rows(now, options, NOW_MS, before))


def test_a_long_stage_without_a_terminal_says_now_and_then_how_far_it_is() -> None:
    """In plain lines: a log shows them."""
    clock = iter([0.0, 5.0, 10.0, 10.0, 12.0, 20.0, 20.0])
    out = io.StringIO()
    watch = Watch(Console(file=out), None, lambda: next(clock))

    watch.stage("Sending ...")
    for records in (1_000, 1_500, 500, 2_000):
        watch.sent(records, 5_000)

    assert ["Sending ...", "  2,500 of 5,000", "  5,000 of 5,000"] == out.getvalue().splitlines()
