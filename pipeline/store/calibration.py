"""Calibration rounds and what people answered in them, in the database.

Here rows are kept; who may do what, and what a form takes, is decided in `pipeline.calibrating`.
Every method blocks on the disk and belongs in an executor.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import fields
from typing import Final

from sqlalchemy import Connection, RowMapping, and_, delete, func, insert, select, update

from pipeline.errors import RecordNotFound, RequestRefused
from pipeline.store import schema
from pipeline.store.calibration_rows import (
    Answers,
    Given,
    Reading,
    Round,
    RoundCall,
    WholeRound,
)
from pipeline.store.database import Database
from pipeline.store.schema_calibration import (
    calibration_answer,
    calibration_call,
    calibration_reading,
    calibration_round,
)
from pipeline.store.users import now

MOST: Final = 100
"""Rounds that a list gives at once."""


class Calibrations:
    """Calibration rounds over one database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def open(
        self,
        one: Mapping[str, str],
        calls: Sequence[tuple[str, int]],
        people: Iterable[str],
    ) -> int:
        """Keep a new round: columns of it, its calls with the events of their scores, and who."""
        named = list(people)
        with self._database.write() as connection:
            done = connection.execute(
                insert(calibration_round)
                .values(opened_at=now(), **one)
                .returning(calibration_round.c.id)
            )
            number = int(done.scalar_one())
            connection.execute(
                insert(calibration_call),
                [
                    {"round_id": number, "call_id": name, "position": k, "score_seq": seq}
                    for k, (name, seq) in enumerate(calls, 1)
                ],
            )
            connection.execute(
                insert(calibration_reading),
                [
                    {"round_id": number, "call_id": name, "person": person}
                    for name, _ in calls
                    for person in named
                ],
            )
        return number

    def blind(self, person: str, call_id: str) -> bool:
        """Return whether somebody still has to read a call in an open round."""
        reading, one = calibration_reading.c, calibration_round.c
        query = (
            select(reading.round_id)
            .join(calibration_round, one.id == reading.round_id)
            .where(
                reading.person == person,
                reading.call_id == call_id,
                reading.submitted_at == "",
                one.closed_at == "",
            )
            .limit(1)
        )
        with self._database.read() as connection:
            return connection.scalar(query) is not None

    def need(self, round_id: int) -> WholeRound:
        """Return a round whole.

        Raises:
            RecordNotFound: there is none of that number.
        """
        found = self._whole(calibration_round.c.id == round_id)
        if not found:
            raise RecordNotFound(f"there is no calibration round {round_id}; see /calibration")
        return found[0]

    def listed(self) -> list[WholeRound]:
        """Return rounds, the open ones first, then the latest, at most MOST."""
        return self._whole()

    def closed(self, form: str, until: str, most: int) -> list[WholeRound]:
        """Return closed rounds of a form that were closed by `until`, the latest first."""
        one = calibration_round.c
        closed = and_(one.form == form, one.closed_at != "", one.closed_at <= until)
        return self._whole(closed)[:most]

    def _whole(self, *wanted: object) -> list[WholeRound]:
        one = calibration_round
        query = (
            select(one)
            .where(*wanted)  # type: ignore[arg-type]  # conditions on columns
            .order_by((one.c.closed_at != ""), one.c.closed_at.desc(), one.c.id.desc())
            .limit(MOST)
        )
        with self._database.read() as connection:
            rounds = [_round(r) for r in connection.execute(query).mappings()]
            ids = [r.id for r in rounds]
            calls, readings = _calls(connection, ids), _readings(connection, ids)
        return [WholeRound(r, tuple(calls[r.id]), tuple(readings[r.id])) for r in rounds]

    def answers(self, round_id: int, person: str | None = None) -> Answers:
        """Return what people answered; without a person, only what was handed in."""
        given, reading = calibration_answer, calibration_reading
        query = select(given).where(given.c.round_id == round_id)
        if person is None:
            same = (given.c[k] == reading.c[k] for k in ("round_id", "call_id", "person"))
            query = query.join(reading, and_(*same)).where(reading.c.submitted_at != "")
        else:
            query = query.where(given.c.person == person)
        found: dict[tuple[str, str], dict[str, Given]] = defaultdict(dict)
        with self._database.read() as connection:
            for r in connection.execute(query).mappings():
                kept = Given(r["answer"], r["note"])
                found[r["call_id"], r["person"]][r["question_id"]] = kept
        return found

    def save(
        self,
        round_id: int,
        call_id: str,
        person: str,
        given: Mapping[str, Given],
        *,
        submit: bool = False,
    ) -> None:
        """Keep a person's answers to a call in place of what was kept; `submit` hands them in.

        Raises:
            RequestRefused: they are handed in already, or the round is closed.
        """
        keys = {"round_id": round_id, "call_id": call_id, "person": person}
        own = and_(*(calibration_reading.c[k] == v for k, v in keys.items()))
        with self._database.write() as connection:
            _refuse_closed(connection, round_id)
            stamp = now()
            times = {"saved_at": stamp} | ({"submitted_at": stamp} if submit else {})
            done = connection.execute(
                update(calibration_reading)
                .where(own, calibration_reading.c.submitted_at == "")
                .values(**times)
            )
            if not done.rowcount:
                raise RequestRefused("these answers are handed in: they stand")
            old = and_(*(calibration_answer.c[k] == v for k, v in keys.items()))
            connection.execute(delete(calibration_answer).where(old))
            rows = [
                {**keys, "question_id": q, "answer": g.answer, "note": g.note}
                for q, g in given.items()
                if g.answer or g.note
            ]
            if rows:
                connection.execute(insert(calibration_answer), rows)

    def close(self, round_id: int, by: str) -> None:
        """Close a round: what is not handed in by then does not count.

        Raises:
            RequestRefused: it is closed already.
        """
        with self._database.write() as connection:
            _refuse_closed(connection, round_id)
            connection.execute(
                update(calibration_round)
                .where(calibration_round.c.id == round_id)
                .values(closed_at=now(), closed_by=by)
            )

    def drop(self, round_id: int) -> None:
        """Give an open round up, with all that was answered in it.

        Raises:
            RequestRefused: it is closed.
        """
        with self._database.write() as connection:
            _refuse_closed(connection, round_id)
            connection.execute(delete(calibration_round).where(calibration_round.c.id == round_id))


def _refuse_closed(connection: Connection, round_id: int) -> None:
    one = calibration_round.c
    if connection.scalar(select(one.closed_at).where(one.id == round_id)):
        raise RequestRefused("this round is closed: nothing in it changes")


def _calls(connection: Connection, ids: Sequence[int]) -> dict[int, list[RoundCall]]:
    mine, call = calibration_call, schema.call
    query = (
        select(
            mine,
            call.c.agent,
            call.c.queue,
            call.c.started_at,
            func.coalesce(call.c.seconds, call.c.last_s).label("seconds"),
        )
        .join(call, call.c.id == mine.c.call_id)
        .where(mine.c.round_id.in_(ids))
        .order_by(mine.c.position)
    )
    found: dict[int, list[RoundCall]] = defaultdict(list)
    for r in connection.execute(query).mappings():
        values = {f.name: r[f.name] for f in fields(RoundCall)}
        found[r["round_id"]].append(RoundCall(**values))
    return found


def _readings(connection: Connection, ids: Sequence[int]) -> dict[int, list[Reading]]:
    query = select(calibration_reading).where(calibration_reading.c.round_id.in_(ids))
    found: dict[int, list[Reading]] = defaultdict(list)
    for r in connection.execute(query).mappings():
        found[r["round_id"]].append(Reading(**{f.name: r[f.name] for f in fields(Reading)}))
    return found


def _round(row: RowMapping) -> Round:
    return Round(**{f.name: row[f.name] for f in fields(Round)})
