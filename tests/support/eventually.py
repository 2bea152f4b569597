"""Waiting in tests: poll a condition until it holds, never sleep and hope."""

import asyncio
import inspect
import time
from collections.abc import Callable, Coroutine
from typing import TypeVar, overload

Value = TypeVar("Value")


@overload
async def eventually(
    check: Callable[[], Coroutine[object, object, Value]], within: float = ..., every: float = ...
) -> Value: ...


@overload
async def eventually(
    check: Callable[[], Value], within: float = ..., every: float = ...
) -> Value: ...


async def eventually(
    check: Callable[[], object], within: float = 60.0, every: float = 0.02
) -> object:
    """Return the first truthy result of `check`; fail with the last one after `within` seconds."""
    deadline = time.monotonic() + within
    while True:
        result = check()
        value = await result if inspect.isawaitable(result) else result
        if value:
            return value
        if time.monotonic() > deadline:
            message = f"not within {within} s: {inspect.getsource(check).strip()} was {value!r}"
            raise AssertionError(message)
        await asyncio.sleep(every)
