"""The spool of the agencies' package: what is on the disk stays there through kills, limits and wrong hands."""

import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Final

import pytest

from tests.support.agency import SENDER, attributes, dossier
from tiendo_agency.errors import SpoolFull, SpoolUnusable
from tiendo_agency.events import Event, build
from tiendo_agency.spool import FILE, Spool

ROOMY: Final = 1024 * 1024
ROOT: Final = Path(__file__).parents[2]
_SENDER: Final = """
import itertools, sys
from pathlib import Path
from tiendo_agency.spool import Spool
from tiendo_agency.events import build
from tests.support.agency import SENDER, attributes, dossier
spool = Spool(Path(sys.argv[1]), 2**30)
for number in itertools.count():
    spool.add([build(SENDER, "dossier.received", dossier(), attributes(f"e{number}"))])
    print(f"e{number}", flush=True)
"""


def event(number: int) -> Event:
    """Return an event with an id of its own."""
    return build(SENDER, "dossier.received", dossier(f"D{number}"), attributes(f"e{number}"))


@contextmanager
def opened(folder: Path, max_bytes: int = ROOMY) -> Iterator[Spool]:
    """Open a spool for the length of a block."""
    spool = Spool(folder, max_bytes)
    try:
        yield spool
    finally:
        spool.close()


def ids(spool: Spool) -> list[str]:
    """Return the ids of all that waits, in order."""
    return [kept.event.id for kept in spool.first(1_000_000, 2**40)]


def test_events_wait_in_the_order_in_which_they_were_given(tmp_path: Path) -> None:
    """Over a restart, and until they are settled."""
    with opened(tmp_path) as spool:
        spool.add([event(0), event(1)])
        spool.add([event(2)])
    with opened(tmp_path) as spool:
        assert ["e0", "e1", "e2"] == ids(spool)
        assert [event(0), event(1)] == [kept.event for kept in spool.first(2, ROOMY)]
        spool.settle(spool.first(1, ROOMY), {})
        assert (["e1", "e2"], 2) == (ids(spool), spool.waiting)


def test_a_round_ends_with_the_event_that_goes_beyond_its_size(tmp_path: Path) -> None:
    """One event always comes, however large."""
    with opened(tmp_path) as spool:
        spool.add([event(0), event(1), event(2)])

        assert 1 == len(spool.first(10, 1))
        assert 2 == len(spool.first(10, len(event(0).value)))


def test_a_process_that_is_killed_loses_nothing_that_it_was_told_is_kept(tmp_path: Path) -> None:
    """With -9, in the middle of writing; the lock goes with the process."""
    with subprocess.Popen(
        [sys.executable, "-c", _SENDER, tmp_path],
        cwd=ROOT,
        env={"PYTHONPATH": f"{ROOT}:{ROOT / 'deploy/agency-sdk'}"},
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        told = [process.stdout.readline().strip() for _ in range(200)]
        process.send_signal(signal.SIGKILL)
        told += process.stdout.read().split()

    with opened(tmp_path, 2**30) as spool:
        kept = ids(spool)

    assert told == kept[: len(told)]
    assert len(kept) - len(told) in (0, 1)  # kept, and killed before it could say so


def test_a_second_process_is_told_whose_the_spool_is(tmp_path: Path) -> None:
    """Two would send each event twice and out of order."""
    with opened(tmp_path), pytest.raises(SpoolUnusable, match="belongs to another process"):
        Spool(tmp_path, ROOMY)


def test_a_full_spool_refuses_and_keeps_what_it_has(tmp_path: Path) -> None:
    """All or none of a batch; room comes back as events leave, and set aside ones take room."""
    one = len(event(0).value) + 256
    with opened(tmp_path, 2 * one) as spool:
        spool.add([event(0), event(1)])
        with pytest.raises(SpoolFull, match=r"2 events .* raise spool_max_bytes"):
            spool.add([event(2)])
        first, second = spool.first(2, ROOMY)
        spool.settle([first], {second.seq: "too large"})
        with pytest.raises(SpoolFull):
            spool.add([event(2), event(3)])
        spool.add([event(2)])

        assert (["e2"], 2 * one) == (ids(spool), spool.bytes)
    with opened(tmp_path, 2 * one) as spool:
        assert (1, 2 * one) == (spool.waiting, spool.bytes)
        spool.drop_refused()
        assert (1, one) == (spool.waiting, spool.bytes)


def test_events_that_were_set_aside_do_not_wait_until_they_are_taken_up_again(
    tmp_path: Path,
) -> None:
    """They are told with their reason, over a restart too."""
    with opened(tmp_path) as spool:
        spool.add([event(0), event(1)])
        spool.settle([], {spool.first(1, ROOMY)[0].seq: "too large"})
    with opened(tmp_path) as spool:
        assert (["e1"], 1) == (ids(spool), spool.waiting)
        assert [("e0", "dossier.received", "too large")] == spool.refused()

        spool.take_up_again()

        assert (["e0", "e1"], 2, []) == (ids(spool), spool.waiting, spool.refused())


def test_a_spool_of_another_version_is_left_alone(tmp_path: Path) -> None:
    """What it holds may mean something else."""
    with closing(sqlite3.connect(tmp_path / FILE)) as connection:
        connection.execute("PRAGMA user_version = 7")

    with pytest.raises(SpoolUnusable, match="another version"):
        Spool(tmp_path, ROOMY)


def test_a_file_that_is_no_spool_is_said_to_be_none(tmp_path: Path) -> None:
    """And is not written over."""
    (tmp_path / FILE).write_bytes(b"no database" * 100)

    with pytest.raises(SpoolUnusable, match="cannot be used"):
        Spool(tmp_path, ROOMY)
    assert (tmp_path / FILE).read_bytes() == b"no database" * 100


def test_every_commit_reaches_the_disk(tmp_path: Path) -> None:
    """WAL with synchronous=FULL: a power cut loses nothing either. The folder is its owner's alone."""
    with opened(tmp_path / "new") as spool:
        (mode,) = spool._connection.execute("PRAGMA journal_mode").fetchone()
        (level,) = spool._connection.execute("PRAGMA synchronous").fetchone()

    assert ("wal", 2) == (mode, level)
    assert 0o700 == (tmp_path / "new").stat().st_mode & 0o777
