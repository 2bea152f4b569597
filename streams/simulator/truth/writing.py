"""The truth as a JSON document: the figures under the names and by the rules of `tiendo kpi --json`."""

from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from typing import Final

from models.days import Day, date_of
from streams.simulator.items import ITEMS
from streams.simulator.profiles import PROFILES
from streams.simulator.truth.figures import PROVINCE, Row, Truth
from streams.simulator.truth.works import EVERY_CLASS, HIGHEST_LEVEL, Share, Works

Object = dict[str, object]

LEVELS: Final = ("so", "huyen", "xa")
SESSIONS: Final = ("class", "seminar", "drill")


def written(truths: Iterable[Truth]) -> Object:
    """Return the document: by province its days, what is not in the log, and the figures.

    `kpi` has all figures of the last day, `monthly` those of the whole province at the end of each month, and `daily`
    the flows of each day and the stocks at its end. `works` says what the plan has come to on the last day.
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
        "works": [
            {"what": what, "of": of, "value": value[0], "denominator": value[1]}
            for what, of, value in _works(truth)
        ],
    }


def _works(truth: Truth) -> Iterator[tuple[str, str, Share | tuple[int, None]]]:
    """Yield what is counted, of whom, and the count with what it is a part of."""
    works, profile = Works(truth, truth.last), PROFILES[truth.province]
    for rollout in profile.rollouts:
        for level in rollout.levels:
            if rollout.link:
                yield f"link {rollout.kind}", level, works.having_link({level}, rollout.kind)
            else:
                having = works.having_system({level}, rollout.kind, item=rollout.item)
                yield f"system {rollout.item or rollout.kind}", level, having
    for lowest in range(2, HIGHEST_LEVEL + 1):
        yield f"procedures online at level {lowest} or above", PROVINCE, works.online(lowest)
    for level in LEVELS:
        yield "mailbox", level, works.owning_mailbox({level})
        yield "mailbox in regular use", level, works.using_mail_regularly({level})
        yield "computer", level, works.having_computer({level})
        yield "personnel file", level, works.file_kept_centrally({level}, EVERY_CLASS)
        yield "IT staff", level, works.having_it_staff({level})
    for kind in SESSIONS:
        yield f"{kind} held", PROVINCE, (works.sessions({kind}), None)
    for what in ("budget.allocated", "budget.disbursed"):
        yield f"{what} (VND)", profile.plan, (works.money(what, profile.plan), None)
    for item in ITEMS[truth.province]:
        yield item.code, PROVINCE, (int(works.item_is_there(item.code)), 1)


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
