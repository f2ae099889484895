"""Ask the database for what figures are made of. Every method blocks and belongs in an executor.

How talk was shared is measured once a call and kept (`call_talk`).
"""

import json
import time
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, func, select
from sqlalchemy.dialects import postgresql, sqlite

from models.types import Channel, Utterance
from pipeline.figures import Fact, HintUse, hint_uses
from pipeline.store import schema
from pipeline.store.database import Database
from pipeline.store.project import NAMES, SCORECARD
from pipeline.store.schema_figures import call_talk
from pipeline.store.schema_people import user_account
from pipeline.turns import analyse
from qa_rules.types import Severity, State

MUST: tuple[str, ...] = (Severity.AUTO_FAIL.value, Severity.REQUIRED.value)
CHUNK = 200
"""Calls measured between two looks at the clock."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which calls: from `since` on, before `until` (ISO 8601, UTC); empty names are all.

    `agent` None is everybody; an empty one is nobody's calls but those without a name.
    """

    since: str
    until: str
    queue: str = ""
    agent: str | None = None


@dataclass(frozen=True, slots=True)
class Missed:
    """A must-say and in how many calls it was missed."""

    rule_id: str
    title: str
    critical: bool
    calls: int


@dataclass(frozen=True, slots=True)
class FailedCall:
    """A call that failed by itself, and the items that failed it."""

    call_id: str
    started_at: str
    agent: str
    queue: str
    items: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Held:
    """What is kept of an agent: calls, the first and the last of them, recordings, reviews."""

    calls: int
    first: str
    last: str
    recordings: int


class Figures:
    """The questions, over one database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def facts(self, wanted: Wanted) -> list[Fact]:
        """Return what figures need of each call that is over, the earliest first."""
        c = schema.call.c
        columns = (
            *(c.id, c.started_at, c.agent, c.queue, c.packs, c.seconds, c.score, c.compliance),
            *(c.passed, c.auto_fail, c.needs_review, c.anger_peak, c.angry),
        )
        talk = call_talk.c
        shared = (talk.agent_s, talk.customer_s, talk.dead_air_s, talk.overtalk_s)
        query = (
            select(*columns, *shared)
            .select_from(schema.call.outerjoin(call_talk))
            .where(*_conditions(wanted))
            .order_by(c.started_at)
        )
        packs: dict[str, tuple[str, ...]] = {}
        with self._database.read() as connection:
            teams = _teams(connection)
            missed = _missed_by_call(connection, wanted)
            rows = connection.execute(query).all()
        found = []
        for row in rows:
            if row.packs not in packs:
                packs[row.packs] = NAMES.validate_json(row.packs)
            found.append(
                Fact(
                    row.id,
                    row.started_at,
                    row.agent,
                    teams.get(row.agent, ""),
                    row.queue,
                    packs[row.packs],
                    row.seconds or 0.0,
                    row.score,
                    row.compliance,
                    row.passed,
                    bool(row.auto_fail),
                    bool(row.needs_review),
                    row.anger_peak,
                    row.angry,
                    missed.get(row.id, ()),
                    None if row.agent_s is None else tuple(row[-4:]),
                )
            )
        return found

    def titles(self, counts: Sequence[tuple[str, int]]) -> list[Missed]:
        """Return missed must-says with what they ask, given rules and their calls."""
        with self._database.read() as connection:
            return [_named(connection, rule, calls) for rule, calls in counts]

    def hints(self, call_ids: set[str], wanted: Wanted) -> list[HintUse]:
        """Return what became of the hints given in these calls, by rule."""
        h, fate = schema.hint.c, schema.hint_fate.c
        query = select(h.call_id, h.rule_id, fate.fate).select_from(
            schema.hint.join(schema.hint_fate, (fate.call_id == h.call_id) & (fate.hint_id == h.id))
        )
        counts: dict[tuple[str, str], int] = defaultdict(int)
        with self._database.read() as connection:
            for row in connection.execute(_of_calls(query, h.call_id, wanted)):
                if row.call_id in call_ids:
                    counts[row.rule_id, row.fate] += 1
            texts = {rule: _hint_text(connection, rule) for rule, _ in counts}
        return hint_uses(counts, texts)

    def failed(self, calls: Sequence[Fact], most: int = 50) -> list[FailedCall]:
        """Return those of the calls that failed by themselves, the latest first, and why."""
        latest = [f for f in reversed(calls) if f.auto_fail][:most]
        card = schema.scorecard.c
        query = select(card.call_id, card.body).where(card.call_id.in_([f.call_id for f in latest]))
        with self._database.read() as connection:
            bodies = {row.call_id: row.body for row in connection.execute(query)}
        return [
            FailedCall(f.call_id, f.started_at, f.agent, f.queue, _fatal(bodies.get(f.call_id, "")))
            for f in latest
        ]

    def queues(self) -> list[str]:
        """Return the names of the queues that calls came by."""
        c = schema.call.c
        with self._database.read() as connection:
            return list(connection.scalars(select(c.queue).distinct().order_by(c.queue)))

    def held(self, agent: str) -> Held:
        """Return what is kept of an agent."""
        c = schema.call.c
        about = select(func.count(), func.min(c.started_at), func.max(c.started_at))
        taped = (
            select(func.count())
            .select_from(schema.recording.join(schema.call))
            .where(c.agent == agent)
        )
        with self._database.read() as connection:
            calls, first, last = connection.execute(about.where(c.agent == agent)).one()
            return Held(calls, first or "", last or "", connection.scalar(taped) or 0)

    def measure(self, budget_s: float) -> int:
        """Measure how talk was shared in calls that lack it, the latest first; return what is left.

        Raises:
            StoreUnavailable: the database refuses; what was measured before stands.
        """
        deadline = time.monotonic() + budget_s
        while True:
            with self._database.read() as connection:
                todo = _unmeasured(connection)
                said = _said(connection, todo)
            if todo:
                self._keep([_talk(call, said[call]) for call in todo])
            if len(todo) < CHUNK or time.monotonic() >= deadline:
                break
        with self._database.read() as connection:
            return _count_unmeasured(connection)

    def _keep(self, rows: list[dict[str, object]]) -> None:
        insert = sqlite.insert if self._database.sqlite else postgresql.insert
        with self._database.write() as connection:
            there = set(
                connection.scalars(
                    select(schema.call.c.id).where(
                        schema.call.c.id.in_([row["call_id"] for row in rows])
                    )
                )
            )  # one may have been removed in between
            kept = [row for row in rows if row["call_id"] in there]
            if kept:
                connection.execute(insert(call_talk).on_conflict_do_nothing(), kept)


def _conditions(wanted: Wanted) -> list[ColumnElement[bool]]:
    c = schema.call.c
    found = [c.state == "ended", c.started_at >= wanted.since, c.started_at < wanted.until]
    if wanted.queue:
        found.append(c.queue == wanted.queue)
    if wanted.agent is not None:
        found.append(c.agent == wanted.agent)
    return found


def _of_calls(query: Select[Any], call_id: ColumnElement[str], wanted: Wanted) -> Select[Any]:
    return query.join(schema.call, schema.call.c.id == call_id).where(*_conditions(wanted))


def _missing() -> tuple[ColumnElement[bool], ...]:
    f = schema.finding.c
    return f.state == State.MISSED.value, f.severity.in_(MUST)


def _missed_by_call(connection: Connection, wanted: Wanted) -> dict[str, tuple[str, ...]]:
    f = schema.finding.c
    query = select(f.call_id, f.rule_id).where(*_missing())
    found: dict[str, list[str]] = defaultdict(list)
    for call_id, rule in connection.execute(_of_calls(query, f.call_id, wanted)):
        found[call_id].append(rule)
    return {call_id: tuple(rules) for call_id, rules in found.items()}


def _named(connection: Connection, rule: str, calls: int) -> Missed:
    f = schema.finding.c
    query = select(f.title, f.severity).where(f.rule_id == rule, *_missing()).limit(1)
    row = connection.execute(query).one()
    return Missed(rule, row.title, Severity(row.severity).critical, calls)


def _hint_text(connection: Connection, rule: str) -> str:
    h = schema.hint.c
    body = connection.scalar(select(h.body).where(h.rule_id == rule).limit(1))
    return str(json.loads(body).get("text", rule)) if body else rule


def _fatal(body: str) -> tuple[tuple[str, str], ...]:
    if not body:
        return ()
    card = SCORECARD.validate_json(body)
    titles: dict[str, str] = {}
    for answer in (a for part in card.sections for a in part.answers):
        titles |= dict.fromkeys((*answer.items, answer.question_id), answer.title)
    return tuple((rule, titles.get(rule, rule)) for rule in card.auto_fail_items)


def _teams(connection: Connection) -> Mapping[str, str]:
    u = user_account.c
    query = select(u.agent, u.team).where(u.agent != "", u.team != "")
    return {row.agent: row.team for row in connection.execute(query)}


def _lacking() -> tuple[ColumnElement[bool], ...]:
    c = schema.call.c
    return c.state == "ended", ~select(call_talk.c.call_id).where(
        call_talk.c.call_id == c.id
    ).exists()


def _unmeasured(connection: Connection) -> list[str]:
    c = schema.call.c
    query = select(c.id).where(*_lacking()).order_by(c.started_at.desc()).limit(CHUNK)
    return list(connection.scalars(query))


def _count_unmeasured(connection: Connection) -> int:
    return connection.scalar(select(func.count()).select_from(schema.call).where(*_lacking())) or 0


def _said(connection: Connection, call_ids: Sequence[str]) -> dict[str, list[Utterance]]:
    u = schema.utterance.c
    columns = (u.call_id, u.id, u.channel, u.start_s, u.end_s)
    found: dict[str, list[Utterance]] = defaultdict(list)
    for row in connection.execute(select(*columns).where(u.call_id.in_(call_ids))):
        found[row.call_id].append(
            Utterance(row.id, Channel(row.channel), row.start_s, row.end_s, "")
        )
    return found


def _talk(call_id: str, said: Sequence[Utterance]) -> dict[str, object]:
    """Return a call's row, of spans alone: words would take ten times as long.

    Holds are not told of in what is stored, so they count as silence.
    """
    turns = analyse(said)
    return {
        "call_id": call_id,
        "agent_s": turns.talk[Channel.AGENT],
        "customer_s": turns.talk[Channel.CUSTOMER],
        "dead_air_s": sum(span.seconds for span in turns.dead_air),
        "overtalk_s": sum(both.end - both.start for both in turns.overtalk),
        "overtalks": len(turns.overtalk),
    }
