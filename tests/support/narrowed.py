"""A province's catalogue with only what a test is about: folding a log through all of it would take most of the suite's time."""

from collections.abc import Sequence

from models.catalogue import ProvinceCatalogue
from models.catalogue.province import Definitions as Sources
from models.catalogue.province import compile_province
from models.definitions import HouseFile, Problem, Target
from tests.support.oracle.province import definitions


def narrowed(
    province: str, *, targets: Sequence[Target] = (), problems: Sequence[Problem] = ()
) -> ProvinceCatalogue:
    """Compile a plan that has no other targets and problems, no duties, and no house indicators."""
    one = definitions()[province]
    kept = {
        "targets": [target.model_copy(update={"overlaps_with": []}) for target in targets],
        "problems": list(problems),
        "inconsistencies": [],
        "reporting": [],
    }
    named = {name: ("tests", measure) for name, measure in one.named.items()}
    file = one.file.model_copy(update=kept)
    house = HouseFile(indicators={}, dead_letter_bytes_a_day=2**28)
    return compile_province(Sources("tests", file, "tests", house, named))
