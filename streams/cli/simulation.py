"""The command `simulate`: simulated events on stdout, at once or live, and what is true of them in a file."""

import datetime as dt
import json
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from models.days import VIETNAM, Day, day_from_date, day_of
from models.errors import UsageError
from streams.cli.provinces import Provinces, asked

if TYPE_CHECKING:
    from streams.simulator import Scenario, Simulation
    from streams.simulator.live import Pace

RUN: Final = "The run"
TROUBLE: Final = "What goes wrong: shares of the reports, 0 to 1"
LIVE: Final = "Live"

SECOND_MICROSECONDS: Final = 1_000_000
SECONDS_PER_DAY: Final = 86_400


def _share(name: str, what: str) -> typer.models.OptionInfo:
    option: typer.models.OptionInfo = typer.Option(
        name, metavar="SHARE", help=what, rich_help_panel=TROUBLE
    )
    return option


def simulate(  # noqa: PLR0913 - the options of the command
    *,
    seed: Annotated[
        int,
        typer.Option(
            "--seed", metavar="N", help="Same seed and options, same bytes.", rich_help_panel=RUN
        ),
    ] = 1,
    province: Provinces = None,
    days: Annotated[
        int | None,
        typer.Option(
            "--days", metavar="N", help="Only the first N days of each plan.", rich_help_panel=RUN
        ),
    ] = None,
    start: Annotated[
        str | None,
        typer.Option(
            "--start",
            metavar="DATE",
            help="Begin on this day instead of the first of each plan; the plans' own periods stay.",
            rich_help_panel=RUN,
        ),
    ] = None,
    rate: Annotated[
        float,
        typer.Option(
            "--rate",
            metavar="FACTOR",
            help="So many times as many dossiers, documents, ...; 1 is 30 to 70 events a weekday and province."
            " Registers stay.",
            rich_help_panel=RUN,
        ),
    ] = 1.0,
    agencies: Annotated[
        int,
        typer.Option(
            "--agencies",
            metavar="N",
            help="Agencies with dossiers and documents every day; the others report now and then.",
            rich_help_panel=RUN,
        ),
    ] = 24,
    officials: Annotated[
        int,
        typer.Option(
            "--officials", metavar="N", help="Officials in the register.", rich_help_panel=RUN
        ),
    ] = 14,
    truth: Annotated[
        Path | None,
        typer.Option(
            "--truth",
            metavar="FILE",
            dir_okay=False,
            help="Write what really happened: the house figures, counted without tiendo's engine (JSON).",
            rich_help_panel=RUN,
        ),
    ] = None,
    late: Annotated[float, _share("--late", "Arrive up to 60 days after the event.")] = 0.02,
    duplicate: Annotated[float, _share("--duplicate", "Arrive twice.")] = 0.01,
    correct: Annotated[float, _share("--correct", "Are wrong at first, and corrected.")] = 0.015,
    retract: Annotated[
        float, _share("--retract", "Are withdrawn; one in four of them is sent again later.")
    ] = 0.006,
    poison: Annotated[
        float, _share("--poison", "Cannot be read: a dead letter, and sent again as it should be.")
    ] = 0.003,
    out_of_order: Annotated[
        float, _share("--out-of-order", "Are overtaken by later ones, for up to two days.")
    ] = 0.0,
    live: Annotated[
        bool,
        typer.Option(
            "--live",
            help="Print each event when it is due, from now on; Ctrl-C ends it.",
            rich_help_panel=LIVE,
        ),
    ] = False,
    speed: Annotated[
        float | None,
        typer.Option(
            "--speed",
            metavar="N",
            help="N times as fast as the clock, from the first day of each plan or --start, until it has caught up"
            " with the clock.",
            rich_help_panel=LIVE,
        ),
    ] = None,
) -> None:
    """Print simulated events of the provinces' plans: NDJSON on stdout.

    To a broker, an hour in every second: tiendo simulate --live --speed 3600 | tiendo publish -
    """
    from streams.simulator import Scenario, Simulation, Trouble

    scenario = Scenario(
        seed=seed,
        days=days,
        start=None if start is None else _day(start),
        volume=rate,
        agencies=agencies,
        officials=officials,
        trouble=Trouble(
            late=late,
            duplicated=duplicate,
            corrected=correct,
            retracted=retract,
            broken=poison,
            out_of_order=out_of_order,
        ),
    )
    provinces = asked(province)
    if live:
        if truth is not None:
            raise UsageError("--truth is of a run that is over: leave --live out, or --truth")
        play_live(scenario, provinces, speed, Clock())
        return
    if speed is not None:
        raise UsageError("--speed is for --live: add it, or leave --speed out")
    if truth is not None and not truth.parent.is_dir():
        raise UsageError(f"--truth {truth}: there is no directory {truth.parent}; make it")
    simulation = Simulation(scenario, provinces, witnessed=truth is not None)
    for line in simulation.lines():
        sys.stdout.buffer.write(line + b"\n")
    sys.stdout.buffer.flush()
    if truth is not None:
        _write_truth(truth, simulation)


@dataclass(frozen=True, slots=True)
class Clock:
    """What a live run takes its time from."""

    now: Callable[[], float] = time.time
    """Seconds since the epoch in UTC."""
    sleep: Callable[[float], None] = time.sleep


def play_live(
    scenario: "Scenario", provinces: tuple[str, ...], speed: float | None, clock: Clock
) -> None:
    """Print each line when it is due, until the run or the user's patience ends.

    Raises:
        UsageError: it would begin after today, or stand still.
    """
    from streams.simulator import Simulation
    from streams.simulator.live import play

    scenario, pace = _paced(scenario, speed, clock.now())
    try:
        for line in play(Simulation(scenario, provinces).timed(), pace, clock.now, clock.sleep):
            sys.stdout.buffer.write(line + b"\n")
            sys.stdout.buffer.flush()
    except KeyboardInterrupt:  # how a person ends it, and no failure
        return


def _paced(scenario: "Scenario", speed: float | None, now: float) -> tuple["Scenario", "Pace"]:
    """Return the scenario with its first day, and the pace: from now on, or faster from an earlier day."""
    from dataclasses import replace

    from streams.simulator.live import Pace

    if speed is not None and not 0 < speed < float("inf"):
        raise UsageError(f"--speed is {speed}; give more than 0, 1 being the clock's own speed")
    micros = int(now * SECOND_MICROSECONDS)
    today = day_of(micros)
    if scenario.start is not None and scenario.start > today:
        raise UsageError("--start is after today: live events cannot come from the future")
    if scenario.start is None and speed is None:
        midnight = day_of(micros) * SECONDS_PER_DAY - VIETNAM.utcoffset(None).total_seconds()
        return replace(scenario, start=today), Pace(now, skipped=now - midnight)
    return scenario, Pace(now, speed=1.0 if speed is None else speed)


def _write_truth(path: Path, simulation: "Simulation") -> None:
    from streams.simulator.truth import written

    text = json.dumps(written(simulation.truth()), ensure_ascii=False, indent=1)
    try:
        path.write_text(f"{text}\n", encoding="utf-8")
    except OSError as error:
        raise UsageError(f"cannot write {path}: {error.strerror}; name another file") from error


def _day(text: str) -> Day:
    try:
        return day_from_date(dt.date.fromisoformat(text))
    except ValueError as error:
        raise UsageError(f"--start {text!r} is no day: write it as 2019-10-31") from error
