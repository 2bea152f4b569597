"""What each test of the transport begins with: topics and a group of its own, and values that tell their place."""

import uuid
from collections.abc import Sequence


def numbers(first: int, last: int) -> list[bytes | None]:
    """Return distinguishable values."""
    return [str(number).encode() for number in range(first, last)]


def fresh(count: int = 1) -> Sequence[str]:
    """Return topic names that no other test uses."""
    return [f"progress.{uuid.uuid4().hex[:12]}" for _ in range(count)]


def group() -> str:
    """Return a consumer group that no other test uses."""
    return f"tiendo-{uuid.uuid4().hex[:12]}"
