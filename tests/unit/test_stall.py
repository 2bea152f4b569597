"""The watch over provinces that ought to move."""

import pytest

from streams.owner import Health, Standing
from streams.stall import FOLD_PATIENCE, Sight, StallWatch


def sight(
    standing: Standing, next_offset: int | None, log_end: int, moved_at: float = 0.0
) -> Sight:
    """Return what can be seen of a province."""
    return Sight(Health(standing, "", next_offset, moved_at), log_end)


@pytest.mark.parametrize(
    ("standing", "stalls"),
    [
        (Standing.READING, True),
        (Standing.CLAIMING, True),
        (Standing.RELEASED, True),
        (Standing.WAITING, False),
        (Standing.UPGRADING, False),
        (Standing.PARKED, False),
    ],
)
def test_a_province_with_lag_stalls_unless_it_waits_or_is_parked(
    standing: Standing, *, stalls: bool
) -> None:
    """Pitfall 2: lag and a ledger that does not move end the process; what waits for Postgres or an operator does not."""
    watch = StallWatch(60.0)

    seen = [watch.stalled(now, {"dong-nai": sight(standing, 5, 9)}) for now in range(100, 165, 5)]

    assert [[]] * 12 + [["dong-nai"] if stalls else []] == seen


def test_a_batch_in_hand_may_take_longer() -> None:
    """Ended for it, the next worker would fold the same batch as slowly; one that never ends is found all the same."""
    watch = StallWatch(20.0)
    folding = {"dong-nai": sight(Standing.FOLDING, 5, 9)}

    seen = [watch.stalled(now, folding) for now in range(0, 20 * FOLD_PATIENCE + 5, 5)]

    assert [*([[]] * (4 * FOLD_PATIENCE)), ["dong-nai"]] == seen


def test_a_province_without_lag_may_stand_still() -> None:
    """Nothing to read is nothing to do, for as long as it lasts; lag counts from when it was seen."""
    watch = StallWatch(20.0)

    seen = [
        watch.stalled(now, {"dong-nai": sight(Standing.READING, 9, 9 if now < 50 else 10)})
        for now in range(0, 75, 5)
    ]

    assert [[]] * 13 + [["dong-nai"]] * 2 == seen


def test_moving_or_leaving_starts_the_wait_anew() -> None:
    """Each commit and each rebalance counts as movement."""
    watch = StallWatch(20.0)
    still, moved = sight(Standing.READING, 5, 9), sight(Standing.READING, 6, 9, moved_at=12.0)

    looks = [still, still, still, moved, moved, None, moved, moved, moved, moved]
    seen = [
        watch.stalled(5.0 * number, {} if look is None else {"dong-nai": look})
        for number, look in enumerate(looks)
    ]

    assert [[]] * 10 == seen


def test_a_time_in_which_nobody_looked_is_not_held_against_a_province() -> None:
    """A process that was frozen, or that folded for minutes, is not ended for it: the look after it counts as a short one."""
    watch = StallWatch(60.0)

    seen = [
        watch.stalled(now, {"dong-nai": sight(Standing.READING, 5, 9)}) for now in (0.0, 5.0, 600.0)
    ]

    assert [[], [], []] == seen
