"""The agencies' package stands alone: it imports what it declares and nothing of the server, and the server nothing of it."""

import ast
import re
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Final
from zipfile import ZipFile

ROOT: Final = Path(__file__).parents[2]
SDK: Final = ROOT / "deploy/agency-sdk"


def imported(folder: Path) -> set[str]:
    """Return the top-level names that the modules of a folder import."""
    names = set()
    for path in folder.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Import):
                names |= {alias.name.partition(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom):
                names.add((node.module or "").partition(".")[0])
    return names


def test_the_package_imports_what_it_declares_and_nothing_else() -> None:
    """An agency installs it without the server, and nothing that it needs is missing or left over."""
    declared = tomllib.loads((SDK / "pyproject.toml").read_text("utf-8"))["project"]["dependencies"]
    names = {re.split(r"[^\w-]", one, maxsplit=1)[0].replace("-", "_").lower() for one in declared}

    assert names == imported(SDK) - sys.stdlib_module_names - {"tiendo_agency"}


def test_the_server_imports_nothing_of_the_package() -> None:
    """What they share is the schemas; import-linter says it too."""
    for folder in ("models", "sinks", "streams"):
        assert "tiendo_agency" not in imported(ROOT / folder)


def test_the_wheel_has_the_schemas_and_says_that_it_is_typed(tmp_path: Path) -> None:
    """What an agency installs works without the repository."""
    built = subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", tmp_path],
        cwd=SDK,
        check=False,
        capture_output=True,
        text=True,
    )
    assert 0 == built.returncode, built.stderr
    (wheel,) = tmp_path.glob("*.whl")

    with ZipFile(wheel) as archive:
        names = set(archive.namelist())

    modules = {str(path.relative_to(SDK)) for path in (SDK / "tiendo_agency").glob("*.py")}
    assert modules | {"tiendo_agency/vocabulary.json", "tiendo_agency/py.typed"} <= names
    assert all(name.startswith("tiendo_agency") for name in names)
