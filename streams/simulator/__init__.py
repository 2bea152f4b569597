"""A seeded simulator of five provinces under their plans, and a load for the benchmark.

Pure generators of lines: nothing here reads a clock, the environment or a locale.
"""

from streams.simulator.load import load
from streams.simulator.runs import simulate, span
from streams.simulator.trouble import CALM, Trouble

__all__ = ["CALM", "Trouble", "load", "simulate", "span"]
