"""A simulated run, what tiendo makes of its log, and what the simulator says is true."""

from dataclasses import dataclass, field

from models.catalogue import load_catalogue
from models.changes import Figure
from models.facts import Record
from streams.simulator import Scenario, Simulation
from streams.simulator.truth import Row, Truth
from tests.support.fold import Tables, Worker, fold

BATCH = 1_000
NOW_MS = 1_800_000_000_000

Answer = tuple[object, object, object]
"""Value, numerator and denominator."""


@dataclass
class Told:
    """One province of a run."""

    truth: Truth
    worker: Worker
    _tables: dict[int, Tables] = field(default_factory=dict)

    def tables(self, day: int) -> Tables:
        """Return tiendo's tables as of a day, with all that the log tells."""
        if day not in self._tables:
            at_the_end = day == self.truth.last
            self._tables[day] = self.worker.tables if at_the_end else self.worker.read_back(day)
        return self._tables[day]

    def house(self, day: int) -> dict[tuple[str, str, str], Answer]:
        """Return tiendo's house figures by indicator, agency and window."""
        windows = {
            indicator.id: indicator.windows
            for indicator in self.worker.catalogue.indicators
            if indicator.plan == "house"
        }
        return {
            (key.indicator, key.agency, str(window)): _answer(figure)
            for key, figures in self.tables(day).kpi.items()
            if key.plan == "house"
            for window, figure in zip(windows[key.indicator], figures, strict=True)
        }

    def true(self, day: int) -> dict[tuple[str, str, str], Answer]:
        """Return the truth's house figures by indicator, agency and window."""
        return {
            (row.indicator, row.agency, row.window): _answer(row) for row in self.truth.rows(day)
        }


def _answer(figure: Figure | Row) -> Answer:
    return figure.value, figure.numerator, figure.denominator


def told(scenario: Scenario, province: str) -> Told:
    """Run a scenario in one province, and fold its log to the close of its last day."""
    simulation = Simulation(scenario, [province], witnessed=True)
    log = [
        Record(province, offset, NOW_MS, None, line)
        for offset, line in enumerate(simulation.lines())
    ]
    (truth,) = simulation.truth()
    catalogue = load_catalogue().province(province)
    worker = fold(catalogue, log, [BATCH] * (len(log) // BATCH), until=truth.last)
    return Told(truth, worker)
