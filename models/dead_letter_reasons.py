"""What supervisors read of a day on which more records were refused than are kept, in Vietnamese first and English beside it.

The reason says where the records still are and who can end it: they were sent wrong, and only their senders can mend that.
"""

from typing import Final

from models.days import Day
from models.messages import Message, calendar_day, number
from models.rules import State
from models.topics import progress_topic

_BEYOND: Final = Message(
    "Ngày {day} có {refused} bản ghi bị từ chối, vượt mức lưu giữ của một ngày: chỉ {kept} bản ghi đầu được lưu riêng."
    " Đơn vị gửi cần sửa hệ thống của mình; mọi bản ghi vẫn còn trong topic {topic},"
    " số bị từ chối của từng hệ thống gửi có trong api.feed_health.",
    "{refused} records were refused on {day}, more than a day keeps: only the first {kept} are kept apart."
    " The senders must mend their systems; every record is still in the topic {topic},"
    " and api.feed_health counts the refused ones of each sending system.",
)
_WITHIN: Final = Message(
    "Số bản ghi bị từ chối đã trở lại trong mức lưu giữ của một ngày: ngày {day} có {refused} bản ghi.",
    "Refused records are within what a day keeps again: {refused} on {day}.",
)


def dead_letters_reason(state: State, province: str, day: Day, refused: int, kept: int) -> Message:
    """Return why a province's `dead_letters` is in `state`, with the figures of the judged day."""
    topic = progress_topic(province)
    return (_BEYOND if state is State.FIRING else _WITHIN).format(
        day=calendar_day(day),
        refused=number(refused),
        kept=number(kept),
        topic=Message(topic, topic),
    )
