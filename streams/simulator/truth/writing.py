"""The truth as a JSON document: the figures under the names and by the rules of `tiendo kpi --json`."""

from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal

from models.days import Day, date_of
from streams.simulator.truth.figures import PROVINCE, Row, Truth

Object = dict[str, object]


def written(truths: Iterable[Truth]) -> Object:
    """Return the document: by province its days, what is not in the log, and the figures.

    `kpi` has all figures of the last day, `monthly` those of the whole province at the end of each month, and `daily`
    the flows of each day and the stocks at its end.
    """
    return {truth.province: _province(truth) for truth in truths}


def _province(truth: Truth) -> Object:
    rows = [
        row
        for day in _month_ends(truth.first, truth.last)
        for row in truth.rows(day)
        if row.agency == PROVINCE
    ]
    return {
        "first_day": date_of(truth.first).isoformat(),
        "last_day": date_of(truth.last).isoformat(),
        "told_later": truth.pending,
        "withdrawn": truth.withdrawn,
        "never_told": truth.missed,
        "kpi": _objects(truth.rows(truth.last)),
        "monthly": _objects(rows),
        "daily": _objects(truth.daily()),
    }


def _month_ends(first: Day, last: Day) -> Iterator[Day]:
    """Yield the last day of each month that ends within the days."""
    for day in range(first, last + 1):
        if date_of(day).month != date_of(day + 1).month:
            yield Day(day)


def _objects(rows: Iterable[Row]) -> Sequence[Object]:
    return [
        {
            "indicator": row.indicator,
            "agency": row.agency,
            "window": row.window,
            "as_of": date_of(row.as_of).isoformat(),
            "value": f"{row.value:f}" if isinstance(row.value, Decimal) else row.value,
            "numerator": row.numerator,
            "denominator": row.denominator,
        }
        for row in rows
    ]
