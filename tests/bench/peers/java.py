"""Brings Kafka Streams through Maven and compiles the peer that uses it, once per machine, version and source."""

import fcntl
import hashlib
import os
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import Final

SOURCE: Final = Path(__file__).with_name("KafkaStreamsWorker.java")
POM: Final = Path(__file__).with_name("pom.xml")


def class_path() -> str:
    """Return the class path of the compiled peer; RuntimeError says what Maven or the compiler did not like."""
    made_of = hashlib.sha256(POM.read_bytes() + SOURCE.read_bytes()).hexdigest()[:16]
    cache = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "tiendo"
    home = cache / f"peer-{made_of}"
    cache.mkdir(parents=True, exist_ok=True)
    with (cache / "peer.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not home.is_dir():
            _make(home)
    return f"{home / 'classes'}:{home / 'libs'}/*"


def _make(home: Path) -> None:
    with tempfile.TemporaryDirectory(dir=home.parent) as scratch:
        made = Path(scratch) / "made"
        made.mkdir()
        shutil.copy(POM, made)
        _run(
            made,
            "mvn",
            "-q",
            "-B",
            "dependency:copy-dependencies",
            f"-DoutputDirectory={made}/libs",
        )
        _run(made, "javac", "-cp", f"{made}/libs/*", "-d", f"{made}/classes", str(SOURCE))
        made.rename(home)


def _run(directory: Path, *command: str) -> None:
    done = subprocess.run(command, cwd=directory, capture_output=True, check=False, text=True)
    if done.returncode != 0:
        raise RuntimeError(f"{command[0]} failed: {done.stdout[-2000:]}{done.stderr[-2000:]}")
