"""Patience with services that are away: the call is kept and tried again, with back-off and jitter, for as long as its result is wanted."""

import time
from collections.abc import Awaitable, Callable
from typing import Any, Final, TypeVar

from tenacity import AsyncRetrying, RetryCallState, retry_if_exception_type, wait_random_exponential

from models.errors import Fenced, Unavailable

FIRST_WAIT_SECONDS: Final = 0.05
LONGEST_WAIT_SECONDS: Final = 1.0
"""Also how late a rebalance is noticed at worst while waiting."""

SAY_AGAIN_SECONDS: Final = 60.0
"""A service that stays away is logged this often."""

Result = TypeVar("Result")


class Absence:
    """Tells in the log that a service is away, once a minute, and that it is back."""

    def __init__(self, log: Any, clock: Callable[[], float] = time.monotonic) -> None:  # noqa: ANN401 - structlog's logger
        self._log = log
        self._clock = clock
        self._said_at: float | None = None

    def missed(self, error: Unavailable) -> None:
        """Note that a call found the service away."""
        now = self._clock()
        if self._said_at is None or now - self._said_at >= SAY_AGAIN_SECONDS:
            self._said_at = now
            self._log.warning(
                "service.away",
                reason=str(error),
                mend="bring the service back; tried again until then, and nothing is lost",
            )

    def ended(self) -> bool:
        """Note that a call succeeded; return whether the service had been away."""
        was_away = self._said_at is not None
        if was_away:
            self._said_at = None
            self._log.info("service.back")
        return was_away


async def patiently(
    call: Callable[[], Awaitable[Result]],
    *,
    alive: Callable[[], bool],
    away: Callable[[Unavailable], None],
) -> Result:
    """Return what `call` returns at last; `away` hears of each miss; Fenced once `alive` says that nobody wants it any more."""
    # The first try goes by itself and is nearly always enough: each use of the loop below leaves dozens of objects in a
    # cycle, which stay until the collector finds them.
    if alive():
        try:
            return await call()
        except Unavailable as error:
            away(error)

    def heard(state: RetryCallState) -> None:
        error = None if state.outcome is None else state.outcome.exception()
        if isinstance(error, Unavailable):
            away(error)

    retrying = AsyncRetrying(
        retry=retry_if_exception_type(Unavailable),
        wait=wait_random_exponential(multiplier=FIRST_WAIT_SECONDS, max=LONGEST_WAIT_SECONDS),
        before_sleep=heard,
    )
    async for attempt in retrying:
        with attempt:
            if not alive():
                raise Fenced("given up: the partition is no longer ours, or the process ends")
            return await call()
    raise Fenced("given up")  # tenacity ends its loop by an exception or by our return
