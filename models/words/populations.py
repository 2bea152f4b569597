"""Agencies, lists and windows in words: over whom and over which days a figure is read."""

from collections.abc import Mapping, Sequence
from typing import Final

from models.definitions import ListRow, Population, WindowName
from models.messages import Message
from models.words.glossary import Glossary
from models.words.lexicon import Lexicon, quoted
from models.words.phrases import counted, either, listed, say

_SHOWN: Final = 20
"""Rows of a list that are spelt out; of a longer one the first and the last."""

WINDOWS: Final[Mapping[WindowName, Message]] = {
    WindowName.NOW: Message("tại ngày đọc", "on the day of reading"),
    WindowName.DAYS_7: Message("trong 7 ngày gần nhất", "in the last 7 days"),
    WindowName.DAYS_30: Message("trong 30 ngày gần nhất", "in the last 30 days"),
    WindowName.DAYS_90: Message("trong 90 ngày gần nhất", "in the last 90 days"),
    WindowName.YEAR: Message(
        "từ đầu năm đến ngày đọc", "from the start of the year to the day of reading"
    ),
    WindowName.PLAN: Message(
        "từ đầu kỳ kế hoạch đến ngày đọc", "from the start of the plan's period to the day of reading"
    ),
}  # fmt: skip


def population_in_words(glossary: Glossary, population: Population) -> Message:
    """Return which agencies are meant: "cơ quan (cấp: huyện; có bộ phận một cửa)"."""
    lexicon = glossary.lexicon
    clauses: list[Message] = []
    for field, words, levels in (
        ("level", Message("cấp: {levels}", "level: {levels}"), population.level),
        (
            "level",
            Message("cơ quan cấp trên thuộc cấp: {levels}", "level of the parent: {levels}"),
            population.parent_level,
        ),
        ("block", Message("khối: {levels}", "block: {levels}"), population.block),
    ):
        if levels is not None:
            clauses.append(words.format(levels=_values(lexicon, field, levels)))
    if population.members is not None:
        rows = list_in_words(glossary.lists[population.members])
        clauses.append(
            say("trong danh sách của kế hoạch: {rows}", "in the plan's list: {rows}", rows=rows)
        )
    for flag in ("is_administrative", "handles_procedures", "has_one_stop_unit"):
        wanted = getattr(population, flag)
        if wanted is not None:
            field_words = lexicon.field(flag)
            clauses.append(
                field_words
                if wanted
                else say("không {field}", "not {field}", field=field_words)
            )  # fmt: skip
    if not clauses:
        return Message("mọi cơ quan trong danh bạ", "all agencies of the register")
    return say(
        "cơ quan trong danh bạ ({clauses})",
        "agencies of the register ({clauses})",
        clauses=listed(clauses, "; ", "; "),
    )


def list_in_words(rows: Sequence[ListRow]) -> Message:
    """Return the names of a list's rows, their number first."""
    names = [quoted(row.name) for row in rows]
    if len(names) > _SHOWN:
        return say(
            "{count} dòng, từ {first} đến {last}",
            "{count} rows, from {first} to {last}",
            count=counted(len(names)), first=names[0], last=names[-1],
        )  # fmt: skip
    return say(
        "{count} dòng: {names}",
        "{count} rows: {names}",
        count=counted(len(names)), names=listed(names, ", ", ", "),
    )  # fmt: skip


def _values(lexicon: Lexicon, field: str, values: Sequence[str]) -> Message:
    return either([lexicon.value(field, value) for value in values])
