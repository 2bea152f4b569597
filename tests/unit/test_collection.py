"""The collector runs between batches, when it is time, and never by itself."""

import gc
import weakref

from streams.collection import FULL_SECONDS, YOUNG_OBJECTS, YOUNG_SECONDS, Collection


class Cycle:
    """Garbage that only the collector finds."""

    def __init__(self) -> None:
        self.itself = self


class Clock:
    """A clock that is set by hand."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        """Return the time."""
        return self.now


def test_garbage_goes_after_a_batch_once_it_is_time() -> None:
    """Batches that follow each other closely are not held up one by one."""
    clock = Clock()
    collection = Collection(clock)
    with collection.governed():
        garbage = weakref.ref(Cycle())
        collection.between_batches()
        soon = garbage() is None
        clock.now += YOUNG_SECONDS
        collection.between_batches()

        assert (False, True) == (soon, garbage() is None)


def test_many_new_objects_are_walked_before_they_are_too_many() -> None:
    """A catch-up leaves hundreds of thousands: walked at once they would hold a batch up."""
    collection = Collection(Clock())
    with collection.governed():
        garbage = weakref.ref(Cycle())
        many = [[number] for number in range(YOUNG_OBJECTS)]
        collection.between_batches()

        assert (YOUNG_OBJECTS, None) == (len(many), garbage())


def test_old_garbage_goes_too_but_less_often() -> None:
    """What survived a young collection is walked again with the old generation only."""
    clock = Clock()
    collection = Collection(clock)
    with collection.governed():
        kept = Cycle()
        garbage = weakref.ref(kept)
        gc.collect(1)
        del kept
        clock.now += YOUNG_SECONDS
        collection.between_batches()
        soon = garbage() is None
        clock.now += FULL_SECONDS
        collection.between_batches()

        assert (False, True) == (soon, garbage() is None)


def test_the_automatic_collection_is_as_it_was_afterwards() -> None:
    """It is off only while a worker runs."""
    before = gc.isenabled()
    with Collection().governed():
        within = gc.isenabled()

    assert (False, before) == (within, gc.isenabled())
