"""What stands under a target in tables: the assumption behind its figure, where its plan starts from, what that leaves out.

All of it is the catalogue's; nothing here is read from a database.
"""

from collections.abc import Collection, Mapping
from typing import NamedTuple

from rich.text import Text

from models.catalogue.listing import TargetDefinitionRow
from models.changes import amount_of
from models.days import date_of
from models.definitions import Qualifier
from models.messages import REASONS
from streams.cli.words import MARKS, day, figure


class Titles(NamedTuple):
    """What the catalogue calls things, in Vietnamese, and what it says of targets."""

    indicators: Mapping[str, str]
    targets: Mapping[str, str]
    duties: Mapping[str, str]
    problems: Mapping[str, str]
    definitions: Mapping[str, TargetDefinitionRow]

    def in_order(self, indicators: Collection[str]) -> list[str]:
        """Return `indicators` in the order of the catalogue, which begins with the house's."""
        return [indicator for indicator in self.indicators if indicator in indicators]

    def counts(self, target: object) -> bool:
        """Return whether a target counts; one that repeats another commitment does not."""
        row = self.definitions.get(str(target))
        return row is None or row.counted

    def required(self, target: object, value: object, unit: str) -> str:
        """Return what a target needs; of a range both ends."""
        row = self.definitions.get(str(target))
        if row is None or row.upper_value is None:
            return figure(value, unit)
        return f"{figure(value).strip()}–{figure(row.upper_value, unit)}"

    def with_assumption(self, title: str, target: object) -> Text:
        """Return a title, with the assumption behind the figure of a target beneath it."""
        row = self.definitions.get(str(target))
        return _under(title, [] if row is None else _assumption(row))

    def with_notes(self, title: str, target: object, reason: object, *more: str) -> Text:
        """Return a target's text, with all that is to be known of its figure beneath it; `reason`: why it is not judged."""
        row = self.definitions.get(str(target))
        return _under(title, [*([] if row is None else _notes(row)), *_why(row, reason), *more])


def titles() -> Titles:
    """Return what the catalogue calls things."""
    from models.catalogue import load_catalogue

    listing = load_catalogue().listing
    return Titles(
        {row.indicator: row.name_vi for row in listing.indicators},
        {row.target: row.text_vi for row in listing.targets},
        {row.duty: row.text_vi for row in listing.duties},
        {row.problem: row.text_vi for row in listing.problems},
        {row.target: row for row in listing.definitions},
    )


def _under(title: str, lines: Collection[str]) -> Text:
    text = Text(title)
    for line in lines:
        text.append(f"\n{line}", style="dim")
    return text


def _assumption(row: TargetDefinitionRow) -> list[str]:
    return [] if row.house_rule_vi is None else [f"giả định: {row.house_rule_vi}"]


def _notes(row: TargetDefinitionRow) -> list[str]:
    lines = _assumption(row)
    start = starting_point(row)
    if start is not None:
        lines.append(f"xuất phát: {start}")
    if not row.counted:
        lines.append("lặp lại cam kết khác, không tính thêm")
    return lines


def _why(row: TargetDefinitionRow | None, reason: object) -> list[str]:
    if reason is None:
        return []
    missing = None if row is None else row.missing_vi
    lacks = [] if missing is None else [f"thiếu: {missing}"]
    return [f"lý do: {REASONS[str(reason)].vi}", *lacks]


def starting_point(row: TargetDefinitionRow) -> str | None:
    """Return the value that a plan starts from with its qualifier, its day and the section that prints it."""
    value, qualifier = row.baseline_value, row.baseline_qualifier
    if value is None or qualifier is None:
        return None
    shown = MARKS[Qualifier(qualifier)] + figure(amount_of(value), row.baseline_unit or "")
    where = [
        *([] if row.baseline_date is None else [day(date_of(row.baseline_date))]),
        *([] if row.baseline_section is None else [f"mục {row.baseline_section}"]),
    ]
    return f"{shown} ({', '.join(where)})" if where else shown
