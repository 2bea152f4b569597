"""A release is compiled from what pyproject.toml names, and only from that; TIENDO_TEST_RELEASE=compiled says that the tests run on one."""

import importlib
import importlib.util
import os
import tomllib
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
RELEASE = "TIENDO_TEST_RELEASE"


@pytest.fixture(scope="module")
def compiling() -> ModuleType:
    """Return the builder's step, which lies outside the packages."""
    spec = importlib.util.spec_from_file_location("compiling", ROOT / "deploy" / "compiling.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def config() -> dict[str, Any]:
    """Return the step's configuration."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    hooks: dict[str, Any] = project["tool"]["hatch"]["build"]["targets"]["wheel"]["hooks"]
    return dict(hooks["custom"])


def test_what_computes_is_compiled_and_what_libraries_look_into_is_not(
    compiling: ModuleType,
) -> None:
    """Mypyc's classes have no annotations for pydantic and msgspec; each pattern finds something."""
    names = compiling.modules(ROOT, config())

    assert {"models/fold.py", "models/merge.py", "models/panes.py", "models/envelope.py"} < {*names}
    assert all(list(ROOT.glob(pattern)) for pattern in config()["compiled"])
    for name in names:
        text = (ROOT / name).read_text(encoding="utf-8")
        assert not any(base in text for base in ("(BaseModel", "(Struct", "(msgspec.Struct")), name


def test_a_name_that_no_pattern_finds_is_an_error(compiling: ModuleType) -> None:
    """A module that was moved must not be compiled by mistake."""
    wrong = config() | {"interpreted": ["models/moved.py"]}

    with pytest.raises(SystemExit, match=r"models/moved\.py"):
        compiling.modules(ROOT, wrong)


def test_what_is_tested_is_what_is_shipped(compiling: ModuleType) -> None:
    """On a release every module that it compiles is imported as compiled, beside the sources none is."""
    shipped = os.environ.get(RELEASE) == "compiled"

    for name in compiling.modules(ROOT, config()):
        module = importlib.import_module(name.removesuffix(".py").replace("/", "."))
        assert str(module.__file__).endswith(".so") == shipped, name
