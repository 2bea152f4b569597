"""The day's beginning, published by the province's owner."""

from datetime import date

from models.days import Day, Instant, day_from_date, start_of
from models.envelope import decode
from models.errors import Forbidden, Unavailable
from models.facts import Event, Record
from streams.days import DayTicker, day_started

NEW_YEAR = day_from_date(date(2020, 1, 1))


class KeepingSender:
    """Keeps what is sent; away as long as `away`, closed to us for the provinces in `closed`."""

    def __init__(self) -> None:
        self.sent: list[tuple[str, bytes]] = []
        self.away = False
        self.closed: set[str] = set()

    async def __call__(self, province: str, value: bytes) -> None:
        """Keep it."""
        if self.away:
            message = "away"
            raise Unavailable(message)
        if province in self.closed:
            message = "closed"
            raise Forbidden(message)
        self.sent.append((province, value))


async def test_each_owned_province_gets_each_day_once() -> None:
    """After midnight in Việt Nam the day is published once to each province owned, also to one that is taken over later."""
    now, owned, send = [start_of(NEW_YEAR) - 1], ["dong-nai"], KeepingSender()
    ticker = DayTicker(lambda: owned, send, lambda: Instant(now[0]))

    await ticker.tick()
    now[0] += 1
    await ticker.tick()
    owned.append("tra-vinh")
    await ticker.tick()
    await ticker.tick()

    assert [("dong-nai", NEW_YEAR - 1), ("dong-nai", NEW_YEAR), ("tra-vinh", NEW_YEAR)] == [
        (province, decoded(province, value).day) for province, value in send.sent
    ]


async def test_a_day_that_the_broker_did_not_take_stays_due() -> None:
    """The broker was away at midnight: the day is published when it is back."""
    send = KeepingSender()
    ticker = DayTicker(lambda: ["dong-nai"], send, lambda: start_of(NEW_YEAR))

    send.away = True
    await ticker.tick()
    send.away = False
    await ticker.tick()

    assert [("dong-nai", day_started("dong-nai", NEW_YEAR))] == send.sent


async def test_a_province_that_is_closed_to_us_holds_up_no_others_day() -> None:
    """A right that is missing for one topic is none of the others' business; the day is due until it is granted."""
    send = KeepingSender()
    ticker = DayTicker(lambda: ["dong-nai", "tra-vinh"], send, lambda: start_of(NEW_YEAR))

    send.closed = {"dong-nai"}
    await ticker.tick()
    send.closed = set()
    await ticker.tick()

    assert ["tra-vinh", "dong-nai"] == [province for province, _ in send.sent]


def test_the_event_is_accepted_and_tells_of_no_fact() -> None:
    """Its id is day/<date>, its agency tiendo; it moves the as-of day and nothing else."""
    event = decoded("dong-nai", day_started("dong-nai", NEW_YEAR))

    assert ("day.started", "day/2020-01-01", "tiendo", None) == (
        event.type,
        event.id,
        event.agency,
        event.fact,
    )
    assert event.day == NEW_YEAR


def decoded(province: str, value: bytes) -> Event:
    """Read the record as the province's owner does."""
    timestamp = start_of(Day(NEW_YEAR + 1)) // 1000
    event = decode(
        Record(
            province,
            0,
            timestamp,
            None,
            value,
            (("content-type", b"application/cloudevents+json"),),
        )
    )
    assert isinstance(event, Event)
    return event
