"""Check the file of a plan as a whole: its shape, what it names, what its parts say of one another, and what it compiles to.

All faults are found at once; each has its line. A plan with a fault has no catalogue.
"""

from dataclasses import dataclass

from models.catalogue.advice import advice
from models.catalogue.draft import Named, stocks_of
from models.catalogue.marks import Marks
from models.catalogue.province import Definitions, ProvinceCatalogue, compile_province
from models.catalogue.reading import read_file
from models.catalogue.shared import HOUSE_FILE, Shared
from models.definitions import PlanFile
from models.errors import Fault
from models.gathering import Faults, every
from models.measures import compile_measure
from models.place import Place


@dataclass(frozen=True, slots=True)
class CheckedPlan:
    """A plan, and what is wrong with it."""

    file: PlanFile | None
    """What could be read of it; None: too little."""
    catalogue: ProvinceCatalogue | None
    """What is computed for its province; None: there are faults."""
    faults: tuple[Fault, ...]
    advice: tuple[Fault, ...]
    """What should be looked at again; nothing while the shape is malformed."""
    marks: Marks
    """Where in the file things stand."""


def check_plan_file(name: str, text: str, shared: Shared) -> CheckedPlan:
    """Check a plan against the shared files."""
    read = read_file(PlanFile, name, text)
    if read.file is None:
        return CheckedPlan(None, None, tuple(read.located(read.faults)), (), read.marks)
    file = read.file
    found = Faults()
    catalogue = None
    with found:
        named = shared.named(name, file.measures)
        with found:
            _check_measures(named)
        catalogue = compile_province(Definitions(name, file, HOUSE_FILE, shared.house, named))
    faults = (*read.faults, *filter(read.believes, found.found))
    return CheckedPlan(
        file,
        None if faults else catalogue,
        tuple(read.located(faults)),
        () if read.faults else tuple(read.located(advice(name, file))),
        read.marks,
    )


def _check_measures(named: Named) -> None:
    """Compile every measure, so that one which nothing reads yet is checked too."""
    stocks = stocks_of(named)
    every(
        lambda one: compile_measure(one[0], one[1][1], Place(one[1][0], one[0]), stocks),
        named.items(),
    )
