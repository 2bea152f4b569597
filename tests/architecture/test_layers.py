"""Imports point down only, as `pyproject.toml` says; here, so that `pytest` alone finds it out too."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_imports_point_down_only() -> None:
    """From streams to sinks to models, and models knows no I/O: every contract of import-linter is kept."""
    # In a process of its own: it reconfigures the logs of the one it runs in.
    linted = subprocess.run(
        [Path(sys.executable).parent / "lint-imports", "--no-logo"],
        cwd=ROOT,
        check=False,
        capture_output=True,
        text=True,
    )

    assert (0, "Contracts: 4 kept, 0 broken.") == (
        linted.returncode,
        linted.stdout.strip().splitlines()[-1],
    )
