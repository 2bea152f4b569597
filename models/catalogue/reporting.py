"""Compile reporting duties: the reports of each, period by period, and the measures that see them filed.

Nothing is owed before the plan was issued; a duty that is never due is kept with the reason, never left out.
"""

from collections.abc import Iterator, Sequence
from typing import Final

from models.catalogue.draft import Draft
from models.catalogue.listing import DutyRow
from models.days import day_from_date
from models.definitions import Duty, MeasureReference, Plan, Text
from models.duties import DUE_SOON_DAYS, Obligation, last_day, periods
from models.events import FieldKind
from models.place import Place

_IMPLIED: Final = Text(
    vi="kế hoạch không ghi ngày: hạn là ngày cuối kỳ, không phát cảnh báo",
    en="the plan prints no date: due on the period's last day, no alert is raised",
)
_EVERY_DUE: Final = Text(
    vi=f"sắp đến hạn = còn không quá {DUE_SOON_DAYS} ngày; hạn vào ngày nghỉ vẫn giữ nguyên; "
    "báo cáo thuộc kỳ chứa ngày cuối kỳ mà nó ghi, bản gửi đầu tiên được tính",
    en=f"due soon = at most {DUE_SOON_DAYS} days are left; a last day that is a holiday stays; "
    "a report belongs to the period in which its own ends, its first filing counts",
)
_NEVER_DUE: Final = Text(
    vi="không có hạn: chỉ cho biết lần gửi gần nhất, không bao giờ tính là trễ",
    en="never due: shows only when it was last filed, and is never late",
)


def compile_duty(draft: Draft, place: Place, plan: Plan, duty: Duty) -> tuple[Obligation, ...]:
    """Compile the reports that a duty of a plan demands.

    Raises:
        CatalogueError: it names a list or measure that does not exist or does not fit.
    """
    draft.check_population(duty.over, place)
    if duty.never_due is not None:
        seen = _filed(draft, duty.last_seen or (), place, "last_seen")
        return (
            Obligation(
                duty.id, duty.section, None, None, duty.over, seen, duty.recipient,
                alerts=False, never_due=duty.never_due,
            ),
        )  # fmt: skip
    return tuple(_obligations(draft, place, plan, duty))


def _obligations(draft: Draft, place: Place, plan: Plan, duty: Duty) -> Iterator[Obligation]:
    issued = day_from_date(plan.issued or plan.period_start)
    names: set[str] = set()
    for number, one in enumerate(duty.rounds, 1):
        filed = _filed(draft, one.filed, place, f"round{number}.filed")
        for period in periods(one.every, plan.period_start, plan.period_end):
            if period.name in names:
                raise place.error("rounds", f"two rounds have the period {period.name}")
            names.add(period.name)
            due_on = last_day(period, one.due)
            if due_on >= issued:
                yield Obligation(
                    duty.id, duty.section, period, due_on, duty.over, filed, duty.recipient,
                    alerts=one.due is not None,
                )  # fmt: skip


def _filed(
    draft: Draft, references: Sequence[MeasureReference], place: Place, role: str
) -> tuple[str, ...]:
    """Compile measures that count reports by the last day of the period that each is about."""
    names = []
    for number, reference in enumerate(references, 1):
        name = draft.bucketed(reference, place, f"{role}{number}", " to find the period by")
        measure = draft.measures[name]
        if measure.bucket is not FieldKind.DATE:
            raise place.error(role, f"the buckets of {name} are no dates")
        if not draft.counts_events(name):
            raise place.error(role, f"{name} does not count what is filed")
        names.append(name)
    return tuple(names)


def duty_row(plan: Plan, duty: Duty) -> DutyRow:
    """Return the row of a duty; its assumption is its own and what is assumed of every duty of its sort."""
    rules = [] if duty.house_rule is None else [duty.house_rule]
    if duty.never_due is not None:
        rules.append(_NEVER_DUE)
    else:
        if any(one.due is None for one in duty.rounds):
            rules.append(_IMPLIED)
        rules.append(_EVERY_DUE)
    return DutyRow(
        province=plan.province,
        plan=plan.id,
        duty=duty.id,
        recipient=None if duty.recipient is None else duty.recipient.vi,
        section=duty.section,
        text_vi=duty.text_vi,
        text_en=duty.text_en,
        house_rule_vi="; ".join(rule.vi for rule in rules),
        house_rule_en="; ".join(rule.en for rule in rules),
        reason=None if duty.never_due is None else str(duty.never_due),
    )
