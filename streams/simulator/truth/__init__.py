"""The truth of a run: what the figures must be, counted by the simulator's own bookkeeping.

It knows the rules of the figures only as they are written down, shares no code with the engine that computes them, and goes
through all that happened again for every day that it is asked about: slow and plain.
"""

from streams.simulator.truth.figures import Row, Truth
from streams.simulator.truth.writing import written

__all__ = ["Row", "Truth", "written"]
