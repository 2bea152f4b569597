"""Errors are decisions: each class says what its catcher does with the record, the batch or the process."""


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


class Fenced(TiendoError):  # noqa: N818 - named for the decision: drop the batch, let the partition go
    """Another worker owns the province, or it is parked: drop the batch and let the partition go."""


class CatalogueError(TiendoError):
    """A definition is malformed; the message names file, id and field."""


class UsageError(TiendoError):
    """The command was called in a way that cannot work; one sentence with the mend, exit status 2."""
