"""Compile a measure of any form; the form says in which module.

Measures on agencies belong to the subject's own code, all others to the agency that told of the fact.
"""

from collections.abc import Mapping

from models.conditions import Scope
from models.definitions import Condition, Measure
from models.measures.flows import compile_flow
from models.measures.latest import compile_latest
from models.measures.measure import CompiledMeasure
from models.measures.stocks import compile_stock
from models.place import Place


def compile_measure(
    name: str, measure: Measure, place: Place, stocks: Mapping[str, tuple[str, Condition]]
) -> CompiledMeasure:
    """Compile a measure under the id that its panes carry.

    Raises:
        CatalogueError: a name, fact or field does not exist or does not fit.
    """
    scope = Scope(place, measure.subject, stocks)
    if measure.flow is not None:
        return compile_flow(name, measure.flow, scope)
    if measure.latest is not None:
        return compile_latest(name, measure.latest, scope)
    return compile_stock(name, measure, scope)
