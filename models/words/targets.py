"""What a target asks for in words, and what its figure is made of.

The window is the compiled one: a definition may leave it to its form.
"""

from models.catalogue import CompiledTarget, ProvinceCatalogue
from models.catalogue.forms import is_share
from models.days import day_from_date
from models.figures import CompiledIndicator
from models.forms import ChangeForm
from models.messages import OPERATORS, Message, calendar_day, quantity
from models.trajectory import Operator
from models.words.figures import indicator_in_words
from models.words.glossary import Glossary
from models.words.lexicon import load_lexicon
from models.words.phrases import appended, listed, say


def glossary_of(catalogue: ProvinceCatalogue) -> Glossary:
    """Return what the definitions of a province may name."""
    named = {name: measure for name, (_, measure) in catalogue.definitions.named.items()}
    return Glossary(load_lexicon(), named, catalogue.lists)


def definition_in_words(catalogue: ProvinceCatalogue, indicator: CompiledIndicator) -> Message:
    """Return how an indicator of a province is made: one of its plan's targets, or of the house."""
    definition, unit = catalogue.written(indicator)
    return indicator_in_words(
        glossary_of(catalogue),
        definition,
        indicator.window,
        share=is_share(unit),
        milestone=indicator.kind == "milestone",
    )


def goal_in_words(target: CompiledTarget) -> Message:
    """Return what a target asks for, and until when."""
    definition = target.definition
    deadline = calendar_day(target.terms.deadline)
    tails = [say(", hạn {deadline}", ", by {deadline}", deadline=deadline)]
    if definition.steps:
        steps = [
            say(
                "{value} đến hết {day}",
                "{value} by {day}",
                value=quantity(step.value, definition.unit),
                day=calendar_day(day_from_date(step.day)),
            )
            for step in definition.steps
        ]
        tails.append(
            say("; các bước: {steps}", "; steps: {steps}", steps=listed(steps, ", ", ", "))
        )
    if definition.recurrence == "yearly":
        tails.append(Message("; xét lại mỗi năm", "; judged anew each year"))
    return appended(_needed(target), tails)


def _needed(target: CompiledTarget) -> Message:
    definition = target.definition
    if target.terms.milestone:
        return Message("Hoàn thành", "Done")
    changes = target.indicator is not None and isinstance(target.indicator.form, ChangeForm)
    value = definition.judged_by
    if value is None and not changes:
        return Message("Kế hoạch không nêu giá trị để so", "The plan gives no value to judge by")
    needed = OPERATORS[Operator(definition.operator)].format(
        value=quantity(0 if value is None else value, definition.unit)
    )
    if definition.upper is not None:
        upper = quantity(definition.upper, definition.unit)
        needed = say(
            "{needed} (đến {upper})", "{needed} (up to {upper})", needed=needed, upper=upper
        )
    assumed = value is not None and definition.value is None
    tails = [Message(" (theo giả định)", " (assumed)")] if assumed else []
    return appended(say("Cần {needed}", "Needs {needed}", needed=needed), tails)
