"""Opens counts of records down to the records: the tables keep how many came of an agency and a day, the log has which."""

import sys
from collections.abc import Sequence
from contextlib import aclosing

from models.records import Place, Sought
from models.stretches import Stretch
from sinks.postgres.connection import Connection
from sinks.postgres.published import arrived
from streams.cli.opening import Asked, OpenedPart
from streams.log_search import Searched


async def with_records(
    connection: Connection,
    province: str,
    parts: Sequence[OpenedPart],
    asked: Asked,
) -> tuple[tuple[OpenedPart, ...], Searched | None]:
    """Return parts of a figure with the events behind their counts of records, and how the search for them ended.

    Of each agency and day no more are wanted than subjects of a part. Nothing is searched where nothing counts records.
    """
    counts = {Place(one.agency, one.day): one.records for part in parts for one in part.days}
    if not counts:
        return tuple(parts), None
    sought = Sought(counts, asked.limit)
    came = await arrived(connection, province, {place.day for place in counts})
    likely = [
        Stretch(first, sys.maxsize if end is None else end)
        for _, (first, end) in sorted(came.items(), reverse=True)
    ]
    if asked.limit is None:  # all of it is read, so at one go
        likely = [Stretch(min(likely)[0], sys.maxsize)]
    searched = Searched()
    agencies = {place.agency for place in counts}
    async with aclosing(asked.log.portions(searched, likely, agencies)) as portions:
        async for events, _ in portions:
            for event in events:
                sought.take(event)
            if sought.is_done():
                break
    return (
        tuple(
            one._replace(
                days=tuple(
                    each._replace(events=sought.found(Place(each.agency, each.day)))
                    for each in one.days
                )
            )
            for one in parts
        ),
        searched,
    )
