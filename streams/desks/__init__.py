"""Desks: where provinces' books lie and batches are folded, in the worker's process or in processes beside it."""

from streams.desks.desk import Bug, Desk, Desks, Folded, LocalDesks, Restore, restoring
from streams.desks.upgrading import upgrading_to

__all__ = ["Bug", "Desk", "Desks", "Folded", "LocalDesks", "Restore", "restoring", "upgrading_to"]
