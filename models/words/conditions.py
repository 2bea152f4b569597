"""Conditions on a subject in words: a verb phrase that goes on "số hồ sơ ..." and "dossiers that ...".

Names of other conditions are replaced by what they say, and an `all` within an `all` by its members, each said once.
"""

from models.definitions import Condition, ConditionNode, Has, Start, Within
from models.messages import Message
from models.words.glossary import Glossary
from models.words.phrases import appended, both, bracketed, counted, either, say
from models.words.where import where_in_words


def condition_in_words(glossary: Glossary, kind: str, condition: Condition) -> Message:
    """Return a condition on subjects of a kind."""
    if isinstance(condition, str):
        return condition_in_words(glossary, kind, _meant(glossary, condition))
    if condition.has is not None:
        return _has(glossary, kind, condition.has)
    if condition.within is not None:
        return _within(glossary, kind, condition.within)
    if condition.all is not None:
        return both(_members(glossary, kind, condition.all))
    if condition.any is not None:
        choices = either([condition_in_words(glossary, kind, one) for one in condition.any])
        return choices if len(condition.any) == 1 else say("({any})", "({any})", any=choices)
    if condition.negated is not None:
        return say(
            "không thuộc trường hợp {negated}",
            "are not among those that {negated}",
            negated=condition_in_words(glossary, kind, condition.negated),
        )
    if condition.function is not None:
        return glossary.lexicon.function(condition.function)
    raise LookupError("a condition has one node")


def fact_in_force(glossary: Glossary, condition: Condition) -> str:
    """Return the type of the facts whose being in force is the condition; it must be one `has`."""
    node = _meant(glossary, condition) if isinstance(condition, str) else condition
    if isinstance(node, str):
        return fact_in_force(glossary, node)
    if node.has is None:
        raise LookupError("the condition is not one `has`")
    return node.has.fact


def _meant(glossary: Glossary, name: str) -> Condition:
    stock = glossary.measures[name].stock
    if stock is None:
        raise LookupError(f"{name} is no stock")
    return stock


def _members(glossary: Glossary, kind: str, conditions: list[Condition]) -> list[Message]:
    """Return the members of an `all`, those of inner ones in their place, each once."""
    members: list[Message] = []
    for condition in conditions:
        node = _meant(glossary, condition) if isinstance(condition, str) else condition
        inner = node.all if isinstance(node, ConditionNode) else None
        said = (
            [condition_in_words(glossary, kind, node)]
            if inner is None
            else _members(glossary, kind, inner)
        )
        members += [one for one in said if one not in members]
    return members


def _has(glossary: Glossary, kind: str, has: Has) -> Message:
    lexicon = glossary.lexicon
    clauses = where_in_words(lexicon, has.fact, has.where)
    if has.start is not None:
        clauses.append(_start(glossary, has.start))
    if has.to is not None:
        clauses.append(say("đến hết {to}", "to the {to}", to=lexicon.field(has.to)))
    if has.until is not None:
        until = lexicon.holds(has.until, kind)
        clauses.append(say("cho đến khi {until}", "until they {until}", until=until))
    return appended(lexicon.holds(has.fact, kind), [bracketed(clauses)])


def _start(glossary: Glossary, start: Start) -> Message:
    field, days = glossary.lexicon.field(start.field), counted(abs(start.days))
    if start.days < 0:
        words = Message("từ {days} ngày trước {field}", "from {days} days before the {field}")
    elif start.days > 0:
        words = Message("từ {days} ngày sau {field}", "from {days} days after the {field}")
    else:
        words = Message("từ {field}", "from the {field}")
    return words.format(days=days, field=field)


def _within(glossary: Glossary, kind: str, within: Within) -> Message:
    lexicon = glossary.lexicon
    tails = [bracketed(where_in_words(lexicon, within.fact, within.where))]
    if within.times > 1:
        times = counted(within.times)
        tails.append(say(" ít nhất {times} ngày", " on at least {times} days", times=times))
    if within.days is None:
        tails.append(Message(" trong năm", " in the year"))
    else:
        days = counted(within.days)
        tails.append(say(" trong {days} ngày gần nhất", " within the last {days} days", days=days))
    return appended(lexicon.holds(within.fact, kind), tails)
