"""A plan as a page that a person holds against the paper: in its order, section by section, nothing left out.

What is shown is what was checked; a definition stands in words, and as its file writes it.
"""

from collections.abc import Iterator, Sequence
from itertools import groupby
from textwrap import dedent
from typing import Final, NamedTuple

from models.catalogue import ProvinceCatalogue
from models.catalogue.checking import CheckedPlan
from models.catalogue.marks import Marks
from models.definitions import Baseline, Kind, PlanFile, PrintedBaseline, Target
from models.messages import OPERATORS, QUALIFIERS, Message, quantity
from models.topics import PROVINCE_NAMES
from models.trajectory import Operator
from models.words import definition_in_words
from streams.cli.words import NOTHING, day

KINDS: Final = {
    Kind.COVERAGE: "tỷ lệ phủ",
    Kind.COUNT: "số lượng",
    Kind.MILESTONE: "hoàn thành",
    Kind.FLOW_RATIO: "tỷ lệ trong kỳ",
    Kind.BUDGET: "kinh phí",
}
_MEASURABILITY: Final = {
    "quantified": "có con số",
    "dated": "có ngày hạn",
    "implied": "con số ngầm hiểu",
    "undated": "không ghi hạn",
    "directional": "chỉ nêu hướng",
}
_VALUE_BASIS: Final = {
    "stated": "kế hoạch ghi",
    "implied": "suy từ câu chữ",
    "none": "kế hoạch không ghi",
}
_DEADLINE_BASIS: Final = {
    "stated_year": "kế hoạch ghi năm",
    "stated_quarter": "kế hoạch ghi quý hoặc ngày",
    "plan_end": "không ghi: hết kỳ kế hoạch",
}
_RECURRENCE: Final = {"yearly": "xét lại mỗi năm", "continuous": "liên tục"}
_AS_WRITTEN: Final = {
    "measures": "Số đo riêng của kế hoạch",
    "reporting": "Nghĩa vụ báo cáo",
    "problems": "Vấn đề kế hoạch nêu",
}
_TOLD: Final = {"plan", "baselines", "inconsistencies", "lists", "targets"}
"""Parts of a file that have entries of their own; any other is shown as it is written."""


class Note(NamedTuple):
    """Something that is said of an entry."""

    label: str
    text: str
    code: bool = False
    """True: as the file writes it, line by line."""


class Entry(NamedTuple):
    """A promise, a printed state, a contradiction or a list."""

    id: str
    sentence: str
    english: str
    notes: tuple[Note, ...]


class Part(NamedTuple):
    """The entries under one heading."""

    heading: str
    entries: tuple[Entry, ...]


class Page(NamedTuple):
    """A plan to be reviewed."""

    title: str
    notes: tuple[Note, ...]
    parts: tuple[Part, ...]


def page_of(file: PlanFile, checked: CheckedPlan, catalogue: ProvinceCatalogue, text: str) -> Page:
    """Return the page of a plan without faults; `text` is its file, `catalogue` what it compiles to."""
    again: dict[str | None, list[Note]] = {}
    for one in checked.advice:
        said = Note("xem lại", f"{one.field}: {one.message}")
        again.setdefault(one.id, []).append(said)
    source = _Source(text, checked.marks, catalogue)
    targets = [
        _target(number, target, file, source, again.get(target.id, []))
        for number, target in enumerate(file.targets)
    ]
    sections = groupby(zip(file.targets, targets, strict=True), lambda pair: pair[0].section)
    return Page(
        file.plan.name_vi,
        (*_header(file), *again.get(file.plan.id, [])),
        (
            *(
                Part(f"Mục {section}", tuple(entry for _, entry in pairs))
                for section, pairs in sections
            ),
            *_appendices(file, source),
        ),
    )


class _Source(NamedTuple):
    """The file as it is written, and what it compiles to."""

    text: str
    marks: Marks
    catalogue: ProvinceCatalogue

    def of(self, *path: int | str, without: str | None = None) -> str:
        """Return the lines of what a path leads to, without one of its keys where that has lines of its own."""
        numbers: Sequence[int] = range(*self.marks.span(path))
        if without is not None:
            left_out = range(*self.marks.span((*path, without)))
            numbers = [one for one in numbers if one not in left_out] or numbers
        every = self.text.splitlines()
        lines = [every[number - 1] for number in numbers]
        while lines and (not lines[-1].strip() or lines[-1].lstrip().startswith("#")):
            lines.pop()
        return dedent("\n".join(lines))


def _header(file: PlanFile) -> Iterator[Note]:
    plan = file.plan
    yield Note("số", plan.number or NOTHING)
    yield Note("ban hành", f"{day(plan.issued)}, {plan.issuing_body}")
    yield Note("tỉnh", PROVINCE_NAMES.get(plan.province, plan.province))
    yield Note("thời gian", f"{day(plan.period_start)} – {day(plan.period_end)}")
    for reading in plan.reading_dates:
        yield Note("ngày đọc", f"{day(reading.day)} (mục {reading.section}): {reading.name.vi}")
    yield Note("chỉ tiêu", str(len(file.targets)))


def _target(
    number: int, target: Target, file: PlanFile, source: _Source, again: Sequence[Note]
) -> Entry:
    return Entry(
        target.id,
        target.text_vi,
        target.text_en,
        (
            Note("loại", f"{KINDS[target.kind]}, {_MEASURABILITY[target.measurability]}"),
            *_terms(target),
            *_definition(number, target, source),
            *_said_beside(target, file),
            *again,
        ),
    )


def _terms(target: Target) -> Iterator[Note]:
    value = target.judged_by
    if target.kind is not Kind.MILESTONE and value is not None:
        needed = OPERATORS[Operator(target.operator)].format(value=quantity(value, target.unit))
        basis = "theo giả định" if target.value is None else _VALUE_BASIS[target.value_basis]
        upper = "" if target.upper is None else f" – {quantity(target.upper, target.unit).vi}"
        yield Note("cần đạt", f"{needed.vi}{upper} ({basis})")
    start = "" if target.start is None else f"từ {day(target.start)} "
    yield Note(
        "hạn", f"{start}đến {day(target.deadline)} ({_DEADLINE_BASIS[target.deadline_basis]})"
    )
    for step in target.steps:
        yield Note("bước", f"{day(step.day)}: {quantity(step.value, target.unit).vi}")
    if target.recurrence is not None:
        yield Note("lặp", _RECURRENCE[target.recurrence])


def _definition(number: int, target: Target, source: _Source) -> Iterator[Note]:
    compiled = source.catalogue.targets[number].indicator
    if target.indicator is not None and compiled is not None:
        rule = target.indicator.house_rule
        written_apart = None if rule is None else "house_rule"
        definition = source.of("targets", number, "indicator", without=written_apart)
        yield Note("định nghĩa", definition_in_words(source.catalogue, compiled).vi)
        yield Note("viết trong tệp", definition, code=True)
        if rule is not None:
            yield Note("giả định", rule.vi)


def _said_beside(target: Target, file: PlanFile) -> Iterator[Note]:
    if target.baseline is not None:
        yield Note("xuất phát", _stated(target.baseline))
    if target.missing is not None:
        yield Note("thiếu", target.missing.vi)
    if target.ambiguity is not None:
        yield Note("chưa rõ", target.ambiguity)
    if target.overlaps_with:
        yield Note("lặp lại", ", ".join(target.overlaps_with))
    for one in file.inconsistencies:
        if one.targets == "all" or target.id in one.targets:
            yield Note("cách hiểu", f"{one.reading.vi} ({one.id})")


def _stated(baseline: Baseline | PrintedBaseline) -> str:
    """Return a printed state with its qualifier and its day."""
    value = baseline.value
    shown = NOTHING if value is None else quantity(value, baseline.unit or "").vi
    printed = QUALIFIERS[baseline.qualifier].format(value=Message(shown, shown)).vi
    return f"{printed} ({day(baseline.date)})"


def _appendices(file: PlanFile, source: _Source) -> Iterator[Part]:
    """Yield what stands beside the targets, and the parts that are shown as they are written."""
    if file.baselines:
        yield Part(
            "Hiện trạng",
            tuple(
                Entry(
                    one.id,
                    one.metric.vi,
                    one.metric.en,
                    (Note("mục", one.section), Note("giá trị", _stated(one))),
                )
                for one in file.baselines
            ),
        )
    if file.inconsistencies:
        yield Part(
            "Chỗ mâu thuẫn",
            tuple(
                Entry(
                    one.id,
                    one.contradiction.vi,
                    one.contradiction.en,
                    (Note("mục", one.section), Note("cách hiểu", one.reading.vi)),
                )
                for one in file.inconsistencies
            ),
        )
    if file.lists:
        yield Part(
            "Danh sách",
            tuple(
                Entry(name, "", "", tuple(Note(row.code, row.name) for row in rows))
                for name, rows in file.lists.items()
            ),
        )
    for section in source.marks.sections():
        if section not in _TOLD:
            written = Note("", source.of(section), code=True)
            yield Part(_AS_WRITTEN.get(section, section), (Entry(section, "", "", (written,)),))
