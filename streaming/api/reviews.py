"""Reviews of calls: lists, one whole, and a draft as it is written."""

from typing import Annotated, Any, Literal

from fastapi import APIRouter, HTTPException, Path
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field
from starlette.requests import Request
from starlette.responses import Response

from pipeline import reviewing
from pipeline.errors import RecordNotFound
from pipeline.review_export import answer_rows, review_row
from pipeline.reviewing import Reviewed
from pipeline.store.review_rows import ReviewAnswer, ReviewLine
from pipeline.store.reviews import Reviews
from pipeline.typed import clean_text
from streaming import review_views
from streaming.access import Permission, Person, person_of
from streaming.deps import Deps
from streaming.problems import PROBLEMS

MOST_ANSWERS = 400
ReviewId = Annotated[int, Path(ge=1, le=2**31)]


class DraftAnswer(BaseModel):
    """A reviewer's answer to one question; an empty one lets the machine's stand."""

    model_config = ConfigDict(extra="forbid")

    question: str = Field(max_length=128)
    answer: str = Field("", max_length=16, description="One of the question's choices, or empty.")
    note: str = Field("", max_length=4000, description="Needed where it overrides the machine.")
    error: Literal["", "asr", "speaker", "rule", "meaning", "policy"] = ""
    second: float | None = Field(None, ge=0, description="Second of the call that shows it.")


class Draft(BaseModel):
    """A draft as it stands, in place of what was kept."""

    model_config = ConfigDict(extra="forbid")

    answers: list[DraftAnswer] = Field(max_length=MOST_ANSWERS)
    strength: str = Field("", max_length=4000)
    change: str = Field("", max_length=4000)


def reviews_router(deps: Deps) -> APIRouter:
    """Return the routes of reviews."""
    router = APIRouter(tags=["reviews"], responses=PROBLEMS)

    @router.get("/reviews", summary="List the reviews that you may see, the latest first")
    async def listed(
        request: Request, state: Literal["", "draft", "shared", "disputed", "final"] = ""
    ) -> Response:
        person = person_of(request)
        whole = person.may(Permission.CALLS) or person.may(Permission.LIVE)
        agent = None if whole else person.agent or "\x00"
        await deps.read(reviewing.settle, deps.store)
        rows = Reviews(deps.store.database)
        lines = await deps.read(rows.lines, (state,) if state else (), agent=agent)
        seen = [x for x in lines if _rights(person, x.review, x.agent).see]
        return JSONResponse({"reviews": [_line_data(x) for x in seen]})

    @router.get(
        "/reviews/{review_id}", summary="Show one review with both answers of each question"
    )
    async def one(request: Request, review_id: ReviewId) -> Response:
        found = await deps.read(reviewing.load, deps.store, review_id)
        line = await deps.read(_line, deps, found)
        if not _rights(person_of(request), found.review, line.agent).see:
            raise RecordNotFound(f"there is no review {review_id}; /reviews lists them")
        answers = list(answer_rows(line, found))
        return JSONResponse(review_row(line, found) | draft_data(found) | {"answers": answers})

    @router.put("/reviews/{review_id}", summary="Keep a draft as it stands; say its score")
    async def save(request: Request, review_id: ReviewId, body: Draft) -> Response:
        found = await deps.read(reviewing.load, deps.store, review_id)
        agent = await deps.read(deps.store.agent_of, found.review.call_id) or ""
        may = _rights(person_of(request), found.review, agent)
        if not may.see:
            raise RecordNotFound(f"there is no review {review_id}; /reviews lists them")
        if not may.edit:
            raise HTTPException(403, "This review is shared, or another person's.")
        given = [
            ReviewAnswer(a.question, a.answer, clean_text(a.note), a.error, a.second)
            for a in body.answers
        ]
        texts = (clean_text(body.strength), clean_text(body.change))
        return JSONResponse(
            draft_data(await deps.read(reviewing.save, deps.store, found, given, *texts))
        )

    return router


def draft_data(one: Reviewed) -> dict[str, Any]:
    """Return how a review stands: its score, and what keeps it from being shared."""
    known = reviewing.lines(one.card)
    return {
        "id": one.review.id,
        "state": one.review.state,
        "score": one.card.score,
        "compliance": one.card.compliance,
        "passed": one.card.passed,
        "auto_fail": one.card.auto_fail,
        "sections": [{"id": s.id, "score": s.score} for s in one.card.sections],
        "waiting": [name for name, line in known.items() if reviewing.waits(line, known)],
        "missing": [{"question": m.question, "what": m.what} for m in one.missing],
    }


def _rights(person: Person, review: Any, agent: str) -> review_views.Rights:
    return review_views.rights(person, review, agent, ())


def _line(deps: Deps, one: Reviewed) -> ReviewLine:
    row = deps.store.call(one.review.call_id).row
    return ReviewLine(
        one.review,
        row.agent,
        row.queue,
        row.started_at,
        row.seconds or row.last_s,
        row.score,
        bool(row.auto_fail),
        sum(d.state == "open" for d in one.disputes.values()),
    )


def _line_data(line: ReviewLine) -> dict[str, Any]:
    review = line.review
    names = ("id", "call_id", "reviewer", "state", "form", "version", "taken_at", "due_at")
    times = ("shared_at", "until_at", "seen_at", "disputed_at", "final_at", "final_by")
    rest = ("agent", "queue", "started_at", "score", "auto_fail", "disputes")
    return {n: getattr(review, n) for n in (*names, *times)} | {n: getattr(line, n) for n in rest}
