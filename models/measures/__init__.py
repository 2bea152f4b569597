"""Compile measures: the facts of one subject -> signed amounts on days.

A measure is a pure function of the set of facts, so its change is what it gives now less what it gave before.
"""

from models.measures.amounts import Amounts, Panes, by_measure, no_amounts
from models.measures.choosing import KindMeasures, Measures
from models.measures.compiling import compile_measure
from models.measures.counting import FactCounts
from models.measures.latest import LATEST_SEPARATOR
from models.measures.measure import RECORDS, CompiledMeasure, Ones

__all__ = [
    "LATEST_SEPARATOR",
    "RECORDS",
    "Amounts",
    "CompiledMeasure",
    "FactCounts",
    "KindMeasures",
    "Measures",
    "Ones",
    "Panes",
    "by_measure",
    "compile_measure",
    "no_amounts",
]
