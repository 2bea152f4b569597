"""Compile conditions (forms 3 to 5): facts of a subject -> the days on which the condition holds.

A compiled condition is a closure over constants; it knows which fact types it reads, so that only they make it run again.
"""

from models.conditions.algebra import FUNCTIONS, compile_condition
from models.conditions.scope import CompiledCondition, Evaluate, Scope

__all__ = ["FUNCTIONS", "CompiledCondition", "Evaluate", "Scope", "compile_condition"]
