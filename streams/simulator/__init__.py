"""A seeded simulator of five provinces under their plans, and a load for the benchmark.

Pure generators of lines: nothing here reads a clock, the environment or a locale.
"""

from streams.simulator.load import load
from streams.simulator.runs import Simulation, Timed, simulate, span
from streams.simulator.scenario import Scenario
from streams.simulator.trouble import CALM, Trouble

__all__ = ["CALM", "Scenario", "Simulation", "Timed", "Trouble", "load", "simulate", "span"]
