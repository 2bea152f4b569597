"""The command `simulate`: its options, the truth beside the events, and runs that play live."""

import inspect
import json
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import pytest

from models.days import VIETNAM, date_of, day_from_date
from models.envelope import decode
from models.facts import DeadLetter, Record
from streams.cli.app import run
from streams.cli.simulation import Clock, play_live, simulate
from streams.simulator import CALM, Scenario, Trouble

ONE_DAY = ["simulate", "--province", "tra-vinh", "--days", "2"]
NOON = datetime(2026, 3, 4, 12, tzinfo=VIETNAM)


@pytest.mark.slow
@pytest.mark.parametrize(
    "options",
    [
        ["--start", "2026-03-04"],
        ["--rate", "3"],
        ["--agencies", "40"],
        ["--officials", "30"],
        ["--late", "0.3"],
        ["--duplicate", "0.3"],
        ["--correct", "0.3"],
        ["--retract", "0.3"],
        ["--poison", "0.3"],
        ["--out-of-order", "0.3"],
    ],
    ids=lambda options: options[0],
)
def test_an_option_changes_the_log_and_the_same_options_give_the_same_bytes(
    options: list[str], capsysbinary: pytest.CaptureFixture[bytes]
) -> None:
    """Each option does something, and nothing depends on chance."""
    logs = []
    for arguments in (ONE_DAY, [*ONE_DAY, *options], [*ONE_DAY, *options]):
        assert 0 == run(arguments)
        logs.append(capsysbinary.readouterr().out)

    assert logs[0] != logs[1]
    assert logs[1] == logs[2]


def test_the_help_shows_the_shares_that_a_run_has_by_default() -> None:
    """Without options the command prints what `simulate` gives."""
    trouble, scenario = Trouble(), Scenario()
    shown = {name: one.default for name, one in inspect.signature(simulate).parameters.items()}

    assert {
        "late": trouble.late,
        "duplicate": trouble.duplicated,
        "correct": trouble.corrected,
        "retract": trouble.retracted,
        "poison": trouble.broken,
        "out_of_order": trouble.out_of_order,
        "rate": scenario.volume,
        "agencies": scenario.agencies,
        "officials": scenario.officials,
        "seed": scenario.seed,
    } == {
        name: default
        for name, default in shown.items()
        if name not in {"province", "days", "start", "truth", "live", "speed"}
    }
    assert {"late_days"} == asdict(trouble).keys() - {
        "late", "duplicated", "corrected", "retracted", "broken", "out_of_order",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--days", "0"], "--days is 0; give at least 1"),
        (["--start", "4/3/2026"], "is no day: write it as 2019-10-31"),
        (["--start", "1999-12-31"], "give a day from 2000-01-01"),
        (["--rate", "-1"], "give 0 or more"),
        (["--rate", "nan"], "give 0 or more"),
        (["--agencies", "2"], "give 3 to 202, as many as dong-nai has"),
        (["--agencies", "203"], "give 3 to 202, as many as dong-nai has"),
        (["--officials", "0"], "give 1 to 9999"),
        (["--late", "1.5"], "a share of 1.5 is late: give 0 to 1"),
        (["--out-of-order", "-0.1"], "a share of -0.1 is out of order: give 0 to 1"),
        (["--late", "0.6", "--correct", "0.6"], "give shares that come to 1 or less"),
        (["--speed", "2"], "--speed is for --live"),
        (["--live", "--speed", "0"], "give more than 0"),
        (["--live", "--start", "2089-01-01"], "--start is after today"),
        (["--live", "--truth", "truth.json"], "--truth is of a run that is over"),
        (["--truth", "/no/such/place/truth.json"], "there is no directory /no/such/place"),
    ],
    ids=" ".join,
)
def test_a_run_that_cannot_be_is_one_sentence_with_the_mend(
    options: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Exit status 2, and nothing on stdout."""
    assert 2 == run(["simulate", *options])

    out, err = capsys.readouterr()
    assert "" == out
    assert said in err
    assert 1 == err.count("\n")


def test_the_truth_stands_in_a_file_of_its_own(
    tmp_path: Path, capsysbinary: pytest.CaptureFixture[bytes]
) -> None:
    """The events on stdout are those of the same run without it."""
    path = tmp_path / "truth.json"
    assert 0 == run(ONE_DAY)
    plain = capsysbinary.readouterr().out

    assert 0 == run([*ONE_DAY, "--truth", str(path)])

    assert plain == capsysbinary.readouterr().out
    document = json.loads(path.read_text(encoding="utf-8"))
    assert ["tra-vinh"] == list(document)
    assert "2019-01-02" == document["tra-vinh"]["last_day"]


@dataclass
class FakeClock:
    """A clock that moves only while somebody sleeps, and rings Ctrl-C at a given time."""

    time: float
    until: float = float("inf")
    naps: list[float] = field(default_factory=list)

    def now(self) -> float:
        """Return what it shows."""
        return self.time

    def sleep(self, seconds: float) -> None:
        """Move on, or ring."""
        if self.time + seconds > self.until:
            raise KeyboardInterrupt
        self.naps.append(seconds)
        self.time += seconds

    @property
    def clock(self) -> Clock:
        """The clock as a run takes it."""
        return Clock(self.now, self.sleep)


def live(
    scenario: Scenario,
    speed: float | None,
    clock: FakeClock,
    capsysbinary: pytest.CaptureFixture[bytes],
    provinces: tuple[str, ...] = ("tra-vinh",),
) -> list[bytes]:
    """Return the lines that a live run prints until it ends."""
    play_live(scenario, provinces, speed, clock.clock)
    return capsysbinary.readouterr().out.splitlines()


def instant(line: bytes, attribute: str = "recordedtime") -> datetime:
    """Return an instant that an event bears."""
    return datetime.fromisoformat(msgspec.json.decode(line)[attribute])


def test_a_live_run_begins_now_and_no_event_comes_before_it_happened(
    capsysbinary: pytest.CaptureFixture[bytes],
) -> None:
    """What was over at noon comes at once; the rest of the day is waited for, and dated with the time that it is."""
    clock = FakeClock(NOON.timestamp())

    lines = live(Scenario(days=1, trouble=CALM), None, clock, capsysbinary)

    days = {instant(line, "time").date() for line in lines}
    assert {NOON.date()} == days
    later = [instant(line) for line in lines if instant(line) > NOON]
    assert NOON < later[-1] == datetime.fromtimestamp(clock.time, UTC)
    assert len(clock.naps) == len(set(later))


def test_every_event_of_a_live_run_is_accepted_when_it_comes(
    capsysbinary: pytest.CaptureFixture[bytes],
) -> None:
    """None is dated more than a day ahead of the clock, however fast the run catches up with it."""
    start = day_from_date(NOON.date() - timedelta(days=20))
    clock = FakeClock(NOON.timestamp())
    scenario = Scenario(start=start, days=25, trouble=CALM)

    arrivals = [
        (max(NOON.timestamp(), instant(line).timestamp()), line)
        for line in live(scenario, 86_400.0, clock, capsysbinary)
    ]
    refused = [
        verdict
        for now, line in arrivals
        if isinstance(
            verdict := decode(Record("tra-vinh", 0, int(now * 1000), None, line)), DeadLetter
        )
    ]

    assert [] == refused
    last = datetime.fromtimestamp(clock.time, VIETNAM).date()
    assert date_of(start + 24) == last  # caught up after twenty seconds, then day by day


def test_a_fast_run_takes_an_nth_of_the_time_and_prints_the_lines_of_the_plain_run(
    capsysbinary: pytest.CaptureFixture[bytes],
) -> None:
    """Ten days of two plans in ten days of seconds / 3600; each province counts from its own first day."""
    clock = FakeClock(NOON.timestamp())
    provinces = ("tra-vinh", "hai-duong")

    lines = live(Scenario(days=10), 3600.0, clock, capsysbinary, provinces)

    assert 9 * 24 < clock.time - NOON.timestamp() < 10 * 24
    assert 0 == run(
        ["simulate", "--province", "tra-vinh", "--province", "hai-duong", "--days", "10"]
    )
    plain = capsysbinary.readouterr().out.splitlines()
    for province in (b'"province":"tra-vinh"', b'"province":"hai-duong"'):
        assert [line for line in plain if province in line] == [
            line for line in lines if province in line
        ]
    assert len(plain) == len(lines)


def test_ctrl_c_ends_a_live_run_after_a_whole_line(
    capsysbinary: pytest.CaptureFixture[bytes],
) -> None:
    """It is how a person ends it, and no failure."""
    clock = FakeClock(NOON.timestamp(), until=NOON.timestamp() + 3600)

    play_live(Scenario(trouble=CALM), ("tra-vinh",), None, clock.clock)

    printed = capsysbinary.readouterr().out
    assert printed.endswith(b"}\n")
    assert {"1.0"} == {msgspec.json.decode(line)["specversion"] for line in printed.splitlines()}
    assert NOON.timestamp() <= clock.time <= NOON.timestamp() + 3600
