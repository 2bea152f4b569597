"""The commands of the supervisors' guide, as a reader copies them, on a database with some weeks of Trà Vinh."""

import asyncio
import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Final

import pytest

from models.days import date_of
from models.envelope import decode
from models.facts import Event, Record
from streams.simulator import simulate
from tests.support.folded import fold_log_into

pytestmark = pytest.mark.integration

GUIDE: Final = Path(__file__).parents[2] / "deploy" / "docs" / "for-supervisors.md"
COMMANDS: Final = re.compile(r"^```sh run\n(.*?)^```$", re.MULTILINE | re.DOTALL)
PROVINCE: Final = "tra-vinh"
DAYS: Final = 20


def test_the_commands_of_the_guide_work(database: str, tmp_path: Path) -> None:
    """Each succeeds, and what goes into a file is one object of JSON."""
    log = [
        Record(PROVINCE, offset, 1_800_000_000_000, None, line)
        for offset, line in enumerate(simulate(3, (PROVINCE,), DAYS))
    ]
    last = max(event.day for event in map(decode, log) if isinstance(event, Event))
    asyncio.run(fold_log_into(database, PROVINCE, log, date_of(last)))
    commands = "".join(COMMANDS.findall(GUIDE.read_text("utf-8")))

    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", commands],
        cwd=tmp_path,
        env={
            **os.environ,
            "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
            "TIENDO_POSTGRES_DSN": database,
        },
        check=False,
        capture_output=True,
        text=True,
        timeout=300,
    )

    assert (0, "") == (done.returncode, done.stderr)
    assert "Mở số liệu" in done.stdout
    assert json.loads((tmp_path / "vi-sao.json").read_text("utf-8"))["parts"]
