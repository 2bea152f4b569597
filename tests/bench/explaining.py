"""How long a question takes on a million subjects: `python -m tests.bench.explaining` prints one JSON line; filling takes some minutes.

The stored facts of as many dossiers are written as a worker leaves them, keys in no order of the table's; then the command is run
as people run it, a process each time. One agency has a dossier in 25 000, so that whoever asks for it looks through all.
"""

import argparse
import asyncio
import os
import resource
import statistics
import subprocess
import sys
import time
from datetime import date
from pathlib import Path
from typing import Final, NamedTuple

from models.catalogue import load_catalogue
from models.changes import Changes, CloseRow, Figure, HistoryRow, KpiKey, Mark, PaneKey, PartKey
from models.days import Day, Instant, date_of, day_from_date, day_of, start_of
from models.facts import Assertion, FactKey
from models.parts import MAIN, encode
from sinks.postgres.ledger import Claim, Ledger
from streams.embedded import embedded_postgres
from streams.provision import provide_schema
from streams.settings import Settings, load_settings
from tests.bench.report import report, tell

PROVINCE: Final = "dong-nai"
FIGURE: Final = "dossiers_on_time_share"
FIRST: Final = day_from_date(date(2016, 1, 4))
DAYS: Final = 1_700
LAST: Final = Day(FIRST + DAYS)
AGENCIES: Final = 200
SPARSE: Final = "so-thua"
ONE_IN: Final = 25_000
LATE_ONE_IN: Final = 5_000
"""Few are late, so that those that lack are hard to find."""
CHUNK: Final = 20_000
RUNS: Final = 3
_MICROSECONDS_AN_HOUR: Final = 3_600_000_000


def dossier(number: int, count: int) -> tuple[PartKey, bytes]:
    """Return a dossier's stored facts: received one day, and resolved three days later."""
    key = f"{number * 7919 % count:08d}"
    agency = _agency(number)
    day = FIRST + number % (DAYS - 5)
    taken, done = start_of(day) + 8 * _MICROSECONDS_AN_HOUR, start_of(day + 3)
    due = done - _MICROSECONDS_AN_HOUR if number % LATE_ONE_IN == 1 else done + 10 * _MICROSECONDS_AN_HOUR  # fmt: skip
    said = f'"dossier_id":"{key}","procedure_id":"p-{number % 300}","agency_id":"{agency}"'
    received = f'{{{said},"intake_channel":"counter","procedure_online_level":2,"received_at":{taken},"due_at":{due},"submitter_type":"citizen"}}'  # fmt: skip
    resolved = f'{{{said},"resolved_at":{done},"outcome":"granted","processing_level":2,"result_channel":"counter"}}'  # fmt: skip
    facts = [
        _fact("dossier.received", key, agency, taken, 2 * number, received),
        _fact("dossier.resolved", key, agency, done, 2 * number + 1, resolved),
    ]
    return PartKey("dossier", key, MAIN), encode(facts)


def _fact(
    fact: str, key: str, agency: str, moment: int, offset: int, canonical: str
) -> tuple[FactKey, Assertion]:
    day = day_of(moment)
    source = f"urn:tiendo:{PROVINCE}:motcua"
    assertion = Assertion(
        Instant(moment), source, f"{fact}-{key}", canonical, agency, day, moment, offset, payload={}
    )
    return FactKey(fact, key, None), assertion


async def fill(dsn: str, count: int) -> None:
    """Write the facts and what follows from them: panes, counts, a published figure that is not what they say."""
    catalogue = load_catalogue()
    await provide_schema(dsn, catalogue)
    ledger = Ledger(dsn, catalogue.engine_version)
    claim = await ledger.claim(PROVINCE)
    sums: dict[PaneKey, int] = {}
    mark = claim.mark
    for start in range(0, count, CHUNK):
        parts = dict(dossier(number, count) for number in range(start, min(start + CHUNK, count)))
        for number in range(start, min(start + CHUNK, count)):
            _add(number, sums)
        mark = await _commit(ledger, claim, mark, parts)
        tell(f"{mark.next_offset // 2} subjects")
    await _finish(ledger, claim, mark, sums)
    await ledger.close()


def _add(number: int, sums: dict[PaneKey, int]) -> None:
    """Add what a dossier brings to the measures that are asked for."""
    agency, day = _agency(number), Day(FIRST + number % (DAYS - 5))
    done = Day(day + 3)
    counted = {"dossiers_received": day, "dossiers_decided_with_due_date": done}
    if number % LATE_ONE_IN != 1:
        counted["dossiers_decided_on_time"] = done
    for measure, dated in counted.items():
        pane = PaneKey(measure, "", agency, dated)
        sums[pane] = sums.get(pane, 0) + 1


def _agency(number: int) -> str:
    return SPARSE if number % ONE_IN == 0 else f"so-{number % AGENCIES:03d}"


async def _commit(ledger: Ledger, claim: Claim, mark: Mark, parts: dict[PartKey, bytes]) -> Mark:
    after = Mark(next_offset=mark.next_offset + 2 * len(parts), last_crc=0)
    stored: dict[PartKey, bytes | None] = dict(parts)
    await ledger.commit(claim, Changes(PROVINCE, mark, after, parts=stored, new_parts=set(parts)))
    return after


async def _finish(ledger: Ledger, claim: Claim, mark: Mark, sums: dict[PaneKey, int]) -> None:
    closed = Day(LAST - 1)
    after = Mark(
        next_offset=mark.next_offset, last_crc=0, first_day=FIRST, as_of=LAST, closed=closed
    )
    panes = {pane: amount for pane, amount in sums.items() if amount != 0}
    key = KpiKey("house", FIGURE, "*")
    await ledger.commit(
        claim,
        Changes(
            PROVINCE, mark, after, panes=dict(panes), new_panes=set(panes),
            kept={("dossier.received", "so-001"): 1, ("dossier.resolved", "so-001"): 1},
            history=[HistoryRow(key, "year", closed, Figure(None, 1, 2), "bench")],
            closes=[CloseRow(closed, mark.next_offset - 200)],
        ),
    )  # fmt: skip


class Answered(NamedTuple):
    """What a question takes."""

    seconds: float
    """From the start of its process to its end; the median of some runs."""
    processor_seconds: float
    """Of its process, Postgres not among them: what a busy machine does not stretch."""


def answered(settings: Settings, province: str, *arguments: str) -> Answered:
    """Ask some times."""
    tiendo = str(Path(sys.executable).parent / "tiendo")
    environment = {
        **os.environ,
        "TIENDO_POSTGRES_DSN": settings.dsn,
        "TIENDO_KAFKA_BOOTSTRAP_SERVERS": settings.kafka_bootstrap_servers,
    }
    seconds, processor = [], []
    for _ in range(RUNS):
        began, before = time.perf_counter(), _children()
        subprocess.run(
            [tiendo, "explain", *arguments, "--province", province],
            check=True,
            stdout=subprocess.DEVNULL,
            env=environment,
        )
        seconds.append(time.perf_counter() - began)
        processor.append(_children() - before)
    return Answered(*(round(statistics.median(one), 2) for one in (seconds, processor)))


def _children() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


async def main() -> None:
    """Fill a database and ask."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.explaining", description=__doc__)
    parser.add_argument("--subjects", type=int, default=1_000_000)
    count = parser.parse_args().subjects
    closed = date_of(LAST - 1).isoformat()
    questions = {
        "help": ("--help",),
        "first_screen": ("dossiers_received",),
        "few_lacking": (FIGURE, "--window", "plan"),
        "agency": (FIGURE, "--window", "plan", "--agency", "so-007"),
        "sparse_agency": (FIGURE, "--window", "plan", "--agency", SPARSE),
        "restated": (FIGURE, "--as-of", closed),
    }
    async with embedded_postgres() as dsn:
        await fill(dsn, count)
        settings = load_settings(postgres_dsn=dsn)
        found = {}
        for name, arguments in questions.items():
            found[name] = await asyncio.to_thread(answered, settings, PROVINCE, *arguments)
            tell(
                f"{name}: {found[name].seconds} s, {found[name].processor_seconds} s of a processor"
            )
    report(
        bench="explaining", subjects=count, **{name: one._asdict() for name, one in found.items()}
    )


if __name__ == "__main__":
    asyncio.run(main())
