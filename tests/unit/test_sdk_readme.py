"""The README of the agencies' package: its ten lines to the first event are run as they stand."""

import re
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Final

import pytest

from models.envelope import decode
from models.facts import Event, Record
from tests.support.agency import NOWHERE
from tiendo_agency import agency as opened
from tiendo_agency.spool import FILE

README: Final = Path(__file__).parents[2] / "deploy/agency-sdk/README.md"


def test_the_first_ten_lines_make_an_event_that_the_server_takes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With no Kafka there: the event waits on the disk as it would be sent."""
    monkeypatch.setattr(opened.Agency.close, "__defaults__", (0.05,))
    (code,) = re.findall(r"```python\n(.*?)```", README.read_text("utf-8"), re.DOTALL)
    assert 10 >= len([line for line in code.splitlines() if line.strip()])
    here = code.replace("localhost:9092", NOWHERE).replace("/var/spool/tiendo", str(tmp_path))

    exec(compile(here, README.name, "exec"), {})  # noqa: S102 - what a reader would run

    with closing(sqlite3.connect(tmp_path / FILE)) as connection:
        ((topic, value),) = connection.execute("SELECT topic, value FROM event").fetchall()
    headers = (("content-type", b"application/cloudevents+json"),)
    assert "progress.tra-vinh" == topic
    assert isinstance(decode(Record("tra-vinh", 0, 1_600_000_000_000_000, None, value, headers)), Event)  # fmt: skip


def test_every_name_in_the_readme_is_one_of_the_package() -> None:
    """A method that is renamed is renamed there."""
    text = README.read_text("utf-8")
    methods = set(re.findall(r"agency\.(\w+)\(", text)) | set(re.findall(r"`(\w+)\(\)`", text))

    assert methods
    assert {name for name in methods if not hasattr(opened.Agency, name)} == set()
