"""Provinces and their topics: the only list of either.

One province = one topic = one partition = one order: a topic with another partition count parks its province.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

PROVINCES: Final = ("dong-nai", "tra-vinh", "ba-ria-vung-tau", "hai-duong", "binh-thuan")
"""Slugs, in the order of the seeds."""

PROVINCE_NAMES: Final = {
    "dong-nai": "Đồng Nai",
    "tra-vinh": "Trà Vinh",
    "ba-ria-vung-tau": "Bà Rịa - Vũng Tàu",
    "hai-duong": "Hải Dương",
    "binh-thuan": "Bình Thuận",
}

PROGRESS_MAX_BYTES: Final = 4 * 1024 * 1024
"""`max.message.bytes` of a progress topic: above the 1 MiB that a record may have, so that a larger one arrives and is refused by name."""

DEAD_LETTERS_MAX_BYTES: Final = 5 * 1024 * 1024
"""`max.message.bytes` of a dead letter topic: a refused record and its reason."""


@dataclass(frozen=True, slots=True)
class Topic:
    """A Kafka topic of a province with the settings that `tiendo topics` creates it with."""

    name: str
    province: str
    config: tuple[tuple[str, str], ...]
    partitions: int = 1


def progress_topic(province: str) -> str:
    """Return the name of the topic that agencies write to."""
    return f"progress.{province}"


def alerts_topic(province: str) -> str:
    """Return the name of the topic that supervisors read."""
    return f"alerts.{province}"


def dead_letters_topic(province: str) -> str:
    """Return the name of the topic that carries refused records back."""
    return f"deadletters.{province}"


def province_of(topic: str) -> str:
    """Return the province that a topic's name ends in."""
    return topic.partition(".")[2]


def all_topics() -> Iterator[Topic]:
    """Yield every topic of every province."""
    forever = (("retention.ms", "-1"), ("retention.bytes", "-1"), ("cleanup.policy", "delete"))
    for province in PROVINCES:
        yield Topic(
            progress_topic(province),
            province,
            (*forever, ("max.message.bytes", str(PROGRESS_MAX_BYTES))),
        )
        yield Topic(alerts_topic(province), province, forever)
        yield Topic(
            dead_letters_topic(province),
            province,
            (*forever, ("max.message.bytes", str(DEAD_LETTERS_MAX_BYTES))),
        )
