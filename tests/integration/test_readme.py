"""The README's commands, as a reader copies them."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from models.topics import PROVINCES
from sinks.postgres.connection import Connection

pytestmark = pytest.mark.integration

ROOT = Path(__file__).parents[2]
BLOCK = re.compile(r"^```(sh|sql)( run)?\n(.*?)^```$", re.MULTILINE | re.DOTALL)
README = (ROOT / "README.md").read_text(encoding="utf-8")


def _blocks(language: str, *, run: bool) -> list[str]:
    return [
        text for kind, mark, text in BLOCK.findall(README) if (kind, bool(mark)) == (language, run)
    ]


@pytest.mark.parametrize("commands", _blocks("sh", run=True))
def test_a_block_of_commands_runs(commands: str, tmp_path: Path) -> None:
    """From a directory with `.venv` in it, every command of the block succeeds."""
    (tmp_path / ".venv").symlink_to(sys.prefix)

    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", commands],
        cwd=tmp_path,
        env={**os.environ, "CI": ""},
        check=False,
        capture_output=True,
        text=True,
        timeout=120,
    )

    assert (0, "") == (done.returncode, done.stderr if done.returncode else "")


async def test_the_queries_of_the_readme_run(connection: Connection) -> None:
    """Views and columns are called as the README says."""
    for statement in " ".join(_blocks("sql", run=True)).split(";"):
        if statement.strip():
            await connection.fetch(statement)


def test_every_command_that_is_named_exists() -> None:
    """`tiendo X` is a command, `make X` a target, `alerts.X` a topic of a province that there is."""
    shown = "\n".join([*_blocks("sh", run=False), *_blocks("sh", run=True)])
    known = subprocess.run(
        [Path(sys.prefix) / "bin" / "tiendo", "--help"], check=True, capture_output=True, text=True
    ).stdout

    assert [] == [name for name in re.findall(r"tiendo (\w+)", shown) if f" {name} " not in known]
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    assert [] == [
        name for name in re.findall(r"make (\w+)", README) if f"\n{name}:" not in makefile
    ]
    assert set(re.findall(r"alerts\.([a-z-]+)", shown)) <= set(PROVINCES)
