"""Compiles the engine into the wheel: what computes becomes C, by mypyc, and stays the Python that everybody reads and tests.

A step of hatchling's, switched on by HATCH_BUILD_HOOK_ENABLE_CUSTOM=true; without it the wheel is the sources alone. What is compiled is
named in pyproject.toml. The checkout stays as it is: a compiled module beside its source would hide every later change of it.
"""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class CompileHook(BuildHookInterface[Any]):
    """Adds a compiled module beside each source that the configuration names."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Compile, and tell the builder what came out; raises SystemExit with the compiler's words where it fails."""
        if self.target_name != "wheel" or version == "editable":
            return
        self._directory = tempfile.TemporaryDirectory(prefix="tiendo-compiled-")
        made = Path(self._directory.name)
        with _inside(Path(self.root)):
            built = compiled(modules(Path(self.root), self.config), made)
        build_data["infer_tag"] = True
        build_data["pure_python"] = False
        for file in built.rglob("*.so"):
            build_data["force_include"][str(file)] = str(file.relative_to(built))

    def finalize(self, version: str, build_data: dict[str, Any], artifact_path: str) -> None:
        """Forget what was made for the wheel."""
        del version, build_data, artifact_path
        self._directory.cleanup()


def modules(root: Path, config: dict[str, Any]) -> list[str]:
    """Return the sources that are compiled: those that `compiled` names, less those of `interpreted`."""
    found = {path for pattern in config["compiled"] for path in root.glob(pattern)}
    left = {root / name for name in config["interpreted"]}
    unknown = sorted(str(path.relative_to(root)) for path in left - found)
    if unknown:
        raise SystemExit(
            f"pyproject.toml leaves out of the compiled modules what is none: {unknown}"
        )
    names = sorted(str(path.relative_to(root)) for path in found - left)
    return [name for name in names if not name.endswith("__init__.py")]


def compiled(sources: list[str], directory: Path) -> Path:
    """Compile sources of the present directory; return the directory where the modules lie as in the packages."""
    from mypyc.build import mypycify  # noqa: PLC0415 - neither is there where nothing is compiled
    from setuptools import Distribution  # noqa: PLC0415

    extensions = mypycify(
        ["--config-file", "pyproject.toml", "--cache-dir", str(directory / "cache"), *sources],
        opt_level="3",
        debug_level="0",
        target_dir=str(directory / "c"),
    )
    distribution = Distribution({"name": "tiendo", "packages": [], "ext_modules": extensions})
    command = distribution.get_command_obj("build_ext")
    command.build_lib = str(directory / "lib")
    command.build_temp = str(directory / "objects")
    command.ensure_finalized()
    command.run()
    return directory / "lib"


@contextmanager
def _inside(directory: Path) -> Iterator[None]:
    before = Path.cwd()
    os.chdir(directory)
    try:
        yield
    finally:
        os.chdir(before)
