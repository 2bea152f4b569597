"""Check what the parts of a plan say of one another: that what they name is there, once, and that no repetition is repeated.

A target that repeats others is not counted beside them, so those must be counted themselves.
"""

from collections.abc import Collection, Iterable, Iterator

from models.definitions import HouseFile, Inconsistency, Plan, PlanFile
from models.errors import Fault
from models.gathering import Faults
from models.place import Place, did_you_mean
from models.topics import PROVINCES


def check_plan(file: str, plan: PlanFile) -> None:
    """Check what a plan's parts say of one another.

    Raises:
        CatalogueError: with all faults; each names file, id and field.
    """
    targets = [target.id for target in plan.targets]
    _raise_all(
        _doubled(file, targets),
        _doubled(file, [baseline.id for baseline in plan.baselines]),
        _doubled(file, [one.id for one in plan.inconsistencies]),
        _doubled(file, [duty.id for duty in plan.reporting]),
        _doubled(file, [problem.id for problem in plan.problems]),
        _overlaps(file, plan, targets),
        _baselines(file, plan),
        _concerned(file, plan.inconsistencies, targets, "the plan"),
        _reading_dates(file, plan),
    )


def check_house(file: str, house: HouseFile, targets: Collection[str]) -> None:
    """Check what the house says of the targets of all plans.

    Raises:
        CatalogueError: with all faults; each names file, id and field.
    """
    _raise_all(
        _doubled(file, [one.id for one in house.inconsistencies]),
        _concerned(file, house.inconsistencies, targets, "a plan"),
    )


def check_province(file: str, plan: Plan, others: Collection[str]) -> None:
    """Check that a plan is of a province that has topics and no other plan; `others` have one already.

    Raises:
        CatalogueError: the message names file, id and field.
    """
    province, place = plan.province, Place(file, plan.id)
    if province not in PROVINCES:
        raise place.error(
            "province",
            f"{province} is no province",
            word=province,
            mend=did_you_mean(province, PROVINCES, "add it to models/topics.py"),
        )
    if province in others:
        raise place.error(
            "province",
            f"{province} has another plan already",
            word=province,
            mend="keep one plan of the province",
        )


def _raise_all(*checks: Iterator[Fault]) -> None:
    faults = Faults()
    for check in checks:
        faults.add(*check)
    faults.raise_any()


def _doubled(file: str, ids: Iterable[str]) -> Iterator[Fault]:
    known: set[str] = set()
    for one in ids:
        if one in known:
            yield Place(file, one).fault("id", "stands twice", mend="give the second another id")
        known.add(one)


def _overlaps(file: str, plan: PlanFile, targets: Collection[str]) -> Iterator[Fault]:
    repeating = {target.id for target in plan.targets if target.overlaps_with}
    for target in plan.targets:
        place = Place(file, target.id)
        for other in target.overlaps_with:
            if other not in targets:
                yield _no_target(place, "overlaps_with", other, targets, "the plan")
            elif other in repeating:
                yield place.fault(
                    "overlaps_with",
                    f"{other} repeats another target itself",
                    word=other,
                    mend="name the target that is repeated by both",
                )


def _baselines(file: str, plan: PlanFile) -> Iterator[Fault]:
    printed = {baseline.id for baseline in plan.baselines}
    for target in plan.targets:
        for name in target.baseline.of if target.baseline is not None else ():
            if name not in printed:
                yield Place(file, target.id).fault(
                    "baseline.of",
                    f"{name} is no baseline",
                    word=name,
                    mend=did_you_mean(name, printed, "write it under `baselines`"),
                )


def _concerned(
    file: str, found: Iterable[Inconsistency], targets: Collection[str], owner: str
) -> Iterator[Fault]:
    for one in found:
        for target in one.targets if one.targets != "all" else ():
            if target not in targets:
                yield _no_target(Place(file, one.id), "targets", target, targets, owner)


def _no_target(place: Place, field: str, word: str, targets: Collection[str], owner: str) -> Fault:
    mend = did_you_mean(word, targets, "take it away")
    return place.fault(field, f"{word} is no target of {owner}", word=word, mend=mend)


def _reading_dates(file: str, plan: PlanFile) -> Iterator[Fault]:
    for reading in plan.plan.reading_dates:
        if not plan.plan.period_start <= reading.day < plan.plan.period_end:
            yield Place(file, plan.plan.id).fault(
                "reading_dates",
                f"{reading.day} is not before the plan's end",
                word=str(reading.day),
                mend="give a day of the plan's period before its last",
            )
