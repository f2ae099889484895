"""Articles for the desk: search, a card for what a customer asks, and what was not found."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field
from starlette.requests import Request
from starlette.responses import Response

from pipeline.errors import RecordNotFound
from pipeline.knowledge import Hit, Knowledge
from pipeline.store.gaps import Gaps
from pipeline.typed import clean_text
from streaming.access import signed
from streaming.deps import Deps
from streaming.problems import PROBLEMS

MOST_CHARS = 400


class Question(BaseModel):
    """What a customer said, with its masks."""

    model_config = ConfigDict(extra="forbid")

    text: str = Field(min_length=1, max_length=4000)
    queue: str = Field("", max_length=200)


class NotFound(BaseModel):
    """A search that did not help; "nothing" was found, or what was found was "unhelpful"."""

    model_config = ConfigDict(extra="forbid")

    query: str = Field(min_length=1, max_length=MOST_CHARS)
    why: Literal["nothing", "unhelpful"] = "nothing"
    queue: str = Field("", max_length=200)
    asked_by: str = Field("", max_length=200)


def knowledge_router(deps: Deps) -> APIRouter:
    """Return the routes of knowledge."""
    router = APIRouter(prefix="/knowledge", tags=["knowledge"], responses=PROBLEMS)
    gaps = Gaps(deps.store.database)

    @router.get("/search", summary="Find the sections of articles that answer, the best first")
    async def search(
        q: Annotated[str, Query(min_length=1, max_length=MOST_CHARS)],
        queue: Annotated[str, Query(max_length=200)] = "",
        limit: Annotated[int, Query(ge=1, le=20)] = 5,
    ) -> Response:
        found = await deps.read(_shelf(deps).search, q, queue, limit)
        return JSONResponse(
            {
                "query": q,
                "cards": [hit_data(hit) for hit in found.hits],
                "reduced": found.reduced,
            }
        )

    @router.post("/suggest", summary="Return the card that surely answers what was asked, or null")
    async def suggest(question: Question) -> Response:
        hit = await deps.read(_shelf(deps).suggest, question.text, question.queue)
        return JSONResponse({"card": None if hit is None else hit_data(hit)})

    @router.post(
        "/gaps", status_code=HTTPStatus.NO_CONTENT, summary="Note that a search did not help"
    )
    async def gap(request: Request, body: NotFound) -> Response:
        query = await deps.read(clean_text, body.query)
        by = signed(request, body.asked_by)
        await deps.read(gaps.add, query, body.why, body.queue, by)
        return Response(status_code=HTTPStatus.NO_CONTENT)

    return router


def _shelf(deps: Deps) -> Knowledge:
    if deps.knowledge is None:
        raise RecordNotFound("no articles are set up: name their folder by knowledge_dir")
    return deps.knowledge


def hit_data(hit: Hit) -> Mapping[str, Any]:
    """Return a found card as plain data."""
    card = hit.card
    return {
        "id": card.id,
        "title": card.title,
        "heading": card.heading,
        "text": card.text,
        "source": card.source,
        "date": card.date,
        "owner": card.owner,
        "stale": hit.stale,
        "score": hit.score,
    }
