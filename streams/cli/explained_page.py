"""The page of an explanation: what the plan says, how it is read, how it stands, who brings what, and what it is made of.

Vietnamese first, English beneath it; all words and figures come from the catalogue and the explanation, none is made here.
"""

from collections.abc import Iterable
from typing import Final

from rich.console import Group, RenderableType
from rich.text import Text

from models.attainment import Status
from models.changes import Figure
from models.days import date_of
from models.explaining import AgencyPart
from models.messages import REASONS, STATUSES, Message
from models.words import definition_in_words, goal_in_words
from streams.cli.explained import Explained
from streams.cli.notes import starting_point
from streams.cli.opened_page import opened_page
from streams.cli.tables import new_table
from streams.cli.words import NOTHING, STYLES, day, done, figure

_SHOWN: Final = 25
"""Agencies on a page; `--json` has them all."""


def page(explained: Explained) -> RenderableType:
    """Return the explanation for people: the words, how it stands, and a table of its parts."""
    opened = () if explained.opened is None else opened_page(explained.opened)
    return Group(*_words(explained), _now(explained), *_parts(explained), *opened)


def _words(explained: Explained) -> Iterable[RenderableType]:
    row, notes, target = explained.row, explained.notes, explained.target
    yield Text(explained.indicator.id, style="bold")
    if row is not None:
        yield _said(f"Kế hoạch ghi (mục {row.section})", Message(row.text_vi, row.text_en))
    yield _said("Định nghĩa", definition_in_words(explained.owner, explained.indicator))
    if target is not None:
        yield _said("Chỉ tiêu", goal_in_words(target))
    if notes is None:
        return
    if notes.house_rule_vi is not None:
        yield _said("Giả định", Message(notes.house_rule_vi, notes.house_rule_en or ""))
    for one in explained.contradictions:
        yield _said(
            f"Cách đọc (mục {one.section})",
            Message(f"{one.text_vi} → {one.reading_vi}", f"{one.text_en} → {one.reading_en}"),
        )
    start = starting_point(notes)
    if start is not None:
        yield Text.assemble(("Xuất phát: ", "bold"), start)
    if notes.missing_vi is not None:
        yield _said("Thiếu", Message(notes.missing_vi, notes.missing_en or ""))
    if not notes.counted:
        yield Text.assemble(("Lặp lại: ", "bold"), ", ".join(notes.overlaps_with))


def _said(title: str, words: Message) -> Text:
    return Text.assemble((f"{title}: ", "bold"), words.vi, (f"\n  {words.en}", "dim"))


def _now(explained: Explained) -> Text:
    explanation, unit, kind = explained.explanation, explained.unit, explained.indicator.kind
    standing, total = explanation.standing, explanation.total
    text = Text.assemble((f"Đến ngày {day(date_of(explanation.day))}: ", "bold"), done(total.value, kind, unit))  # fmt: skip
    if total.denominator is not None and kind != "milestone":
        text.append(f" ({figure(total.numerator)}/{figure(total.denominator)})")
    if standing is None:
        return text
    status = Status(standing.status)
    text.append(", ")
    text.append(STATUSES[status].vi, style=STYLES.get(status, "dim"))
    if standing.reason is not None:
        text.append(f" ({REASONS[standing.reason].vi})")
    if standing.status_since is not None:
        text.append(f" từ ngày {day(date_of(standing.status_since))}")
    if standing.expected is not None:
        text.append(f"; đến nay cần có {figure(standing.expected, unit)}")
    if standing.forecast is not None:
        text.append(f"; dự báo đạt ngày {day(date_of(standing.forecast))}")
    return text


def _parts(explained: Explained) -> Iterable[RenderableType]:
    explanation, unit = explained.explanation, explained.unit
    if explanation.rows:
        table = new_table("Từng mục, mục chưa đạt trước")
        table.add_column("Mục", ratio=1)
        table.add_column("")
        for row in explanation.rows:
            table.add_row(row.text.vi, "đạt" if row.met else Text("chưa", style="red"))
        yield table
    if explanation.agencies:
        table = new_table("Từng cơ quan, nơi còn thiếu nhiều trước")
        table.add_column("Cơ quan", ratio=1)
        for title in ("Tử số", "Mẫu số", "Giá trị"):
            table.add_column(title, justify="right")
        table.add_row("Toàn tỉnh", *_cells(explanation.total, unit), end_section=True)
        several = any(one.number > 1 for part in explanation.agencies for one in part.lacks)
        for part in explanation.agencies[:_SHOWN]:
            table.add_row(_called(part, several=several), *_cells(part.figure, unit))
        rest = len(explanation.agencies) - _SHOWN
        if rest > 0:
            table.add_row(Text(f"… và {rest} cơ quan nữa (--json có đủ)", style="dim"))
        yield table


def _called(part: AgencyPart, *, several: bool) -> Text:
    text = Text(f"{part.name} ({part.agency})" if part.name is not None else part.agency)
    if several and part.lacks:
        numbers = ", ".join(f"({one.number})" for one in part.lacks)
        text.append(f"\nchưa đạt {numbers}", style="dim")
    return text


def _cells(shown: Figure, unit: str) -> tuple[str, str, str]:
    share = shown.denominator is not None
    return (
        figure(shown.numerator) if share else NOTHING,
        figure(shown.denominator) if share else NOTHING,
        figure(shown.value, "%" if unit.startswith("%") else ""),
    )
