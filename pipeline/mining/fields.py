"""The conditions of the search box that are written as name:value."""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Final

from pipeline.mining.lexer import Piece, QueryInvalid
from pipeline.mining.query import MOODS, RESULTS, Conditions, Range, RuleState

STATES: Final = ("done", "late", "missed", "violated", "n/a", "needs_review")
EXAMPLES: Final = {
    "by": 'by:Dana, or by:"Dana Smith"',
    "queue": "queue:billing",
    "call": "call:ID",
    "rule": "rule:CORE-03=missed",
    "mood": "mood:calm->angry",
    "score": "score:<60, score:>=85 or score:70..90",
    "minutes": "minutes:>5 or minutes:2..10",
    "from": "from:2026-05-01",
    "until": "until:2026-06-01",
    "result": "result:failed",
    "outcome": "outcome:sold, or outcome:sold,paid",
    "like": 'like:"I want my money back"',
    "intent": "intent:cancel_service",
    "agent": "agent: sorry",
    "customer": "customer: refund",
    "anyone": "anyone: refund",
}
"""Every name that the box knows, with how it is written."""

_TIME: Final = re.compile(r"(\d+(?:\.\d+)?)\s*(s|sec|seconds?|m|min|minutes?)?", re.IGNORECASE)
_NUMBER: Final = r"(\d+(?:\.\d+)?)"
_BOUND: Final = re.compile(rf"(<=|>=|<|>)?{_NUMBER}")
_BETWEEN: Final = re.compile(rf"{_NUMBER}\.\.{_NUMBER}")
_HAIR: Final = 1e-6
"""What makes "below 60" of "at most 60"."""


def add(known: Conditions, name: Piece, value: str) -> Conditions:
    """Return the conditions with one more.

    Raises:
        QueryInvalid: no such name, or a value that it does not take.
    """
    make = _MAKERS.get(name.text)
    if make is None:
        raise QueryInvalid(
            f"{name.text}: is not known",
            name.at,
            f"write one of {', '.join(f'{n}:' for n in EXAMPLES)}; in quotes it is said words",
        )
    made = make(known, value)
    if made is None:
        raise QueryInvalid(f"{name.text}: does not take {value!r}", name.at, example(name.text))
    return made


def example(name: str) -> str:
    """Return how a condition is written."""
    shown = EXAMPLES.get(name)
    return f"write {shown}" if shown else f"write one of {', '.join(EXAMPLES)}"


def seconds(text: str) -> float | None:
    """Return a length of time in seconds, None where it is none: "60", "60s", "2m"."""
    match = _TIME.fullmatch(text)
    if match is None:
        return None
    return float(match[1]) * (60.0 if (match[2] or "s").lower().startswith("m") else 1.0)


def bounds(text: str) -> Range | None:
    """Return a range: "<60", ">=85", "70..90", "80"; None where it is none."""
    if match := _BETWEEN.fullmatch(text):
        return Range(float(match[1]), float(match[2]))
    match = _BOUND.fullmatch(text)
    if match is None:
        return None
    number = float(match[2])
    return {
        "<": Range(None, number - _HAIR),
        "<=": Range(None, number),
        ">": Range(number + _HAIR, None),
        ">=": Range(number, None),
    }.get(match[1] or "", Range(number, number))


def day(text: str) -> str | None:
    """Return an ISO date, or a time that begins with one, as it is; None where it is none."""
    try:
        date.fromisoformat(text[:10])
    except ValueError:
        return None
    return text


def _rule(known: Conditions, value: str) -> Conditions | None:
    rule, _, state = value.partition("=")
    state = state.lower().replace("hit", "done")
    if not rule or (state and state not in STATES):
        return None
    return replace(known, rules=(*known.rules, RuleState(rule, state)))


def _mood(known: Conditions, value: str) -> Conditions | None:
    mood = value.lower().replace("\u2192", "->").replace(" ", "")
    return replace(known, mood=mood) if mood in MOODS else None


def _result(known: Conditions, value: str) -> Conditions | None:
    return replace(known, result=value.lower()) if value.lower() in RESULTS else None


def _score(known: Conditions, value: str) -> Conditions | None:
    found = bounds(value)
    return None if found is None else replace(known, score=found)


def _minutes(known: Conditions, value: str) -> Conditions | None:
    found = bounds(value)
    return None if found is None else replace(known, minutes=found)


def _since(known: Conditions, value: str) -> Conditions | None:
    found = day(value)
    return None if found is None else replace(known, since=found)


def _until(known: Conditions, value: str) -> Conditions | None:
    found = day(value)
    return None if found is None else replace(known, until=found)


def _outcome(known: Conditions, value: str) -> Conditions | None:
    return replace(known, outcomes=tuple(filter(None, value.split(","))))


_MAKERS: Final[dict[str, Callable[[Conditions, str], Conditions | None]]] = {
    "by": lambda known, value: replace(known, agent=value),
    "queue": lambda known, value: replace(known, queue=value),
    "call": lambda known, value: replace(known, call=value),
    "rule": _rule,
    "mood": _mood,
    "result": _result,
    "outcome": _outcome,
    "score": _score,
    "minutes": _minutes,
    "from": _since,
    "until": _until,
}
