"""Reviews of calls and their disputes, in the database.

Here rows are kept and states move; who may do what, and what a form takes, is decided in
`pipeline.reviewing`. Every method blocks on the disk and belongs in an executor.
"""

from collections.abc import Iterable, Sequence
from dataclasses import fields
from typing import Any, Final

from sqlalchemy import RowMapping, and_, delete, func, insert, select, update

from pipeline.errors import RecordNotFound, RequestRefused
from pipeline.store import schema
from pipeline.store.database import Database
from pipeline.store.review_rows import (
    DISPUTED,
    DRAFT,
    FINAL,
    OPEN,
    SHARED,
    Dispute,
    Review,
    ReviewAnswer,
    ReviewLine,
)
from pipeline.store.schema_review import dispute, review, review_answer
from pipeline.store.users import now

MOST: Final = 500
"""Reviews that a list gives at once."""


class Reviews:
    """Reviews and disputes over one database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    # Reviews.

    def add(self, call_id: str, **values: str | int) -> Review:
        """Begin a review of a call.

        Raises:
            RequestRefused: another person's draft is open, or this person reviewed it already.
        """
        with self._database.write() as connection:
            found = connection.execute(select(review).where(review.c.call_id == call_id))
            for other in found.mappings():
                if other["reviewer"] == values["reviewer"]:
                    raise RequestRefused("you have reviewed this call already")
                if other["state"] == DRAFT:
                    raise RequestRefused(
                        f"{other['reviewer']} has been reviewing this call since "
                        f"{other['taken_at'][:10]}"
                    )
            stamp = now()
            done = connection.execute(
                insert(review)
                .values(call_id=call_id, state=DRAFT, taken_at=stamp, **values)
                .returning(review.c.id)
            )
            number = int(done.scalar_one())
        return self.need(number)

    def need(self, review_id: int) -> Review:
        """Return a review by number.

        Raises:
            RecordNotFound: there is none.
        """
        with self._database.read() as connection:
            row = connection.execute(select(review).where(review.c.id == review_id))
            found = row.mappings().first()
        if found is None:
            raise RecordNotFound(f"there is no review {review_id}; /reviews lists them")
        return _review(found)

    def move(self, one: Review, state: str, **values: str | int) -> Review:
        """Bring a review from the state it was read in to another.

        Raises:
            RequestRefused: it has moved meanwhile.
        """
        with self._database.write() as connection:
            done = connection.execute(
                update(review)
                .where(review.c.id == one.id, review.c.state == one.state)
                .values(state=state, **values)
            )
            if not done.rowcount:
                raise RequestRefused("this review has moved on meanwhile: open it again")
        return self.need(one.id)

    def drop(self, one: Review) -> None:
        """Give a draft up, its answers with it."""
        with self._database.write() as connection:
            connection.execute(delete(review).where(review.c.id == one.id, review.c.state == DRAFT))

    def lines(
        self,
        states: Sequence[str] = (),
        reviewer: str = "",
        agent: str | None = None,
        since: str = "",
        until: str = "",
    ) -> list[ReviewLine]:
        """Return reviews, the latest first, at most MOST; what is empty does not matter.

        `since` and `until` are ISO 8601 and about when a review was taken.
        """
        call = schema.call
        disputes = (
            select(func.count())
            .select_from(dispute)
            .where(dispute.c.review_id == review.c.id, dispute.c.state == OPEN)
            .scalar_subquery()
        )
        query = (
            select(
                review,
                call.c.agent,
                call.c.queue,
                call.c.started_at,
                func.coalesce(call.c.seconds, call.c.last_s).label("seconds"),
                call.c.score,
                call.c.auto_fail,
                disputes.label("disputes"),
            )
            .join(call, call.c.id == review.c.call_id)
            .order_by(review.c.taken_at.desc(), review.c.id.desc())
            .limit(MOST)
        )
        if states:
            query = query.where(review.c.state.in_(states))
        if reviewer:
            query = query.where(review.c.reviewer == reviewer)
        if agent is not None:
            query = query.where(call.c.agent == agent)
        if since:
            query = query.where(review.c.taken_at >= since)
        if until:
            query = query.where(review.c.taken_at < until)
        with self._database.read() as connection:
            return [_line(row) for row in connection.execute(query).mappings()]

    def of_call(self, call_id: str) -> list[Review]:
        """Return a call's reviews, the earliest first."""
        query = select(review).where(review.c.call_id == call_id).order_by(review.c.id)
        with self._database.read() as connection:
            return [_review(row) for row in connection.execute(query).mappings()]

    def close_due(self, at: str) -> int:
        """Make those final that were shared and whose window is over; return how many."""
        with self._database.write() as connection:
            done = connection.execute(
                update(review)
                .where(review.c.state == SHARED, review.c.until_at <= at)
                .values(state=FINAL, final_at=review.c.until_at, final_by="")
            )
            return done.rowcount

    def due_count(self, at: str) -> int:
        """Return how many `close_due` would close."""
        query = select(func.count()).where(review.c.state == SHARED, review.c.until_at <= at)
        with self._database.read() as connection:
            return connection.scalar(query) or 0

    # Answers.

    def answers(self, review_id: int) -> dict[str, ReviewAnswer]:
        """Return what the reviewer answered, by question."""
        query = select(review_answer).where(review_answer.c.review_id == review_id)
        with self._database.read() as connection:
            rows = connection.execute(query).mappings().all()
        return {
            r["question_id"]: ReviewAnswer(
                r["question_id"], r["answer"], r["note"], r["error"], r["second_s"]
            )
            for r in rows
        }

    def save(self, one: Review, given: Iterable[ReviewAnswer], strength: str, change: str) -> str:
        """Keep a draft as it stands in place of what was kept; return when.

        Raises:
            RequestRefused: it is no draft any more.
        """
        stamp = now()
        with self._database.write() as connection:
            done = connection.execute(
                update(review)
                .where(review.c.id == one.id, review.c.state == DRAFT)
                .values(strength=strength, change=change, saved_at=stamp)
            )
            if not done.rowcount:
                raise RequestRefused("this review is shared: its answers stand")
            connection.execute(delete(review_answer).where(review_answer.c.review_id == one.id))
            rows = [
                {
                    "review_id": one.id,
                    "question_id": a.question_id,
                    "answer": a.answer,
                    "note": a.note,
                    "error": a.error,
                    "second_s": a.second,
                }
                for a in given
            ]
            if rows:
                connection.execute(insert(review_answer), rows)
        return stamp

    # Disputes.

    def disputes(self, review_id: int) -> dict[str, Dispute]:
        """Return what is or was disputed, by question."""
        query = select(dispute).where(dispute.c.review_id == review_id)
        with self._database.read() as connection:
            rows = connection.execute(query).mappings().all()
        return {r["question_id"]: _dispute(r) for r in rows}

    def open_dispute(self, one: Review, given: Dispute) -> None:
        """Keep a dispute; the review is disputed from then on.

        Raises:
            RequestRefused: the question was disputed before, or the review is final.
        """
        values = {f.name: getattr(given, f.name) for f in fields(Dispute) if f.name != "second"}
        with self._database.write() as connection:
            known = connection.scalar(select(dispute.c.state).where(_of(given)))
            if known is not None:
                raise RequestRefused(f"{given.question_id} was disputed before")
            moved = connection.execute(
                update(review)
                .where(review.c.id == one.id, review.c.state.in_((SHARED, DISPUTED)))
                .values(state=DISPUTED, disputed_at=given.opened_at)
            )
            if not moved.rowcount:
                raise RequestRefused("this review is final: nothing in it can be disputed")
            connection.execute(insert(dispute).values(second_s=given.second, **values))

    def close_dispute(self, given: Dispute, score_seq: int) -> Review:
        """Keep how a dispute ended; the last one makes the review final.

        Raises:
            RequestRefused: somebody answered it already.
        """
        with self._database.write() as connection:
            done = connection.execute(
                update(dispute)
                .where(_of(given), dispute.c.state == OPEN)
                .values(
                    state=given.state,
                    answer=given.answer,
                    note=given.note,
                    resolved_by=given.resolved_by,
                    resolved_at=given.resolved_at,
                )
            )
            if not done.rowcount:
                raise RequestRefused(f"the dispute of {given.question_id} is answered already")
            left = connection.scalar(
                select(func.count()).where(
                    dispute.c.review_id == given.review_id, dispute.c.state == OPEN
                )
            )
            values: dict[str, str | int] = {"score_seq": score_seq}
            if not left:
                values |= {
                    "state": FINAL,
                    "final_at": given.resolved_at,
                    "final_by": given.resolved_by,
                }
            connection.execute(
                update(review).where(review.c.id == given.review_id).values(**values)
            )
        return self.need(given.review_id)

    def see(self, one: Review) -> None:
        """Note that the agent has opened a review; the first time counts."""
        with self._database.write() as connection:
            connection.execute(
                update(review)
                .where(review.c.id == one.id, review.c.seen_at == "")
                .values(seen_at=now())
            )


def _of(given: Dispute) -> Any:  # a condition on both keys
    return and_(dispute.c.review_id == given.review_id, dispute.c.question_id == given.question_id)


def _review(row: RowMapping) -> Review:
    return Review(**{f.name: row[f.name] for f in fields(Review)})


def _line(row: RowMapping) -> ReviewLine:
    return ReviewLine(
        _review(row),
        row["agent"],
        row["queue"],
        row["started_at"],
        float(row["seconds"] or 0.0),
        row["score"],
        bool(row["auto_fail"]),
        int(row["disputes"]),
    )


def _dispute(row: RowMapping) -> Dispute:
    values = {f.name: row[f.name] for f in fields(Dispute) if f.name != "second"}
    return Dispute(second=row["second_s"], **values)
