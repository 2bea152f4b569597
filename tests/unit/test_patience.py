"""A call that finds its service away is tried again, for as long as somebody wants its result."""

import gc

import pytest

from models.errors import Fenced, Unavailable
from streams.patience import patiently


class Service:
    """Answers after it was away for some calls."""

    def __init__(self, away: int) -> None:
        self.away = away
        self.missed: list[str] = []

    async def call(self) -> str:
        """Answer, or be away."""
        if len(self.missed) < self.away:
            raise Unavailable(f"away {len(self.missed)}")
        return "answer"

    def miss(self, error: Unavailable) -> None:
        """Note what the caller was told."""
        self.missed.append(str(error))


@pytest.mark.parametrize("misses", [0, 1, 3])
async def test_a_call_is_tried_until_its_service_answers(misses: int) -> None:
    """Each miss is told once, also the first, and then the answer is returned."""
    service = Service(misses)

    answer = await patiently(service.call, alive=lambda: True, away=service.miss)

    assert ("answer", [f"away {number}" for number in range(misses)]) == (answer, service.missed)


@pytest.mark.parametrize("wanted", [0, 1, 2])
async def test_a_call_that_nobody_wants_any_more_is_given_up(wanted: int) -> None:
    """It is asked before each try, also before the first."""
    service = Service(10)

    with pytest.raises(Fenced):
        await patiently(service.call, alive=lambda: len(service.missed) < wanted, away=service.miss)

    assert wanted == len(service.missed)


async def test_other_errors_are_the_callers() -> None:
    """Only a service that is away is waited for."""

    async def broken() -> None:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await patiently(broken, alive=lambda: True, away=Service(0).miss)


async def test_a_call_that_succeeds_leaves_nothing_to_the_collector() -> None:
    """A worker makes some for each batch, and collects seldom."""
    gc.collect()
    gc.disable()
    try:
        await patiently(Service(0).call, alive=lambda: True, away=Service(0).miss)

        assert 0 == gc.collect()
    finally:
        gc.enable()
