"""Finds the calls that conditions hold of, and the second of each that they speak of."""

import json
from collections import defaultdict
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, select

from pipeline.mining.query import Conditions, Range, RuleState
from pipeline.store.project import sortable
from pipeline.store.schema import anger_span, call, finding, wrapup, wrapup_edit

EARLY_S: Final = 30.0
"""A caller who is angry before this came angry; one who is later grew so in the call."""
CALM: Final = 1
"""Highest level of anger that counts as calm again."""


@dataclass(frozen=True, slots=True)
class Calls:
    """The calls, and for some of them the second at which the condition came true."""

    ids: frozenset[str]
    at_s: dict[str, float] = field(default_factory=dict)

    def both(self, other: "Calls") -> "Calls":
        """Return the calls that are in both; the other's seconds stand where it has some."""
        ids = self.ids & other.ids
        return Calls(ids, {c: s for c, s in (self.at_s | other.at_s).items() if c in ids})


def fitting(connection: Connection, wanted: Conditions) -> Calls:
    """Return the ended calls that the conditions hold of."""
    query = select(call.c.id).where(call.c.state == "ended", *_columns(wanted))
    found = Calls(frozenset(connection.scalars(query)))
    if wanted.mood not in ("", "angry", "calm"):
        found = found.both(_moved(connection, wanted.mood))
    elif wanted.mood == "angry":
        found = found.both(_moved(connection, "angry"))
    for rule in wanted.rules:
        found = found.both(_ruled(connection, rule))
    if wanted.outcomes:
        found = found.both(_outcomes(connection, wanted.outcomes))
    return found


def _columns(wanted: Conditions) -> list[ColumnElement[bool]]:
    c = call.c
    found = [
        column == value
        for column, value in ((c.agent, wanted.agent), (c.queue, wanted.queue), (c.id, wanted.call))
        if value
    ]
    found += _within(c.score, wanted.score, 1.0) + _within(c.seconds, wanted.minutes, 60.0)
    if wanted.since:
        found.append(c.started_at >= sortable(wanted.since))
    if wanted.until:
        found.append(c.started_at < sortable(wanted.until))
    if wanted.mood:
        found.append(c.angry.is_(wanted.mood != "calm"))
    match wanted.result:
        case "passed":
            found.append(c.passed.is_(True))
        case "failed":
            found.append(c.passed.is_(False))
        case "auto-fail":
            found.append(c.auto_fail.is_(True))
        case "not-scored":
            found.append(c.score.is_(None))
    return found


def _within(column: ColumnElement[Any], wanted: Range, scale: float) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if wanted.least is not None:
        found.append(column >= wanted.least * scale)
    if wanted.most is not None:
        found.append(column <= wanted.most * scale)
    return found


def _ruled(connection: Connection, wanted: RuleState) -> Calls:
    query = select(finding.c.call_id, finding.c.at_s).where(finding.c.rule_id == wanted.rule)
    if wanted.state:
        query = query.where(finding.c.state == wanted.state)
    rows = connection.execute(query).all()
    return Calls(
        frozenset(row.call_id for row in rows),
        {row.call_id: row.at_s for row in rows if row.at_s is not None},
    )


def _moved(connection: Connection, mood: str) -> Calls:
    """Return angry calls by how the anger went, with the second at which it turned."""
    span = anger_span.c
    rows = connection.execute(
        select(span.call_id, span.start_s, span.level, span.flagged).order_by(
            span.call_id, span.seq
        )
    )
    spans: dict[str, list[Any]] = defaultdict(list)
    for row in rows:
        spans[row.call_id].append(row)
    turned = {
        call_id: at for call_id, course in spans.items() if (at := _turn(course, mood)) is not None
    }
    return Calls(frozenset(turned), turned)


def _turn(course: list[Any], mood: str) -> float | None:  # rows of anger_span, in order
    angry = [row.start_s for row in course if row.flagged]
    if not angry:
        return None
    calm = not course[-1].flagged and course[-1].level <= CALM
    if mood == "angry->calm":
        after = [b.start_s for a, b in pairwise(course) if a.flagged and not b.flagged]
        return float(after[-1]) if calm and after else None
    if mood == "stayed-angry" and calm:
        return None
    if mood == "calm->angry" and angry[0] <= EARLY_S:
        return None
    return float(angry[0])


def _outcomes(connection: Connection, wanted: tuple[str, ...]) -> Calls:
    """Return the calls of these outcomes, as a person last left them or else as drafted."""
    bodies = {
        r.call_id: r.body for r in connection.execute(select(wrapup.c.call_id, wrapup.c.body))
    }
    edit = wrapup_edit.c
    for row in connection.execute(select(edit.call_id, edit.body).order_by(edit.version)):
        bodies[row.call_id] = row.body
    found: dict[str, float] = {}
    ids: set[str] = set()
    for call_id, body in bodies.items():
        outcome = json.loads(body).get("outcome") or {}
        if isinstance(outcome, dict) and outcome.get("id") in wanted:
            ids.add(call_id)
            if isinstance(outcome.get("at"), int | float):
                found[call_id] = float(outcome["at"])
    return Calls(frozenset(ids), found)
