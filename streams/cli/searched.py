"""What a search of the log did not find, in words: why, and what to do."""

from typing import Final

from models.messages import Message
from streams.log_search import Missing, Searched

_WORDS: Final = {
    Missing.NOT_READ: Message(
        "không đọc được nhật ký của tỉnh ({detail}); bảng chỉ giữ số đếm và lời sau cùng: hỏi lại khi đọc được Kafka,"
        " hoặc hỏi người quản trị",
        "the province's log was not read ({detail}); the tables keep counts and last words only: ask again where Kafka can"
        " be read, or ask an operator",
    ),
    Missing.NOT_ALL_READ: Message(
        "mới đọc {records} bản ghi của nhật ký: --limit 0 đọc hết",
        "only {records} records of the log were read: --limit 0 reads them all",
    ),
    Missing.BEGINS_LATER: Message(
        "nhật ký chỉ còn từ offset {begins}: bản ghi trước đó Kafka không giữ nữa",
        "of the log there is left what follows offset {begins}: Kafka no longer has what came before",
    ),
    Missing.NOT_THERE: Message(
        "đã đọc hết nhật ký, phần còn thiếu không có ở đó",
        "the whole log was read, and what is missing is not there",
    ),
}


def words(searched: Searched) -> Message | None:
    """Return why not all was found; None where it was."""
    if searched.missing is None:
        return None
    said = {
        "detail": searched.detail,
        "records": str(searched.records),
        "begins": str(searched.begins),
    }
    return _WORDS[searched.missing].format(
        **{name: Message(one, one) for name, one in said.items()}
    )


def searched_json(searched: Searched | None) -> dict[str, object] | None:
    """Return how a search ended; None where nothing was searched."""
    if searched is None:
        return None
    said = words(searched)
    return {
        "records_read": searched.records,
        "missing": None if searched.missing is None else str(searched.missing),
        "missing_vi": None if said is None else said.vi,
        "missing_en": None if said is None else said.en,
    }
