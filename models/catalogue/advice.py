"""Say what the author of a plan should look at again: nothing here keeps a plan from loading.

A plan of a province that this installation does not know can be checked and reviewed; what it needs to run is said here.
"""

from collections.abc import Iterator
from typing import Final
from unicodedata import is_normalized

from models.definitions import Kind, PlanFile, Target
from models.errors import Fault
from models.messages import UNITS
from models.place import Place, did_you_mean
from models.topics import PROVINCES

OPEN_WORDS: Final = ("thường xuyên", "cơ bản", "hầu hết", "phần lớn", "đa số", "kịp thời")
"""Words that promise something and leave open how much of it, or how often."""


def advice(file: str, plan: PlanFile) -> list[Fault]:
    """Return what to look at again, in the order of the file."""
    return [
        *_of_plan(file, plan),
        *(one for target in plan.targets for one in _of_target(file, plan, target)),
    ]


def _of_plan(file: str, plan: PlanFile) -> Iterator[Fault]:
    header, place = plan.plan, Place(file, plan.plan.id)
    if header.province not in PROVINCES:
        yield place.advice(
            "province",
            f"{header.province} is no province of this installation",
            word=header.province,
            mend=did_you_mean(
                header.province,
                PROVINCES,
                "add it to PROVINCES and PROVINCE_NAMES in models/topics.py before the plan is "
                "put in; until then it can only be checked and shown",
            ),
        )
    if header.period_end < header.period_start:
        yield place.advice(
            "period_end",
            f"{header.period_end} is before the plan's start",
            word=str(header.period_end),
            mend="see the years in the plan's title",
        )
    if not plan.targets:
        yield place.advice("targets", "the plan has no target", mend="write one under `targets`")


def _of_target(file: str, plan: PlanFile, target: Target) -> Iterator[Fault]:
    place, header = Place(file, target.id), plan.plan
    for field, day in (("start", target.start), ("deadline", target.deadline)):
        if day is not None and not header.period_start <= day <= header.period_end:
            yield place.advice(
                field,
                f"{day} is outside the plan's period",
                word=str(day),
                mend="leave it if the plan says so: the figure is then read over the year of that day",
            )
    if target.start is not None and target.start > target.deadline:
        yield place.advice(
            "start",
            f"{target.start} is after the deadline",
            word=str(target.start),
            mend="see the section again",
        )
    if target.unit not in UNITS and target.kind is not Kind.MILESTONE:
        yield place.advice(
            "unit",
            f"{target.unit} has no name in Vietnamese",
            word=target.unit,
            mend=did_you_mean(target.unit, UNITS, "add it to UNITS in models/messages.py"),
        )
    if target.indicator is None:
        yield place.advice(
            "indicator",
            "the target has no definition, so it will never be judged",
            mend="write `indicator:`; where no seed gives the reference, say so with `missing:`",
        )
    left_open = [word for word in OPEN_WORDS if word in target.text_vi.casefold()]
    ruled = target.indicator is not None and target.indicator.house_rule is not None
    if left_open and not ruled:
        yield place.advice(
            "house_rule",
            f"the sentence leaves open what {', '.join(left_open)} means",
            mend="say what you take it to mean, in both languages, under `indicator: {house_rule: ...}`",
        )
    if not is_normalized("NFC", target.text_vi):
        yield place.advice(
            "text_vi",
            "the letters are not composed (NFC), so the text cannot be searched",
            mend="type or convert the sentence anew",
        )
