"""JSON of the views: numbers where a reader may count on them, strings where a float would lie."""

import datetime as dt
import json
from decimal import Decimal

import pytest

from streams.cli.json_rows import dumps, json_row


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        ({"value": 12, "unit": "dossiers"}, 12),
        ({"value": 0, "unit": "dossiers"}, 0),
        ({"value": Decimal("75.0000"), "unit": "%"}, "75.0000"),
        ({"value": 75, "unit": "%"}, "75.0000"),
        ({"value": Decimal("13.01665"), "unit": "%"}, "13.0167"),
        ({"value": Decimal("99.5"), "unit": "% availability"}, "99.5000"),
        ({"value": Decimal("3.25"), "unit": "VND"}, "3.2500"),
        ({"value": 10**15, "unit": "VND"}, 10**15),
        ({"value": Decimal("100.0000")}, "100.0000"),
        ({"value": None, "unit": "%"}, None),
    ],
)
def test_a_value_is_a_number_unless_it_is_a_ratio_or_has_decimals(
    row: dict[str, object], expected: object
) -> None:
    """Counts, stocks, medians and sums of integers are numbers; ratios and other decimals strings with four decimals."""
    assert expected == json_row(row)["value"]


def test_numerators_and_denominators_are_numbers_also_those_of_ratios() -> None:
    """They are counts."""
    row = json_row({"value": Decimal("75.0000"), "numerator": 3, "denominator": 4, "unit": "%"})

    assert {"value": "75.0000", "numerator": 3, "denominator": 4, "unit": "%"} == row


def test_what_a_line_or_a_pace_says_always_has_four_decimals() -> None:
    """A point on a trajectory is a decimal, even where it happens to be whole."""
    row = json_row(
        {"expected_value": Decimal(50), "pace": 1, "target_value": 10, "unit": "systems"}
    )

    assert {
        "expected_value": "50.0000",
        "pace": "1.0000",
        "target_value": 10,
        "unit": "systems",
    } == row


def test_days_are_iso_dates_and_instants_carry_the_offset_of_viet_nam() -> None:
    """A day has no zone; an instant is written as it reads on a clock in Hà Nội."""
    row = json_row(
        {
            "as_of": dt.date(2019, 10, 31),
            "watermark": dt.datetime(2019, 10, 30, 18, 30, tzinfo=dt.UTC),
            "provisional": False,
        }
    )

    assert {
        "as_of": "2019-10-31",
        "watermark": "2019-10-31T01:30:00+07:00",
        "provisional": False,
    } == row


def test_vietnamese_letters_stay_as_they_are() -> None:
    """Whoever reads the file reads the text."""
    assert {"text_vi": "tiến độ"} == json.loads(dumps({"text_vi": "tiến độ"}))
    assert "tiến độ" in dumps({"text_vi": "tiến độ"})
