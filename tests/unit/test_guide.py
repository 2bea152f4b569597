"""The guide for authors of plans, followed to the letter."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

GUIDE = Path(__file__).parents[2] / "deploy" / "docs" / "put-a-plan-into-tiendo.md"
BLOCK = re.compile(r"^```(\w+)(?: (\S+))?\n(.*?)^```$", re.MULTILINE | re.DOTALL)


@pytest.mark.slow
def test_every_step_of_the_guide_does_what_it_says(tmp_path: Path) -> None:
    """Files are written as they stand there, every command succeeds, and what a command says is what is shown below it."""
    said = ""
    shown = 0
    for language, mark, text in BLOCK.findall(GUIDE.read_text(encoding="utf-8")):
        if mark.startswith("file="):
            (tmp_path / mark.removeprefix("file=")).write_text(text, encoding="utf-8")
        elif (language, mark) == ("sh", "run"):
            said = _run(text, tmp_path)
        elif language == "text":
            shown += 1
            assert text in said

    assert 1 <= shown
    assert "<title>Kế hoạch ứng dụng" in (tmp_path / "plan.html").read_text(encoding="utf-8")


def test_the_example_of_the_guide_has_neither_faults_nor_notes(tmp_path: Path) -> None:
    """As the guide says."""
    (example,) = (text for _, mark, text in BLOCK.findall(GUIDE.read_text("utf-8")) if "=" in mark)
    (tmp_path / "plan.yaml").write_text(example, encoding="utf-8")

    assert "2 targets, 0 faults, 0 notes\n" == _run("tiendo plan check plan.yaml", tmp_path)


def _run(commands: str, folder: Path) -> str:
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", commands],
        cwd=folder,
        env={**os.environ, "PATH": f"{Path(sys.prefix) / 'bin'}:{os.environ['PATH']}"},
        check=False,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=60,
    )
    if done.returncode:
        pytest.fail(f"{commands}: {done.stdout}")
    return done.stdout
