"""Where the machine's answers met a person's: reviews that are shared, and single answers.

A shared review says of every question what its reviewer holds: the answer that they gave, or the
machine's where they let it stand. Read here, summed up in `pipeline.machine_agreement`.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from sqlalchemy import Connection, and_, exists, select

from pipeline.events import CallScored, from_json
from pipeline.store import schema
from pipeline.store.database import Database
from pipeline.store.review_rows import DRAFT
from pipeline.store.schema_review import review, review_answer
from qa_rules.types import Answer, Scorecard

MOST: Final = 2000
"""Reviews that are read at once, the latest."""
UNSURE: Final = ("needs_review", "open", "")


@dataclass(frozen=True, slots=True)
class Met:
    """The machine's answer to a question and a person's; `machine` is "" where it was not sure.

    `at` is when the person answered, ISO 8601 in UTC. `stood` says that they let the machine's
    answer stand without giving one; `error` is the class of its error, as they named it.
    """

    question: str
    title: str
    at: str
    machine: str
    person: str
    error: str = ""
    stood: bool = False


def met(database: Database, since: str, until: str) -> list[Met]:
    """Return answers given from `since` until before `until`, ISO 8601 in UTC."""
    with database.read() as connection:
        reviewed = list(_reviews(connection, since, until))
        return [*reviewed, *_single(connection, since, until)]


def _reviews(connection: Connection, since: str, until: str) -> Iterator[Met]:
    event = schema.event
    rows = connection.execute(
        select(review.c.id, review.c.shared_at, event.c.body)
        .join(event, and_(event.c.call_id == review.c.call_id, event.c.seq == review.c.score_seq))
        .where(
            review.c.state != DRAFT,
            review.c.shared_at >= since,
            review.c.shared_at < until,
            event.c.type == "CallScored",
        )
        .order_by(review.c.shared_at.desc())
        .limit(MOST)
    ).all()
    errors = _errors(connection, [r.id for r in rows])
    for row in rows:
        for line in _lines(row.body):
            person = line.person.answer if line.person is not None else line.answer
            if person in UNSURE:
                continue
            error = errors.get((row.id, line.question_id), "")
            yield _met(line, row.shared_at, person, error, stood=line.person is None)


def _single(connection: Connection, since: str, until: str) -> Iterator[Met]:
    """Yield answers that people gave to calls of which there is no review."""
    kept, event = schema.answer, schema.event
    calls = connection.scalars(
        select(kept.c.call_id)
        .where(
            kept.c.answered_at >= since,
            kept.c.answered_at < until,
            ~exists().where(review.c.call_id == kept.c.call_id, review.c.state != DRAFT),
        )
        .distinct()
        .limit(MOST)
    ).all()
    for call_id in calls:
        body = connection.scalar(
            select(event.c.body)
            .where(event.c.call_id == call_id, event.c.type == "CallScored")
            .order_by(event.c.seq.desc())
            .limit(1)
        )
        for line in _lines(body or ""):
            one = line.person
            if one is not None and since <= one.at < until:
                yield _met(line, one.at, one.answer)


def _met(line: Answer, at: str, person: str, error: str = "", *, stood: bool = False) -> Met:
    machine = "" if line.machine in UNSURE else line.machine
    wrong = bool(machine) and machine != person
    return Met(line.question_id, line.title, at, machine, person, error if wrong else "", stood)


def _lines(body: str) -> list[Answer]:
    event = from_json(body) if body else None
    if not isinstance(event, CallScored):
        return []
    card: Scorecard = event.scorecard
    return [a for s in card.sections for a in s.answers if a.asked and a.choices]


def _errors(connection: Connection, ids: list[int]) -> dict[tuple[int, str], str]:
    found: dict[tuple[int, str], str] = {}
    for start in range(0, len(ids), 500):
        rows = connection.execute(
            select(review_answer.c.review_id, review_answer.c.question_id, review_answer.c.error)
            .where(review_answer.c.review_id.in_(ids[start : start + 500]))
            .where(review_answer.c.error != "")
        )
        found |= {(r.review_id, r.question_id): r.error for r in rows}
    return found
