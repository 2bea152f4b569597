"""Logs of which only days and refused records matter: what a province keeps of a flood."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Final

from models.catalogue import ProvinceCatalogue
from models.days import VIETNAM, day_from_date
from models.facts import Record
from tests.support.drafts import Draft
from tests.support.plan_facts import MORNING
from tests.support.small_catalogue import compiled, files

PROVINCE: Final = "dong-nai"
TOPIC: Final = "progress.dong-nai"
FIRST_DAY: Final = date(2017, 3, 1)
DAY: Final = day_from_date(FIRST_DAY)
LEAST: Final = 4096
"""What a record counts at least."""
NOW_MS: Final = int(datetime(2026, 1, 1, tzinfo=VIETNAM).timestamp() * 1000)


class Begins(int):
    """So many days after the first: the record that begins such a day."""


def keeping(bytes_a_day: int) -> ProvinceCatalogue:
    """Return a small catalogue that keeps so much of a day."""
    return replace(compiled(files()).province(PROVINCE), dead_letter_bytes_a_day=bytes_a_day)


def day_begun(day: int, province: str = PROVINCE) -> bytes:
    """Return the event that begins the day so many days after the first."""
    at = datetime.combine(FIRST_DAY + timedelta(days=day), MORNING)
    subject = f"day/{at.date()}"
    return Draft("day.started", {}, "tiendo", at, at, at, subject, subject).line(province)


def value_of(one: int | None) -> bytes | None:
    """Return what a record holds: an event that begins a day, or so many bytes of nothing that can be read."""
    if isinstance(one, Begins):
        return day_begun(one)
    return None if one is None else b"\xff" * one


def log_of(*told: int | None) -> list[Record]:
    """Return a log: `Begins` is a day's first record, a number the length of a refused one, None a null one."""
    return records([value_of(one) for one in told])


def records(values: Sequence[bytes | None]) -> list[Record]:
    """Return a log of these values."""
    return [Record(PROVINCE, offset, NOW_MS, None, value) for offset, value in enumerate(values)]
