"""What the form of an indicator is compiled in, and what comes of it.

The period is the one that the figure is read over, which is not always the plan's: a target may be due before it begins.
"""

from dataclasses import dataclass
from typing import NamedTuple

from models.definitions import WindowName
from models.forms import Form
from models.place import Place
from models.windows import Period


@dataclass(frozen=True, slots=True)
class FormContext:
    """What surrounds a form in its indicator."""

    place: Place
    unit: str
    period: Period
    window: WindowName | None
    """None: the definition leaves it to the form."""
    milestone: bool = False
    """True: the figure is 1 once all rows are met, else 0."""


class CompiledForm(NamedTuple):
    """A form ready to run."""

    form: Form
    window: WindowName
    reads: frozenset[str]
    """Fact types."""
