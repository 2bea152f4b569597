"""What numbers begin with: a few words that stand in every encoded fact of some offsets."""

from hypothesis import given
from hypothesis import strategies as st

from sinks.postgres.looking import begun


@given(
    first=st.integers(0, 10**9),
    length=st.integers(1, 10**7),
    place=st.floats(0, 1, exclude_max=True),
)
def test_every_number_of_the_span_begins_with_one_of_the_words(
    first: int, length: int, place: float
) -> None:
    """None is missed, whatever digits it has; there are never more than six."""
    words = begun(first, first + length)
    number = first + int(place * length)

    assert any(f",{number},".startswith(word) for word in words)
    assert 1 <= len(words) <= 6


def test_the_words_are_as_long_as_they_can_be() -> None:
    """The last two hundred of two million records are told from all before them."""
    assert (",19998", ",19999") == begun(1_999_800, 2_000_000)
    assert (",41",) == begun(41, 42)
    assert (",",) == begun(3, 2_000_000)
