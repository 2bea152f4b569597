"""What the tree must not hold: addresses of registries, paths of a machine, files grown out of a screen's reach."""

import re
import subprocess
from pathlib import Path

ROOT = Path(__file__).parents[2]
LINES_AT_MOST = 600
MACHINE = re.compile(
    r"index-ur[l]|find-link[s]|https?://[^ \"')]+[.](?:whl|tgz|jar|deb)|/wor[k]/|/roo[t]/|/hom[e]/"
)


def test_no_file_names_a_registry_or_a_machine() -> None:
    """The project is made anywhere from names and hashes: no address of a registry, no absolute path of a machine."""
    named = [
        f"{path.relative_to(ROOT)}:{number}"
        for path in _tracked()
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1)
        if MACHINE.search(line)
    ]

    assert [] == named


def test_a_module_fits_in_a_head() -> None:
    """Past 400 lines it smells of two concepts, past 600 it holds them."""
    long = {
        str(path.relative_to(ROOT)): lines
        for path in _tracked()
        if path.suffix == ".py"
        and (lines := len(path.read_text(encoding="utf-8").splitlines())) > LINES_AT_MOST
    }

    assert {} == long


def _tracked() -> list[Path]:
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    )
    return [ROOT / name for name in listed.stdout.split("\0") if name and (ROOT / name).is_file()]
