"""Imports point down only, as `pyproject.toml` says; here, so that `pytest` alone finds it out too."""

from pathlib import Path

from importlinter import cli

ROOT = Path(__file__).parents[2]


def test_imports_point_down_only() -> None:
    """From streams to sinks to models, and models knows no I/O: every contract of import-linter is kept."""
    status = cli.lint_imports(config_filename=str(ROOT / "pyproject.toml"))

    assert 0 == status
