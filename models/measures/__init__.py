"""Compile measures: the facts of one subject -> signed amounts on days.

A measure is a pure function of the set of facts, so its change is what it gives now less what it gave before.
"""

from models.measures.amounts import Amounts
from models.measures.compiling import compile_measure
from models.measures.latest import LATEST_SEPARATOR
from models.measures.measure import RECORDS, CompiledMeasure

__all__ = ["LATEST_SEPARATOR", "RECORDS", "Amounts", "CompiledMeasure", "compile_measure"]
