"""Another release of the product, installed beside this one: our code with another version of the catalogue."""

from pathlib import Path
from shutil import copytree

from tests.support.processes import ROOT
from tests.support.variants import texts


def install(directory: Path, number: int) -> Path:
    """Put a version of the catalogue with the code around it into `directory`; return what stands on the path of its processes."""
    copytree(ROOT / "models", directory / "models")
    for name, text in texts(number).items():
        (directory / "models" / "catalogue" / name).write_text(text, encoding="utf-8")
    for package in ("sinks", "streams"):
        (directory / package).symlink_to(ROOT / package)
    return directory
