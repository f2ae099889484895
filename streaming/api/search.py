"""Search in what was said, and what mining finds in it, as JSON."""

from dataclasses import asdict
from http import HTTPStatus
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Path, Query
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field
from starlette.requests import Request
from starlette.responses import Response

from models.types import Channel
from pipeline.mining.lexer import QueryInvalid
from pipeline.mining.parser import parse
from pipeline.store.turn_search import PAGE
from pipeline.typed import clean_text
from streaming.access import person_of
from streaming.deps import Deps
from streaming.problems import PROBLEMS, problem
from streaming.search_form import SearchForm
from streaming.searching import Searching

MAX_PAGE = 200
Who = Literal["", "agent", "customer"]


class PagedSearch(SearchForm):
    """A search and which page of its hits."""

    page: int = Field(1, ge=1, le=10_000)
    size: int = Field(PAGE, ge=1, le=MAX_PAGE)


class ToSave(BaseModel):
    """A search to keep: a name, and the query string of its page."""

    model_config = ConfigDict(extra="forbid")

    name: str = Field(min_length=1, max_length=100)
    query: str = Field(max_length=4000)
    shared: bool = False


def search_router(deps: Deps) -> APIRouter:
    """Return the routes of search."""
    router = APIRouter(tags=["search"], responses=PROBLEMS)
    searching = deps.searching or Searching.over(deps.store.database)
    _add_search(router, deps, searching)
    _add_mining(router, deps, searching)
    _add_saved(router, deps, searching)
    return router


def _add_search(router: APIRouter, deps: Deps, searching: Searching) -> None:
    @router.get("/search", summary="Find turns by words, meaning, label, rule, mood and more")
    async def search(request: Request, form: Annotated[PagedSearch, Query()]) -> Response:
        try:
            query = SearchForm.query(form)
        except QueryInvalid as error:
            return unread(error)
        answer = await deps.read(searching.turns.answer, query, form.page, form.size)
        await note(deps, request, form.q)
        return JSONResponse(asdict(answer))


def _add_mining(router: APIRouter, deps: Deps, searching: Searching) -> None:
    @router.get("/search/terms", summary="Rank what calls of one search say more than another's")
    async def terms(request: Request, first: str, second: str, who: Who = "") -> Response:
        try:
            pair = parse(first), parse(second)
        except QueryInvalid as error:
            return unread(error)
        found, notes = await deps.read(searching.mining.compare, *pair, speaker(who))
        await note(deps, request, f"{first} against {second}")
        return JSONResponse({**asdict(found), "notes": notes})

    @router.get("/search/rising", summary="Find what is said more and more, week by week")
    async def rising(q: str = "", who: Who = "") -> Response:
        try:
            query = parse(q)
        except QueryInvalid as error:
            return unread(error)
        found, notes = await deps.read(searching.mining.rising, query, speaker(who))
        weeks = [week.isoformat() for week in found.weeks]
        return JSONResponse({**asdict(found), "weeks": weeks, "notes": notes})

    @router.get("/search/reasons", summary="Gather what customers say into clusters")
    async def reasons(request: Request, q: str = "", kind: str = "reasons") -> Response:
        try:
            query = parse(q)
        except QueryInvalid as error:
            return unread(error)
        found, notes = await deps.read(searching.mining.gathered, query, kind)
        await note(deps, request, f"{kind} of {q}")
        return JSONResponse({**asdict(found), "notes": notes})


def _add_saved(router: APIRouter, deps: Deps, searching: Searching) -> None:
    @router.get("/search/saved", summary="List your saved searches and the shared ones")
    async def listed(request: Request) -> Response:
        found = await deps.read(searching.saved.listed, person_of(request).name)
        return JSONResponse({"searches": [asdict(one) for one in found]})

    @router.post("/search/saved", summary="Keep a search under a name", status_code=201)
    async def save(request: Request, given: ToSave) -> Response:
        owner, name = person_of(request).name, clean_text(given.name)
        kept = await deps.read(searching.saved.save, owner, name, given.query, shared=given.shared)
        return JSONResponse(asdict(kept), HTTPStatus.CREATED)

    @router.delete(
        "/search/saved/{number}",
        summary="Remove one of your saved searches",
        status_code=HTTPStatus.NO_CONTENT,
    )
    async def remove(request: Request, number: Annotated[int, Path(ge=1)]) -> Response:
        await deps.read(searching.saved.remove, person_of(request).name, number)
        return Response(status_code=HTTPStatus.NO_CONTENT)


async def note(deps: Deps, request: Request, what: str) -> None:
    """Write the search to the audit log: its snippets are what was said in calls."""
    if deps.trail is not None:
        await deps.trail.note(person_of(request), "calls_searched", "", what[:200], look=True)


def unread(error: QueryInvalid) -> Response:
    """Answer a search that cannot be read."""
    more: dict[str, Any] = {"at": error.at, "advice": error.advice}
    return problem(HTTPStatus.UNPROCESSABLE_ENTITY, "query_invalid", str(error), **more)


def speaker(who: str) -> Channel | None:
    """Return the channel of a speaker's name, None for anyone."""
    return Channel(who) if who else None
