"""`make chaos` and `make chaos-long`: strike, verify, compare, and print one JSON line; status 1 where a row differs."""

import argparse
import asyncio
import json
import signal
import sys
from typing import Final

from tests.chaos.faults.fault import Fault
from tests.chaos.faults.freezing import Frozen, FrozenAt
from tests.chaos.faults.killing import DeskKilled, Killed, KilledAt, RelayKilledAt
from tests.chaos.faults.membership import Churn
from tests.chaos.faults.network import CommitCut
from tests.chaos.faults.senders import ClockSkew, PoisonFlood
from tests.chaos.faults.services import BrokerStopped, DiskFull, PostgresStopped
from tests.chaos.run import Form, Outcome, run, tell
from tests.chaos.steps import Step
from tests.chaos.verifying import lines
from tests.support.proxy import Cut

_RELAYS: Final = (Step.BEFORE_PUBLISHED, Step.BEFORE_MARKED)
_EACH_STEP: Final[tuple[Fault, ...]] = (
    *(KilledAt(step) for step in Step if step not in _RELAYS),
    *(RelayKilledAt(step) for step in _RELAYS),
)
_ONCE: Final[tuple[Fault, ...]] = (
    *_EACH_STEP,
    DeskKilled(),
    Frozen(),
    FrozenAt(Step.BEFORE_BEGIN),
    FrozenAt(Step.AFTER_BEGIN),
    CommitCut(Cut.AFTER),
    CommitCut(Cut.BEFORE),
    PostgresStopped(),
    DiskFull(),
    Churn(),
    ClockSkew(),
    PoisonFlood(2_000),
)


def forms(kills: int, events: int) -> dict[str, Form]:
    """Return the forms of a run; the long one with so many kills and events."""
    short = (*_ONCE, BrokerStopped(10.0), *[Killed()] * 10)
    others = max(kills // 40, 1)
    long = (*_ONCE * others, BrokerStopped(60.0), *[Killed()] * (kills - len(_EACH_STEP) * others))
    return {
        "short": Form("short", 100_000, days=45, small_recipes=300, seconds=150, faults=short),
        "long": Form(
            "long", events, days=90, small_recipes=600, seconds=6.0 * len(long), faults=long
        ),
    }


def report(form: Form, seed: int, outcome: Outcome) -> None:
    """Tell what was done and what came of it."""
    tell(
        f"{form.name}, seed {seed}: {outcome.events} events, {outcome.fenced} refused writes of former owners"
    )
    for kind, count in sorted(outcome.faults.items()):
        tell(f"  {kind}: {count}")
    tell("rows:")
    for line in outcome.compared.lines():
        tell(line)
    tell("tiendo verify:")
    for line in lines(outcome.verified):
        tell(line)


def main() -> int:
    """Run a form; return the exit status."""
    parser = argparse.ArgumentParser(prog="python -m tests.chaos", description=__doc__)
    parser.add_argument("--form", choices=("short", "long"), default="short")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--kills", type=int, default=200, help="of the long form")
    parser.add_argument("--events", type=int, default=1_000_000, help="of the long form")
    options = parser.parse_args()
    form = forms(options.kills, options.events)[options.form]
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # the services end with the run
    outcome = asyncio.run(run(form, options.seed))
    report(form, options.seed, outcome)
    line, status = result(form, outcome)
    sys.stdout.write(json.dumps(line) + "\n")
    return status


def result(form: Form, outcome: Outcome) -> tuple[dict[str, object], int]:
    """Return the line that is printed, and the exit status: 1 where a row differs, for the harness or for `tiendo verify`."""
    differing = outcome.compared.differing.total()
    disputed = sum(one.rows_differing for one in outcome.verified)
    line = {
        "chaos": form.name,
        "events": outcome.events,
        "faults": dict(sorted(outcome.faults.items())),
        "fenced": outcome.fenced,
        "rows_compared": outcome.compared.compared.total(),
        "rows_differing": differing,
        "verify": "differs" if disputed else "equal",
    }
    return line, int(differing > 0 or disputed > 0)


if __name__ == "__main__":
    sys.exit(main())
