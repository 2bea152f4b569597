"""The named steps of a batch and of a relay at which a worker can be made to end, and the fuse that does it."""

import os
import signal
from enum import StrEnum


class Step(StrEnum):
    """Where a worker ends, in the order in which a batch passes."""

    BEFORE_FOLD = "before_fold"
    """The batch is fetched, nothing is read of it."""
    BEFORE_BEGIN = "before_begin"
    """Folded in memory, no transaction yet."""
    AFTER_BEGIN = "after_begin"
    """The transaction has begun, nothing is written in it."""
    BEFORE_COMMIT = "before_commit"
    """Everything is written, COMMIT is not sent."""
    AFTER_COMMIT = "after_commit"
    """Postgres has answered the COMMIT; this process knows nothing of it yet."""
    BEFORE_ACK = "before_ack"
    """The desk knows; the transport was not told."""
    BEFORE_PUBLISHED = "before_published"
    """The relay has read messages, none is sent."""
    BEFORE_MARKED = "before_marked"
    """They are sent and acknowledged, and not marked as sent."""


class Fuse:
    """Sends this process a signal when a step is reached for the `times`-th time."""

    def __init__(self, step: Step, times: int, number: signal.Signals) -> None:
        self._step = step
        self._left = times
        self._signal = number

    def reached(self, step: Step) -> None:
        """Take note of a step."""
        if step is self._step:
            self._left -= 1
            if self._left == 0:
                os.kill(os.getpid(), self._signal)
