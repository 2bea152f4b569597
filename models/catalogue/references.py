"""Check what the parts of a plan say of one another: that what they name is there, once, and that no repetition is repeated.

A target that repeats others is not counted beside them, so those must be counted themselves.
"""

from collections.abc import Collection, Iterable

from models.catalogue.province import ProvinceCatalogue
from models.definitions import HouseFile, Inconsistency, PlanFile
from models.place import Place
from models.topics import PROVINCES


def check_plan(file: str, plan: PlanFile, others: Collection[str]) -> None:
    """Check a plan; `others` are the provinces that have one already.

    Raises:
        CatalogueError: the message names file, id and field.
    """
    _check_province(file, plan, others)
    targets = {target.id for target in plan.targets}
    _check_ids(file, [target.id for target in plan.targets])
    _check_ids(file, [baseline.id for baseline in plan.baselines])
    _check_ids(file, [one.id for one in plan.inconsistencies])
    _check_ids(file, [duty.id for duty in plan.reporting])
    _check_ids(file, [problem.id for problem in plan.problems])
    _check_overlaps(file, plan, targets)
    printed = {baseline.id for baseline in plan.baselines}
    for target in plan.targets:
        for name in target.baseline.of if target.baseline is not None else ():
            if name not in printed:
                raise Place(file, target.id).error("baseline.of", f"{name} is no baseline")
    _check_concerned(file, plan.inconsistencies, targets, "the plan")
    for reading in plan.plan.reading_dates:
        if not plan.plan.period_start <= reading.day < plan.plan.period_end:
            raise Place(file, plan.plan.id).error(
                "reading_dates", f"{reading.day} is not before the plan's end"
            )


def check_house(file: str, house: HouseFile, provinces: Iterable[ProvinceCatalogue]) -> None:
    """Check what the house says of plans.

    Raises:
        CatalogueError: the message names file, id and field.
    """
    targets = {target.definition.id for one in provinces for target in one.targets}
    _check_ids(file, [one.id for one in house.inconsistencies])
    _check_concerned(file, house.inconsistencies, targets, "a plan")


def _check_province(file: str, plan: PlanFile, others: Collection[str]) -> None:
    province = plan.plan.province
    if province not in PROVINCES:
        raise Place(file, plan.plan.id).error("province", f"{province} is no province")
    if province in others:
        raise Place(file, plan.plan.id).error("province", f"{province} has another plan already")


def _check_ids(file: str, ids: Iterable[str]) -> None:
    known: set[str] = set()
    for one in ids:
        if one in known:
            raise Place(file, one).error("id", "stands twice")
        known.add(one)


def _check_overlaps(file: str, plan: PlanFile, targets: Collection[str]) -> None:
    repeating = {target.id for target in plan.targets if target.overlaps_with}
    for target in plan.targets:
        for other in target.overlaps_with:
            if other not in targets:
                raise Place(file, target.id).error(
                    "overlaps_with", f"{other} is no target of the plan"
                )
            if other in repeating:
                raise Place(file, target.id).error(
                    "overlaps_with", f"{other} repeats another target itself"
                )


def _check_concerned(
    file: str, found: Iterable[Inconsistency], targets: Collection[str], owner: str
) -> None:
    for one in found:
        for target in one.targets if one.targets != "all" else ():
            if target not in targets:
                raise Place(file, one.id).error("targets", f"{target} is no target of {owner}")
