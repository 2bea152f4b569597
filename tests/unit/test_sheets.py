"""CSV as agencies have it: names, cells, delimiters, dates, faults; and which event a row becomes."""

import json
from pathlib import Path
from typing import Any

import pytest

from models.days import Instant
from models.errors import UsageError
from models.events import parse_instant
from models.mending import Refusal
from models.sheets.writing import DateFormat, Writing
from streams.sheets import RowFault, SheetLine, SheetOptions, read_sheet

NOW_MS = 1_577_836_800_000
"""2020-01-01T00:00:00Z."""
HEADER = "dossier_id,procedure_id,agency_id,intake_channel,procedure_online_level,received_at,due_at,submitter_type"
ROW = "D1,1.001,000.00.01.H59,online,4,2019-10-01T08:00:00+07:00,,citizen"
DOSSIERS = {
    "type": "vn.tiendo.dossier.received.v1",
    "province": "tra-vinh",
    "source": "urn:tiendo:tra-vinh:motcua",
}


def read(
    path: Path, text: str | bytes, options: SheetOptions | None = None
) -> list[SheetLine | RowFault]:
    """Write a file and read it."""
    path = path / "sheet.csv"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return list(read_sheet(path, options or SheetOptions(constants=DOSSIERS), NOW_MS))


def events(found: list[SheetLine | RowFault]) -> list[dict[str, Any]]:
    """Return the events of rows that must all be good."""
    assert [] == [row for row in found if isinstance(row, RowFault)]
    return [json.loads(row.line.value) for row in found if isinstance(row, SheetLine)]


def faults(found: list[SheetLine | RowFault]) -> list[tuple[int, str, str | None]]:
    """Return line, reason and field of the rows that are faults."""
    return [
        (row.number, row.refusal.reason, row.refusal.field)
        for row in found
        if isinstance(row, RowFault)
    ]


def test_a_row_becomes_the_event_that_its_payload_says(tmp_path: Path) -> None:
    """Subject, time, agency and key follow; an empty cell is a field left out; the id is the row's own."""
    (event,) = events(read(tmp_path, f"{HEADER}\n{ROW}\n"))

    assert {
        "specversion": "1.0",
        "type": "vn.tiendo.dossier.received.v1",
        "source": "urn:tiendo:tra-vinh:motcua",
        "id": event["id"],
        "subject": "D1",
        "partitionkey": "D1",
        "time": "2019-10-01T08:00:00+07:00",
        "province": "tra-vinh",
        "agency": "000.00.01.H59",
        "datacontenttype": "application/json",
        "data": {
            "dossier_id": "D1",
            "procedure_id": "1.001",
            "agency_id": "000.00.01.H59",
            "intake_channel": "online",
            "procedure_online_level": 4,
            "received_at": "2019-10-01T08:00:00+07:00",
            "submitter_type": "citizen",
        },
    } == event
    (again,) = events(read(tmp_path, f"{HEADER}\n{ROW}\n"))
    (other,) = events(read(tmp_path, f"{HEADER}\n{ROW.replace('online', 'post')}\n"))
    assert event == again
    assert event["id"] != other["id"]


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
def test_delimiters_newlines_and_a_byte_order_mark_are_found_out(
    tmp_path: Path, delimiter: str, newline: str, mark: bytes
) -> None:
    """As spreadsheets save them."""
    text = newline.join([HEADER, ROW, ""]).replace(",", delimiter)

    (event,) = events(read(tmp_path, mark + text.encode()))

    assert "D1" == event["subject"]


def test_a_fault_has_the_line_on_which_its_row_begins(tmp_path: Path) -> None:
    """Quoted newlines, blank lines and rows of nothing but delimiters count as lines, not as rows."""
    text = (
        f"{HEADER},note\n"
        f'{ROW},"two\nlines, and a ""quote"""\n'
        "\n"
        ",,,,,,,,\n"
        f"{ROW.replace('online', 'fax')},\n"
        f"{ROW.replace('D1', 'D2')}\n"
    )
    options = SheetOptions(constants=DOSSIERS, renamed={"note": ""})

    found = read(tmp_path, text, options)

    assert [2, 6, 7] == [
        row.number if isinstance(row, RowFault) else row.line.number for row in found
    ]
    assert [(6, "bad_payload", "intake_channel")] == faults(found)


@pytest.mark.parametrize(
    ("cell", "writing", "expected"),
    [
        ("2019-10-01T08:00:00Z", Writing(), "2019-10-01T08:00:00Z"),
        ("2019-10-01 08:00 +07:00", Writing(), "2019-10-01T08:00:00+07:00"),
        ("2019-10-01 8:05:09.5", Writing(offset="+07:00"), "2019-10-01T08:05:09.5+07:00"),
        ("1/10/2019 08:00", Writing(DateFormat.DAY_FIRST, "+07:00"), "2019-10-01T08:00:00+07:00"),
        ("10-1-2019 08:00", Writing(DateFormat.MONTH_FIRST, "Z"), "2019-10-01T08:00:00Z"),
        ("2019-10-01 08:00", Writing(DateFormat.DAY_FIRST, "Z"), "2019-10-01T08:00:00Z"),
    ],
)
def test_instants_are_written_as_the_sender_says(
    tmp_path: Path, cell: str, writing: Writing, expected: str
) -> None:
    """Nothing is guessed: what is not said is refused."""
    text = f"{HEADER}\n{ROW.replace('2019-10-01T08:00:00+07:00', cell)}\n"

    (event,) = events(read(tmp_path, text, SheetOptions(constants=DOSSIERS, writing=writing)))

    assert expected == event["data"]["received_at"]


@pytest.mark.parametrize(
    ("cell", "writing", "reason", "hint"),
    [
        ("2019-10-01 08:00", Writing(), "naive_instant", "or give --offset"),
        ("01/10/2019 08:00", Writing(offset="+07:00"), "bad_payload", "--date-format"),
        ("2019-10-01", Writing(offset="+07:00"), "bad_payload", "an instant with its offset"),
        ("13/13/2019 08:00", Writing(DateFormat.DAY_FIRST, "Z"), "bad_payload", "--date-format"),
        ("01/10/19 08:00", Writing(DateFormat.DAY_FIRST, "Z"), "bad_payload", "--date-format"),
    ],
)
def test_what_could_mean_two_things_is_a_fault_with_the_option_that_settles_it(
    tmp_path: Path, cell: str, writing: Writing, reason: str, hint: str
) -> None:
    """A day and a month are never guessed, nor an offset, nor a time of day."""
    text = f"{HEADER}\n{ROW.replace('2019-10-01T08:00:00+07:00', cell)}\n"

    (found,) = read(tmp_path, text, SheetOptions(constants=DOSSIERS, writing=writing))

    assert isinstance(found, RowFault)
    assert (reason, "received_at") == found.refusal[:2]
    assert hint in found.refusal.mend


def _sheet_of(
    tmp_path: Path,
    wire: str,
    cells: dict[str, str],
    writing: Writing | None = None,
    constants: dict[str, str] | None = None,
) -> Any:  # noqa: ANN401 - a row of either sort
    options = SheetOptions(
        constants={**DOSSIERS, "type": wire, "agency": "A1", **(constants or {})},
        writing=writing or Writing(),
    )
    text = f"{','.join(cells)}\n" + ",".join(f'"{cell}"' for cell in cells.values()) + "\n"
    (found,) = read(tmp_path, text, options)
    return found


def test_cells_take_the_type_of_their_field(tmp_path: Path) -> None:
    """Booleans, dates, decimals and lists as people write them."""
    found = _sheet_of(
        tmp_path,
        "vn.tiendo.agency.registered.v1",
        {
            "agency_id": " H59 ", "name": "Sở Y tế", "level": "so", "block": "nha_nuoc",
            "is_administrative": "TRUE", "handles_procedures": "có", "has_one_stop_unit": "0",
            "active": "yes", "valid_from": "1/2/2010",
        },
        writing=Writing(DateFormat.DAY_FIRST),
    )  # fmt: skip

    data = json.loads(found.line.value)["data"]
    assert ("H59", "Sở Y tế", "2010-02-01") == (data["agency_id"], data["name"], data["valid_from"])
    assert [True, True, False, True] == [
        data[name]
        for name in ("is_administrative", "handles_procedures", "has_one_stop_unit", "active")
    ]


@pytest.mark.parametrize(
    ("cell", "comma", "expected"),
    [("4", False, 4), ("4.5", False, 4.5), ("-0.25", False, -0.25), ("4,5", True, 4.5), ("1E+2", False, 100)],
)  # fmt: skip
def test_numbers_are_read_with_the_separator_that_is_said(
    tmp_path: Path,
    cell: str,
    comma: bool,  # noqa: FBT001 - a case
    expected: float,
) -> None:
    """And written as JSON numbers."""
    found = _survey(tmp_path, cell, comma=comma)

    assert expected == json.loads(found.line.value)["data"]["score"]


@pytest.mark.parametrize(
    ("cell", "comma"), [("4,5", False), ("1.000,5", True), ("1,000.5", False), ("4.5", True), ("x", False)]
)  # fmt: skip
def test_a_number_that_could_be_another_is_a_fault(
    tmp_path: Path,
    cell: str,
    comma: bool,  # noqa: FBT001 - a case
) -> None:
    """1.000 is a thousand to one person and one to another."""
    found = _survey(tmp_path, cell, comma=comma)

    assert ("bad_payload", "score") == found.refusal[:2]


def _survey(tmp_path: Path, score: str, *, comma: bool) -> Any:  # noqa: ANN401 - as above
    cells = {"survey_id": "S", "score": score, "electronic": "1"}
    constants = {"agency_id": "A1", "responded_at": "2019-10-01T08:00:00Z"}
    return _sheet_of(
        tmp_path,
        "vn.tiendo.survey.responded.v1",
        cells,
        constants=constants,
        writing=Writing(decimal_comma=comma),
    )


def test_a_field_called_like_an_attribute_is_written_with_data_before_it(tmp_path: Path) -> None:
    """`source` is the event's, `data.source` the payload's."""
    found = _sheet_of(
        tmp_path,
        "vn.tiendo.population.snapshot_published.v1",
        {"population_id": "P", "level": "xa", "count": "106", "as_of": "2019-01-01", "data.source": "Niên giám"},
    )  # fmt: skip

    event = json.loads(found.line.value)
    assert ("urn:tiendo:tra-vinh:motcua", "Niên giám") == (event["source"], event["data"]["source"])
    assert ("P/xa", "2019-01-01T00:00:00+07:00") == (event["subject"], event["time"])


def test_a_sheet_takes_facts_back(tmp_path: Path) -> None:
    """`fact.retracted` has payload fields called like attributes."""
    found = _sheet_of(
        tmp_path,
        "vn.tiendo.fact.retracted.v1",
        {"time": "2019-11-01T08:00:00+07:00", "data.type": "dossier.received", "data.subject": "D1", "data.reason": "entered twice"},
    )  # fmt: skip

    event = json.loads(found.line.value)
    assert ("D1", "D1") == (event["subject"], event["data"]["subject"])
    assert "dossier.received" == found.event.fact.type


def test_each_row_may_have_a_type_of_its_own(tmp_path: Path) -> None:
    """Named as in the vocabulary; a cell under a field that the type lacks is a fault, not dropped."""
    text = (
        "type,dossier_id,received_at,agency_id,procedure_id,intake_channel,procedure_online_level,submitter_type,"
        "from_agency_id,to_agency_id,electronic,signed,transferred_at\n"
        "dossier.received,D1,2019-10-01T08:00:00+07:00,A,P,online,4,citizen,,,,,\n"
        "dossier.transferred,D1,,,,,,,A,B,true,false,2019-10-02T08:00:00+07:00\n"
        "dossier.transferred,D1,,X,,,,,A,B,true,false,2019-10-02T08:00:00+07:00\n"
        ",D1,,,,,,,A,B,true,false,2019-10-02T08:00:00+07:00\n"
        "dossier.recieved,D1,,,,,,,,,,,\n"
    )
    options = SheetOptions(constants={**DOSSIERS, "agency": "A"})
    del options.constants["type"]  # type: ignore[attr-defined]  # a dict here

    found = read(tmp_path, text, options)

    assert ["dossier.received", "dossier.transferred"] == [
        row.event.name for row in found if isinstance(row, SheetLine)
    ]
    assert [
        (4, "bad_payload", "agency_id"),
        (5, "not_cloudevent", "type"),
        (6, "unknown_type", "type"),
    ] == faults(found)


@pytest.mark.parametrize(
    ("constants", "fault"),
    [
        ({"province": "tra-vinh", "source": ""}, ("not_cloudevent", "source")),
        ({"province": "ha-noi", "source": "s"}, ("wrong_province", "province")),
        ({"province": "", "source": "s"}, ("not_cloudevent", "province")),
        ({"province": "tra-vinh", "source": "s", "agency": "Sở Y tế"}, ("not_cloudevent", "agency")),
        ({"province": "tra-vinh", "source": "s", "subject": "D9"}, ("key_mismatch", "subject")),
        ({"province": "tra-vinh", "source": "s", "time": "2019-10-01 8:00"}, ("naive_instant", "time")),
        ({"province": "tra-vinh", "source": "s", "time": "2029-10-01T08:00:00Z"}, ("time_in_future", "time")),
        ({"province": "tra-vinh", "source": "s", "time": "1999-10-01T08:00:00Z"}, ("time_too_old", "time")),
    ],
)  # fmt: skip
def test_an_attribute_that_no_worker_takes_is_a_fault(
    tmp_path: Path, constants: dict[str, str], fault: tuple[str, str]
) -> None:
    """Judged as a worker judges the event that would be sent."""
    options = SheetOptions(constants={"type": "dossier.received", **constants})

    assert [(2, *fault)] == faults(read(tmp_path, f"{HEADER}\n{ROW}\n", options))


@pytest.mark.parametrize(
    ("text", "options", "said"),
    [
        ("", {}, "is empty: its first row names the columns"),
        ("dossier_id,dosier_id\n", {}, "column 'dosier_id' is neither an attribute nor a field of vn.tiendo.dossier.received.v1: did you mean dossier_id?"),
        ("dossier_id,Tên\n", {}, "write --column 'Tên=FIELD', or --column 'Tên=' to leave it out"),
        ("dossier_id,,\n", {}, "column 2 has no name"),
        ("dossier_id,dossier_id\n", {}, "two columns are dossier_id"),
        ("dossier_id\n", {"renamed": {"Mã": "dossier_id"}}, "the first row has no such name; it has dossier_id"),
        ("dossier_id\n", {"constants": {**DOSSIERS, "colour": "x"}}, "column 'colour' is neither"),
        ('dossier_id\n"D1\n', {}, "line 2 is no CSV"),
        (b"dossier_id\nH\xd3\n", {}, "is not UTF-8: save it as CSV UTF-8"),
    ],
)  # fmt: skip
def test_a_file_that_is_no_sheet_is_one_error_with_the_mend(
    tmp_path: Path, text: str | bytes, options: dict[str, Any], said: str
) -> None:
    """Before anything of it is sent."""
    with pytest.raises(UsageError) as error:
        read(tmp_path, text, SheetOptions(**{"constants": DOSSIERS, **options}))

    assert said in str(error.value)


def test_more_cells_than_names_is_a_fault(tmp_path: Path) -> None:
    """A delimiter that was not quoted; fewer cells are empty ones."""
    text = f"{HEADER}\n{ROW},x\n{ROW},\n"

    found = read(tmp_path, text)

    assert [(2, "bad_payload", None)] == faults(found)
    assert isinstance(found[0], RowFault)
    assert Refusal(
        "bad_payload", None, "9 cells under 8 names", "put cells that hold the delimiter in quotes"
    ) == (found[0].refusal)


def test_a_register_is_recorded_and_told_when_it_was_true(tmp_path: Path) -> None:
    """Sent again it is the same; as of another day each row is an assertion of its own."""
    text = f"{HEADER}\n{ROW}\n"

    def as_of(instant: Instant) -> dict[str, Any]:
        (event,) = events(read(tmp_path, text, SheetOptions(constants=DOSSIERS, as_of=instant)))
        return event

    march, may = parse_instant("2019-11-01T00:00:00+07:00"), parse_instant("2019-12-01T00:00:00Z")
    assert as_of(march) == as_of(march)
    assert ("2019-11-01T00:00:00+07:00",) * 2 == (
        as_of(march)["time"],
        as_of(march)["recordedtime"],
    )
    assert as_of(march)["id"] != as_of(may)["id"]
    assert as_of(march)["data"] == as_of(may)["data"]
