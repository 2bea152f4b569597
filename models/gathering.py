"""Go on after a fault, so that whoever mends a file is told all that is wrong with it at once.

Nothing that was compiled beside a fault is used: once all parts were tried, their faults are raised together.
"""

from collections.abc import Callable, Iterable
from types import TracebackType
from typing import Self, TypeVar

from models.errors import CatalogueError, Fault

Item = TypeVar("Item")
Result = TypeVar("Result")


class Faults:
    """What was found wrong so far, each fault once: `with faults: ...` notes those that are raised inside."""

    def __init__(self) -> None:
        self._found: dict[Fault, None] = {}

    @property
    def found(self) -> tuple[Fault, ...]:
        """The faults, in the order in which they were found."""
        return tuple(self._found)

    def add(self, *faults: Fault) -> None:
        """Note faults."""
        self._found.update(dict.fromkeys(faults))

    def raise_any(self) -> None:
        """Raise what was found, if there is anything.

        Raises:
            CatalogueError: with all the faults.
        """
        if self._found:
            raise CatalogueError(*self._found)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        _kind: type[BaseException] | None,
        error: BaseException | None,
        _traceback: TracebackType | None,
    ) -> bool:
        if isinstance(error, CatalogueError):
            self.add(*error.faults)
            return True
        return False


def every(compile_one: Callable[[Item], Result], items: Iterable[Item]) -> list[Result]:
    """Return what each item compiles to.

    Raises:
        CatalogueError: with the faults of all items.
    """
    faults = Faults()
    results: list[Result] = []
    for item in items:
        with faults:
            results.append(compile_one(item))
    faults.raise_any()
    return results
