"""Another release of the product, installed beside this one: our code with another version of the catalogue."""

from collections.abc import Mapping
from pathlib import Path
from shutil import copytree

from tests.support.processes import ROOT


def install(directory: Path, texts: Mapping[str, str]) -> Path:
    """Put a catalogue's files with the code around them into `directory`; return what stands on the path of its processes."""
    copytree(ROOT / "models", directory / "models")
    for name, text in texts.items():
        (directory / "models" / "catalogue" / name).write_text(text, encoding="utf-8")
    for package in ("sinks", "streams"):
        (directory / package).symlink_to(ROOT / package)
    return directory
