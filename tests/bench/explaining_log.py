"""How long a question takes that only the log can answer: `python -m tests.bench.explaining_log` prints one JSON line.

One province's log of a million events is folded by a worker as it is; then the command is run as people run it. Its last day
has thousands of records, one agency in forty has few of them.
"""

import argparse
import asyncio
import itertools
from typing import Final

from models.topics import PROVINCES
from streams.simulator import load
from tests.bench.explaining import answered
from tests.bench.place import place
from tests.bench.publishing import publish_all
from tests.bench.report import report, tell

PROVINCE: Final = "dong-nai"
DAYS: Final = 300
AGENCIES: Final = 200
SLOWEST_EVENTS_PER_SECOND: Final = 500
RECORDS: Final = "agencies_reporting_share"
_SPARSE: Final = """
SELECT agency FROM tiendo.pane WHERE province = $1 AND measure = 'records' AND agency <> '*'
GROUP BY agency ORDER BY sum(amount), agency LIMIT 1"""
_CLOSED: Final = """
SELECT max(closed_day) - 30 FROM tiendo.close WHERE province = $1"""


async def main() -> None:
    """Fill a log, have it folded, and ask."""
    parser = argparse.ArgumentParser(
        prog="python -m tests.bench.explaining_log", description=__doc__
    )
    parser.add_argument("--events", type=int, default=1_000_000)
    count = parser.parse_args().events
    every = load(1, count * len(PROVINCES), DAYS, AGENCIES * len(PROVINCES))
    lines = (line for line in every if line[0] == PROVINCE)
    async with place(embedded=False) as here:
        tell("publishing ...")
        ends = dict.fromkeys(PROVINCES, 0)
        ends |= await publish_all(here.settings, itertools.islice(lines, count))
        tell("folding ...")
        worker = here.worker()
        await here.applied(worker, ends, within=60 + count / SLOWEST_EVENTS_PER_SECOND)
        await worker.stop()
        sparse = await here.connection.fetchval(_SPARSE, PROVINCE)
        earlier = await here.connection.fetchval(_CLOSED, PROVINCE)
        questions = {
            "records": (RECORDS,),
            "records_of_an_agency": (RECORDS, "--agency", sparse),
            "records_earlier": (RECORDS, "--as-of", earlier.isoformat()),
            "restated": ("dossiers_received", "--window", "30d", "--as-of", earlier.isoformat()),
            "restated_share": ("dossiers_on_time_share", "--as-of", earlier.isoformat()),
        }
        found = {}
        for name, arguments in questions.items():
            found[name] = await asyncio.to_thread(answered, here.settings, PROVINCE, *arguments)
            tell(
                f"{name}: {found[name].seconds} s, {found[name].processor_seconds} s of a processor"
            )
    report(
        bench="explaining_log", events=count, **{name: one._asdict() for name, one in found.items()}
    )


if __name__ == "__main__":
    asyncio.run(main())
