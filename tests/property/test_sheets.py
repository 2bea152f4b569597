"""A sheet says what JSON says: any event written as a row is the same fact, and `check` judges each line as a worker does."""

import csv
import io
import json
import tempfile
from pathlib import Path
from unicodedata import is_normalized

from hypothesis import assume, given
from hypothesis import strategies as st

from models.envelope import decode
from models.errors import PoisonMessage
from models.events import EventType, parse_instant
from models.events.examination import examine
from models.facts import Event, Record
from models.sheets.columns import column_named, columns_of
from models.sheets.rows import Sheet, SheetEvent
from models.topics import PROVINCES
from streams.inputs import judged_lines
from streams.publisher import STRUCTURED
from streams.sheets import SheetLine, SheetOptions, read_sheet
from tests.support.events import (
    KAFKA_TIMESTAMP,
    Attributes,
    cloud_events,
    event_types,
    line,
    natural_key,
    record_of,
)

NOW_MS = int(KAFKA_TIMESTAMP.timestamp() * 1000)
AS_OF = parse_instant("2025-12-31T00:00:00+07:00")
_COLUMNS = ("id", "source", "time", "recordedtime", "province", "agency")


def _cell(value: object) -> str:
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, list):
        return ";".join(value)
    return str(value)


def _writable(value: object) -> bool:
    """Return whether a cell can hold a value.

    Blanks around text and separators in a list cannot be told from others, and a sheet's numbers have exponents of two digits.
    """
    if isinstance(value, list):
        return all(_writable(item) and ";" not in item for item in value) and value != []
    if isinstance(value, float):
        return value == 0 or 1e-99 <= abs(value) < 1e100
    return not isinstance(value, str) or (value.strip() == value != "")


@given(
    event_types().flatmap(lambda known: st.tuples(st.just(known), cloud_events(st.just(known)))),
    st.sampled_from(",;\t"),
)
def test_an_event_written_as_a_row_is_the_same_fact(
    drawn: tuple[EventType, Attributes], delimiter: str
) -> None:
    """Of every type, under any delimiter: subject, moment and payload follow from the cells alone."""
    known, event = drawn
    payload = event["data"]
    assert isinstance(payload, dict)
    told = {name: value for name, value in payload.items() if value is not None}
    attributes = {name: str(event[name]) for name in _COLUMNS if name in event}
    assume(all(map(_writable, [*told.values(), *attributes.values()])))
    assume(is_normalized("NFC", attributes["id"]))
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter=delimiter)
    writer.writerow(["type", *attributes, *(f"data.{name}" for name in told)])
    writer.writerow([known.name, *attributes.values(), *map(_cell, told.values())])

    with tempfile.NamedTemporaryFile(suffix=".csv") as file:
        file.write(out.getvalue().encode())
        file.flush()
        (row,) = read_sheet(Path(file.name), SheetOptions(delimiter=delimiter), NOW_MS)

    assert isinstance(row, SheetLine), row
    direct, as_row = decode(record_of(event)), decode(record_of(json.loads(row.line.value)))
    assert isinstance(direct, Event)
    assert direct == as_row


@given(
    st.lists(
        st.one_of(
            cloud_events().map(line),
            st.binary(max_size=40),
            st.tuples(cloud_events(), st.sampled_from(("time", "data", "agency", "province"))).map(
                lambda drawn: json.dumps({**drawn[0], drawn[1]: "x"}).encode()
            ),
        ).filter(lambda value: b"\n" not in value),
        max_size=6,
    )
)
def test_a_file_is_judged_as_a_worker_judges_its_lines(values: list[bytes]) -> None:
    """The same reason, field and detail for each line, in the topic of the province that it names, or else the file's first."""
    named = [_province(value) for value in values]
    home = next((slug for slug in named if slug is not None), PROVINCES[0])
    expected: list[tuple[int, str, str | None, str]] = []
    for number, value in enumerate(values, start=1):
        record = Record(named[number - 1] or home, 0, NOW_MS, None, value, STRUCTURED)
        try:
            examine(record)
        except PoisonMessage as poison:
            expected.append((number, poison.reason, poison.field, poison.detail))

    with tempfile.NamedTemporaryFile() as file:
        file.write(b"".join(value + b"\n" for value in values))
        file.flush()
        found = list(judged_lines(Path(file.name), lambda: NOW_MS))

    assert values == [one.line.value for one in found if one.line is not None]
    assert expected == [(one.number, *one.refusal[:3]) for one in found if one.refusal is not None]


def _province(value: bytes) -> str | None:
    try:
        document = json.loads(value)
    except (ValueError, RecursionError):
        return None
    named = document.get("province") if isinstance(document, dict) else None
    return named if named in PROVINCES else None


@given(event_types().flatmap(lambda known: st.tuples(st.just(known), cloud_events(st.just(known)))))
def test_any_fact_can_stand_in_a_register(drawn: tuple[EventType, Attributes]) -> None:
    """Of each of the 47 types: it is recorded and told as of the register, and is the fact that the payload names."""
    known, event = drawn
    payload = event["data"]
    assert isinstance(payload, dict)
    told = {name: value for name, value in payload.items() if value is not None}
    assume(all(map(_writable, told.values())))
    columns = columns_of([f"data.{name}" for name in told], {}, known.wire_name)
    constants = {"type": known.name, "source": "s", "province": "hai-duong", "agency": "A"}
    sheet = Sheet(
        columns,
        {column_named(name, name, known.wire_name): text for name, text in constants.items()},
        as_of=AS_OF,
    )

    found = sheet.event([*map(_cell, told.values())], NOW_MS)

    assert isinstance(found, SheetEvent), found
    assert found == sheet.event([*map(_cell, told.values())], NOW_MS)
    accepted = decode(Record("hai-duong", 7, NOW_MS, None, found.value))
    assert isinstance(accepted, Event)
    assert (AS_OF, AS_OF) == (accepted.time, accepted.recorded)
    assert accepted.fact is not None
    assert (known.name, natural_key(known, payload)) == (accepted.fact.type, accepted.fact.key)
    assert known.moment != "time" or known.once or accepted.fact.moment == AS_OF
