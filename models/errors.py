"""Errors are decisions: each class says what its catcher does with the record, the batch or the process."""

from dataclasses import dataclass


class TiendoError(Exception):
    """Base of the errors that tiendo raises on purpose; the message says what was wrong, where, and what to do."""


class PoisonMessage(TiendoError):  # noqa: N818 - named for the decision: dead-letter this record and go on
    """The record can never be applied: dead-letter it and go on with its neighbours."""

    def __init__(self, reason: str, field: str | None, detail: str) -> None:
        super().__init__(f"{reason}: {detail}")
        self.reason = reason
        self.field = field
        self.detail = detail


class Unavailable(TiendoError):  # noqa: N818 - named for the decision: keep it, back off
    """A service is away: keep what you hold, back off, try again; nothing is acknowledged meanwhile."""


class Forbidden(Unavailable):
    """A service is there and refuses us: wrong password, unknown certificate, missing right.

    For whoever works it is a service that is away, until somebody mends it; for whoever starts it is the end: the message says what
    to mend.
    """


class Fenced(TiendoError):  # noqa: N818 - named for the decision: drop the batch, let the partition go
    """Another worker owns the province, or it is parked: drop the batch and let the partition go."""


class Inconsistent(TiendoError):  # noqa: N818 - named for the decision: park the province, an operator looks at its tables
    """What is stored of a province contradicts itself: go no further, for every row after would be as wrong."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong with a file of the catalogue, or that its author should look at again."""

    file: str
    message: str
    id: str | None = None
    """Of the definition; None: the file itself is no YAML."""
    field: str | None = None
    path: tuple[int | str, ...] = ()
    """Keys and indexes that lead to the place in the file; empty where only id and field are known."""
    word: str | None = None
    """What the definition says there, where that is the mistake."""
    mend: str = ""
    """What to do; empty where the message says it."""
    line: int | None = None
    """In the file, from 1."""
    advice: bool = False
    """True: the file loads all the same."""

    def __str__(self) -> str:
        """Return one sentence: file, id and field (or the line), and what is wrong."""
        if self.id is not None:
            return f"{self.file}: {self.id}: {self.field}: {self.message}"
        line = "" if self.line is None else f"line {self.line}: "
        return f"{self.file}: {line}{self.message}"


class CatalogueError(TiendoError):
    """Definitions are malformed: one fault or several; the message tells the first and counts the others."""

    def __init__(self, *faults: Fault) -> None:
        super().__init__(*faults)
        self.faults = faults

    def __str__(self) -> str:
        """Return the first fault, and how many are behind it."""
        others = len(self.faults) - 1
        return f"{self.faults[0]} (and {others} more)" if others else str(self.faults[0])


class UsageError(TiendoError):
    """The command was called in a way that cannot work; one sentence with the mend, exit status 2."""
