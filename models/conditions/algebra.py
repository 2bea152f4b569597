"""Compile the algebra of conditions: `all`, `any`, `not`, named conditions and named functions.

Labels are those of the first positive member that holds, so a figure's agency does not depend on what a condition excludes.
"""

from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple

from models import dossiers
from models.conditions.has import compile_has
from models.conditions.scope import CompiledCondition, Evaluate, Scope
from models.conditions.within import compile_within
from models.definitions import Condition, ConditionNode
from models.gathering import every
from models.intervals import NEVER, Intervals, both, either, without
from models.place import did_you_mean
from models.subjects import Grouped


class Function(NamedTuple):
    """A condition that YAML cannot say."""

    subject: str
    """The subject's kind."""
    evaluate: Evaluate
    reads: frozenset[str]
    """Fact types."""
    needs: frozenset[str]
    """Fact types without which it never holds."""


FUNCTIONS: Final[Mapping[str, Function]] = {
    "dossier.overdue": Function(
        "dossier",
        dossiers.overdue,
        frozenset({dossiers.RECEIVED, dossiers.RESOLVED, dossiers.STATUS}),
        frozenset({dossiers.RECEIVED}),
    ),
}


def compile_condition(condition: Condition, scope: Scope) -> CompiledCondition:
    """Compile a condition.

    Raises:
        CatalogueError: a name, fact or field does not exist or does not fit.
    """
    if isinstance(condition, str):
        return _named(condition, scope)
    if condition.has is not None:
        return compile_has(condition.has, scope)
    if condition.within is not None:
        return compile_within(condition.within, scope)
    if condition.all is not None:
        return _all(condition.all, scope)
    if condition.any is not None:
        return _any(condition.any, scope)
    if condition.function is not None:
        return _function(condition.function, scope)
    raise scope.place.error(
        "not",
        "stands only inside an `all` that has a positive member",
        mend="put it into an `all` beside what must hold",
    )


def _named(name: str, scope: Scope) -> CompiledCondition:
    if name not in scope.stocks:
        raise scope.place.error(
            name,
            "is no stock measure; a condition may name only those",
            word=name,
            mend=did_you_mean(name, scope.stocks, "define a stock of this name under `measures`"),
        )
    if name in scope.naming:
        raise scope.place.error(
            name,
            f"uses itself: {' -> '.join((*scope.naming, name))}",
            mend="write out the condition in one of them",
        )
    kind, condition = scope.stocks[name]
    if kind != scope.kind:
        raise scope.place.error(
            name,
            f"is about the subject {kind}, not {scope.kind}",
            word=name,
            mend=f"name a stock of the subject {scope.kind}",
        )
    return compile_condition(condition, scope.following(name))


def _function(name: str, scope: Scope) -> CompiledCondition:
    if name not in FUNCTIONS:
        raise scope.place.error(
            name,
            f"is no function; there are: {', '.join(sorted(FUNCTIONS))}",
            word=name,
            mend=did_you_mean(name, FUNCTIONS, "name one of those"),
        )
    function = FUNCTIONS[name]
    if function.subject != scope.kind:
        raise scope.place.error(
            name,
            f"is a function of the subject {function.subject}, not {scope.kind}",
            word=name,
            mend=f"write `subject: {function.subject}`",
        )
    return CompiledCondition(function.evaluate, function.reads, function.needs)


def _all(members: Sequence[Condition], scope: Scope) -> CompiledCondition:
    required = [member for member in members if _negated(member) is None]
    excluded = [negated for negated in map(_negated, members) if negated is not None]
    compiled = every(lambda member: compile_condition(member, scope), [*required, *excluded])
    positive, negative = compiled[: len(required)], compiled[len(required) :]
    if not positive:
        raise scope.place.error(
            "all", "needs a positive member", mend="add what must hold beside what must not"
        )
    first, *others = [member.evaluate for member in positive]
    removed = [member.evaluate for member in negative]

    def evaluate(facts: Grouped) -> Intervals:
        result = first(facts)
        for other in others:
            if not result:
                return NEVER
            result = both(result, other(facts))
        for other in removed:
            if not result:
                return NEVER
            result = without(result, other(facts))
        return result

    needs: frozenset[str] = frozenset().union(*(member.needs for member in positive))
    return _combined(evaluate, [*positive, *negative], needs)


def _negated(condition: Condition) -> Condition | None:
    return condition.negated if isinstance(condition, ConditionNode) else None


def _any(members: Sequence[Condition], scope: Scope) -> CompiledCondition:
    compiled = every(lambda member: compile_condition(member, scope), members)
    first, *others = [member.evaluate for member in compiled]

    def evaluate(facts: Grouped) -> Intervals:
        result = first(facts)
        for other in others:
            result = either(result, other(facts))
        return result

    return _combined(evaluate, compiled, frozenset())


def _combined(
    evaluate: Evaluate, members: Sequence[CompiledCondition], needs: frozenset[str]
) -> CompiledCondition:
    reads: frozenset[str] = frozenset().union(*(member.reads for member in members))
    known = [member.reach for member in members if member.reach is not None]
    reach = max(known) if len(known) == len(members) else None
    return CompiledCondition(evaluate, reads, needs, reach)
