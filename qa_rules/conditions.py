"""Whether something is true of the call so far."""

from collections.abc import Iterator

from qa_rules.match_schema import Condition
from qa_rules.types import Evidence
from qa_rules.wording import ANGER, Wording, fact
from qa_rules.world import World

Dependency = str
"""What a condition looks at: "event:x", "intent:x", "fact:x", "item:x" or "anger"."""


def holds(condition: Condition, world: World) -> bool:
    """Return whether a condition holds."""
    if condition.all is not None:
        return all(holds(c, world) for c in condition.all)
    if condition.any is not None:
        return any(holds(c, world) for c in condition.any)
    if condition.not_ is not None:
        return not holds(condition.not_, world)
    return _simple(condition, world)


def _simple(condition: Condition, world: World) -> bool:
    if condition.event is not None:
        return world.count(condition.event) > 0
    if condition.intent is not None:
        return condition.intent in world.wants
    if condition.anger is not None:
        return world.reached >= condition.anger
    if condition.count is not None:
        return world.count(condition.count.event) >= condition.count.at_least
    if condition.item is not None:
        return world.states.get(condition.item) == condition.state
    return _facts(condition, world)


def _facts(condition: Condition, world: World) -> bool:
    for name, wanted in (condition.fact or {}).items():
        values = wanted if isinstance(wanted, tuple) else (wanted,)
        if world.facts.get(name) not in values:
            return False
    return True


def dependencies(condition: Condition) -> Iterator[Dependency]:
    """Yield what a condition looks at."""
    for inner in (*(condition.all or ()), *(condition.any or ())):
        yield from dependencies(inner)
    if condition.not_ is not None:
        yield from dependencies(condition.not_)
    if condition.event is not None:
        yield f"event:{condition.event}"
    if condition.intent is not None:
        yield f"intent:{condition.intent}"
    if condition.anger is not None:
        yield "anger"
    if condition.count is not None:
        yield f"event:{condition.count.event}"
    if condition.item is not None:
        yield f"item:{condition.item}"
    for name in condition.fact or ():
        yield f"fact:{name}"


def static(condition: Condition) -> bool:
    """Return whether a condition looks at facts alone, which are known when the call begins."""
    return all(d.startswith("fact:") for d in dependencies(condition))


def called_by(condition: Condition, world: World) -> tuple[Evidence, ...]:
    """Return the words that made a condition true, those of the first event that it looks at."""
    for name in dependencies(condition):
        kind, _, rest = name.partition(":")
        found = world.evidence_of(rest) if kind == "event" else ()
        if found:
            return found
    return ()


_STATES = {"n/a": "not called for", "needs_review": "in need of a look"}


def describe(condition: Condition, wording: Wording | None = None) -> str:
    """Return a condition in words."""
    names = wording or Wording()
    if condition.all is not None:
        return " and ".join(describe(c, names) for c in condition.all)
    if condition.any is not None:
        return " or ".join(describe(c, names) for c in condition.any)
    if condition.not_ is not None:
        return f"not: {describe(condition.not_, names)}"
    if condition.count is not None:
        return f"{names.event(condition.count.event)} ({condition.count.at_least} times)"
    if condition.anger is not None:
        return ANGER[condition.anger]
    if condition.item is not None:
        state = str(condition.state)
        return f"{names.item(condition.item)} is {_STATES.get(state, state)}"
    if condition.fact is not None:
        return " and ".join(fact(n, v) for n, v in condition.fact.items())
    if condition.event is not None:
        return names.event(condition.event)
    return names.intent(str(condition.intent))
