"""Indicators in words: how a figure is made of measures (forms 7 to 12), over whom and over which days.

Total over the grammar: a form, condition or field without words of its own is found by a test that varies each of them.
"""

from collections.abc import Mapping, Sequence
from typing import Final

from models.definitions import (
    Against,
    Agencies,
    Change,
    Checklist,
    FigureCondition,
    Indicator,
    IndicatorForm,
    MeasureReference,
    Ratio,
    WindowName,
)
from models.messages import Message
from models.requirements import comparisons_of
from models.words.conditions import condition_in_words
from models.words.glossary import Glossary
from models.words.lexicon import quoted
from models.words.measures import (
    amount_in_words,
    bucket_in_words,
    latest_in_words,
    sum_in_words,
    things_in_words,
)
from models.words.phrases import appended, both, counted, listed, numbered, say
from models.words.populations import WINDOWS, list_in_words, population_in_words

_COMPARISONS: Final[Mapping[str, Message]] = {
    "at_least": Message("ít nhất {bound}", "at least {bound}"),
    "more_than": Message("trên {bound}", "more than {bound}"),
    "at_most": Message("không quá {bound}", "at most {bound}"),
    "less_than": Message("dưới {bound}", "less than {bound}"),
}


def indicator_in_words(
    glossary: Glossary, indicator: Indicator, window: WindowName, *, share: bool, milestone: bool
) -> Message:
    """Return how a figure is made.

    Args:
        glossary: what the definition may name.
        indicator: the definition.
        window: the window that the figure is read over.
        share: whether its unit is per cent.
        milestone: whether it is a thing done or not.
    """
    tails: list[Message] = []
    if indicator.over is not None:
        over = population_in_words(glossary, indicator.over)
        tails.append(say("; chỉ tính {over}", "; only of {over}", over=over))
    if indicator.agencies is None and indicator.checklist is None:
        tails.append(say("; đọc {window}", "; read {window}", window=WINDOWS[window]))
    if indicator.clip is not None:
        tails.append(
            Message("; kể cả ngoài kỳ kế hoạch", "; outside the plan's period too")
        )  # fmt: skip
    head = form_in_words(glossary, indicator, share=share, milestone=milestone)
    whole = appended(head, tails)
    return Message(_sentence(whole.vi), _sentence(whole.en))


def form_in_words(
    glossary: Glossary, form: IndicatorForm, *, share: bool, milestone: bool = False
) -> Message:
    """Return the form of a figure."""
    if form.value is not None:
        return sum_in_words(glossary, form.value)
    if form.least is not None:
        sums = [amount_in_words(glossary, one) for one in form.least]
        return say("số nhỏ nhất trong: {sums}", "least of: {sums}", sums=numbered(sums))
    if form.ratio is not None:
        head = (
            Message("tỷ lệ phần trăm", "percentage") if share else Message("thương số", "quotient")
        )
        return say("{head}: {over}", "{head}: {over}", head=head, over=_over(glossary, form.ratio))
    if form.latest is not None:
        return things_in_words(glossary, form.latest)
    if form.median is not None:
        return say(
            "trung vị của {bucket}: {things}",
            "median of {bucket}: {things}",
            bucket=bucket_in_words(glossary, form.median),
            things=things_in_words(glossary, form.median),
        )
    if form.agencies is not None:
        return _agencies(glossary, form.agencies, share=share)
    if form.checklist is not None:
        return _checklist(glossary, form.checklist, share=share, milestone=milestone)
    if form.change is not None:
        return _change(glossary, form.change, share=share)
    raise LookupError("an indicator has one form")


def conditions_in_words(
    glossary: Glossary, conditions: Sequence[FigureCondition]
) -> tuple[Message, ...]:
    """Return what each condition asks of an agency, as a verb phrase."""
    return tuple(_asked_of_agency(glossary, one) for one in conditions)


def rows_in_words(glossary: Glossary, checklist: Checklist) -> dict[str, Message]:
    """Return what each row of a checklist asks, by the row's code, or its number where it has none."""
    if checklist.rows is not None:
        return {
            str(number): _asked_of_row(glossary, row, checklist.window)
            for number, row in enumerate(checklist.rows, 1)
        }
    if checklist.members is not None:
        return {row.code: quoted(row.name) for row in glossary.lists[checklist.members]}
    return {item: quoted(item) for item in checklist.items or ()}


def _over(glossary: Glossary, ratio: Ratio) -> Message:
    return say(
        "tử số là {num}; mẫu số là {den}",
        "numerator – {num}; denominator – {den}",
        num=sum_in_words(glossary, ratio.num),
        den=sum_in_words(glossary, ratio.den),
    )


def _agencies(glossary: Glossary, agencies: Agencies, *, share: bool) -> Message:
    population = population_in_words(glossary, agencies.of)
    asked = numbered(conditions_in_words(glossary, agencies.meet))
    tails = []
    if agencies.among:
        among = numbered(conditions_in_words(glossary, agencies.among))
        tails.append(say("; chỉ xét nơi {among}", "; only those that {among}", among=among))
    if agencies.weigh is not None:
        weights = sum_in_words(glossary, agencies.weigh)
        tails.append(
            say(
                "; mỗi cơ quan được tính bằng {weights}",
                "; each agency counts as its {weights}",
                weights=weights,
            )
        )
    head = (
        Message("tính trên {population} còn hoạt động, tỷ lệ phần trăm nơi {asked}", "of {population} that are active, the percentage that {asked}")
        if share
        else Message("tính trên {population} còn hoạt động, số nơi {asked}", "of {population} that are active, the number that {asked}")
    )  # fmt: skip
    return appended(head.format(population=population, asked=asked), tails)


def _asked_of_agency(glossary: Glossary, condition: FigureCondition) -> Message:
    """Return a condition on an agency: what its register says in its own words, all else as what it has."""
    if condition.figure is not None and len(condition.figure) == 1:
        measure = glossary.measure(condition.figure[0])
        if (
            measure is not None
            and measure.stock is not None
            and measure.subject == "agency"
            and not measure.each
            and _is_any(condition)
        ):
            return condition_in_words(glossary, "agency", measure.stock)
    return say("có {asked}", "have {asked}", asked=_asked(glossary, condition, None))


def _asked_of_row(
    glossary: Glossary, row: MeasureReference | FigureCondition, usual: WindowName | None
) -> Message:
    condition = row if isinstance(row, FigureCondition) else FigureCondition(figure=[row])
    return say("có {asked}", "there is {asked}", asked=_asked(glossary, condition, usual))


def _asked(glossary: Glossary, condition: FigureCondition, usual: WindowName | None) -> Message:
    """Return a condition on a figure, with the days that it is read over."""
    window = condition.window or usual
    if condition.ratio is not None:
        sides = (*condition.ratio.num, *condition.ratio.den)
        figure = say(
            "tỷ lệ [{over}]", "a share [{over}]",
            over=_over(glossary, condition.ratio),
        )  # fmt: skip
    else:
        sides = tuple(condition.figure or ())
        figure = sum_in_words(glossary, sides)
    days = _days(glossary, sides, window)
    if len(sides) == 1 and _is_any(condition) and _counts(glossary, sides[0]):
        things = things_in_words(glossary, sides[0])
        return say("ít nhất 1 {things}{days}", "at least 1 of the {things}{days}", things=things, days=days)  # fmt: skip
    bounds = both(
        [
            _COMPARISONS[name].format(
                bound=say("{n}%", "{n} %", n=counted(bound))
                if condition.ratio is not None
                else counted(bound)
            )
            for name, bound in comparisons_of(condition)
        ]
    )
    return say("{figure}{days}: {bounds}", "{figure}{days}: {bounds}", figure=figure, days=days, bounds=bounds)  # fmt: skip


def _days(
    glossary: Glossary, measures: Sequence[MeasureReference], window: WindowName | None
) -> Message:
    """Return over which days measures are read, a space before it; nothing of stocks, which are read now."""
    if window is None and not all(_is_stock(glossary, one) for one in measures):
        window = WindowName.PLAN
    if window is None:
        return Message("", "")
    return say(" {window}", " {window}", window=WINDOWS[window])


def _is_any(condition: FigureCondition) -> bool:
    return condition.ratio is None and comparisons_of(condition) == [("at_least", 1)]


def _is_stock(glossary: Glossary, reference: MeasureReference) -> bool:
    measure = glossary.measure(reference)
    return measure is not None and measure.stock is not None


def _counts(glossary: Glossary, reference: MeasureReference) -> bool:
    """Return whether a measure counts things, so that one of them is what is asked for."""
    measure = glossary.measure(reference)
    if measure is None:
        return True
    if measure.flow is not None:
        return measure.flow.amount is None and measure.flow.held is None
    return measure.stock is not None and measure.amount is None


def _checklist(
    glossary: Glossary, checklist: Checklist, *, share: bool, milestone: bool
) -> Message:
    asked = tuple(rows_in_words(glossary, checklist).values())
    if checklist.each is not None:
        rows = (
            listed(asked, ", ", ", ")
            if checklist.members is None
            else list_in_words(glossary.lists[checklist.members])
        )
        what = say(
            "có ít nhất 1 {things}{days} {each}{bucket}: {rows}",
            "there is at least 1 of the {things}{days} {each}{bucket}: {rows}",
            things=things_in_words(glossary, checklist.each),
            days=_days(glossary, (checklist.each,), checklist.window),
            each=Message("cho từng ", "for each ") if len(asked) > 1 else Message("với ", "with "),
            bucket=bucket_in_words(glossary, checklist.each),
            rows=rows,
        )
    else:
        what = numbered(asked)
    count = counted(len(asked))
    if milestone:
        if len(asked) == 1:
            return say("đạt khi {what}", "reached when {what}", what=what)
        return say(
            "đạt khi đủ cả {count} mục: {what}",
            "reached when all {count} hold: {what}",
            count=count, what=what,
        )  # fmt: skip
    if share:
        return say(
            "tỷ lệ phần trăm số mục đạt trong {count} mục: {what}",
            "percentage met of {count}: {what}",
            count=count, what=what,
        )  # fmt: skip
    return say(
        "số mục đạt trong {count} mục: {what}",
        "number met of {count}: {what}",
        count=count, what=what,
    )  # fmt: skip


def _change(glossary: Glossary, change: Change, *, share: bool) -> Message:
    return say(
        "mức thay đổi của [{of}] so với {against}",
        "change of [{of}] against {against}",
        of=form_in_words(glossary, change.of, share=share),
        against=_against(glossary, change.against),
    )


def _against(glossary: Glossary, against: Against) -> Message:
    if against.latest is not None and against.latest.latest is not None:
        return latest_in_words(glossary, against.latest.latest)
    if against.reference is not None:
        return counted(against.reference)
    years = counted(-(against.years or 0))
    return say("cùng kỳ {years} năm trước", "the same days {years} year(s) before", years=years)


def _sentence(text: str) -> str:
    return f"{text[0].upper()}{text[1:]}."
