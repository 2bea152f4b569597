"""The pages of the plans: a table target by target, to be held against the printed plan.

Vietnamese first, English beneath it; all of it follows from the catalogue, so a page is never edited.
"""

from collections.abc import Iterable
from typing import Final

from models.catalogue import CompiledTarget, ProvinceCatalogue
from models.catalogue.listing import TargetDefinitionRow
from models.changes import amount_of
from models.messages import QUALIFIERS, Message, calendar_day, quantity
from models.topics import PROVINCE_NAMES
from models.words.phrases import say
from models.words.targets import definition_in_words, goal_in_words

_MADE: Final = (
    "<!-- Made by `make docs` from models/catalogue; edit the catalogue, not this page. -->"
)


def plan_page(catalogue: ProvinceCatalogue) -> str:
    """Return the page of a province's plan as Markdown."""
    plan = catalogue.plan
    issued = "" if plan.issued is None else f" ngày {plan.issued:%d/%m/%Y}"
    number = "" if plan.number is None else f" {plan.number}"
    period = f"kỳ kế hoạch {plan.period_start:%d/%m/%Y} – {plan.period_end:%d/%m/%Y}"
    lines = [
        _MADE,
        "",
        f"# {PROVINCE_NAMES[plan.province]}: {plan.name_vi}",
        "",
        f"{plan.issuing_body}{number}{issued}; {period}. {len(catalogue.targets)} chỉ tiêu.",
        "",
        "| Mục, mã | Câu của kế hoạch | Định nghĩa | Giả định, cách đọc, điểm xuất phát |",
        "|---|---|---|---|",
    ]
    notes = {row.target: row for row in catalogue.annotations.definitions}
    lines += [_row(catalogue, target, notes[target.definition.id]) for target in catalogue.targets]
    return "\n".join(lines) + "\n"


def index_page(provinces: Iterable[ProvinceCatalogue]) -> str:
    """Return the page that leads to those of the plans."""
    lines = [
        _MADE,
        "",
        "# Các kế hoạch, từng chỉ tiêu",
        "",
        "Mỗi chỉ tiêu: câu của kế hoạch, định nghĩa bằng lời, giả định của tiendo và cách đọc nơi kế hoạch",
        "mâu thuẫn. Một thông tin có thể thay đổi thì lần ghi nhận gần nhất có giá trị.",
        "",
        "Each target: the plan's sentence, its definition in words, the assumption taken, and the reading where the plan",
        "contradicts itself. Of what can change, the latest record holds.",
        "",
    ]
    lines += [
        f"- [{PROVINCE_NAMES[one.province]}]({one.plan.id}.md): {len(one.targets)} chỉ tiêu"
        for one in provinces
    ]
    return "\n".join(lines) + "\n"


def _row(catalogue: ProvinceCatalogue, target: CompiledTarget, notes: TargetDefinitionRow) -> str:
    definition = target.definition
    sentence = Message(definition.text_vi, definition.text_en)
    made = [goal_in_words(target)]
    if target.indicator is not None:
        made.insert(0, definition_in_words(catalogue, target.indicator))
    cells = (
        f"{definition.section}<br>`{definition.id}`",
        _cell([sentence]),
        _cell(made),
        _cell(_notes(notes)),
    )
    return f"| {' | '.join(cells)} |"


def _notes(row: TargetDefinitionRow) -> Iterable[Message]:
    if row.house_rule_vi is not None and row.house_rule_en is not None:
        rule = Message(row.house_rule_vi, row.house_rule_en)
        yield say("Giả định: {rule}", "Assumption: {rule}", rule=rule)
    for vi, en in zip(row.readings_vi, row.readings_en, strict=True):
        yield say("Cách đọc: {reading}", "Reading: {reading}", reading=Message(vi, en))
    if row.baseline_value is not None and row.baseline_qualifier is not None:
        printed = quantity(amount_of(row.baseline_value), row.baseline_unit or "")
        start = QUALIFIERS[row.baseline_qualifier].format(value=printed)
        if row.baseline_date is not None:
            day = calendar_day(row.baseline_date)
            start = say("{start} ({day})", "{start} ({day})", start=start, day=day)
        yield say("Điểm xuất phát: {start}", "Starts from: {start}", start=start)
    if row.missing_vi is not None and row.missing_en is not None:
        missing = Message(row.missing_vi, row.missing_en)
        yield say("Thiếu: {missing}", "Missing: {missing}", missing=missing)
    if not row.counted:
        others = ", ".join(f"`{one}`" for one in row.overlaps_with)
        yield Message(f"Lặp lại cam kết: {others}", f"Repeats: {others}")


def _cell(said: Iterable[Message]) -> str:
    blocks = [f"{safe(one.vi)}<br>*{safe(one.en)}*" for one in said]
    return "<br><br>".join(blocks)


def safe(text: str) -> str:
    """Return a text that stays in its cell, and none of whose characters is markup."""
    plain = " ".join(text.split())
    for mark in ("\\", "|", "*", "<"):
        plain = plain.replace(mark, f"\\{mark}")
    return plain
