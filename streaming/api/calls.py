"""Stored calls: list, detail, events, and what people add to them."""

import json
from http import HTTPStatus
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Body, HTTPException, Path, Query
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter
from starlette.requests import Request
from starlette.responses import Response

from pipeline.errors import CallNotFound
from pipeline.events import to_data
from pipeline.store.rows import CallDetail, CallFilter, CallRow, WrapupRow
from pipeline.typed import clean_data, clean_text
from streaming.access import narrowed, own_agent, person_of, signed, watches
from streaming.deps import Deps
from streaming.problems import PROBLEMS

CallId = Annotated[str, Path(min_length=1, max_length=255)]
MAX_PAGE = 200
MAX_WRAPUP_BYTES = 256 * 1024

_ROWS = TypeAdapter(list[CallRow])
_ANY: TypeAdapter[Any] = TypeAdapter(Any)


class CallQuery(BaseModel):
    """Which calls to list; what is absent does not matter. Times are ISO 8601."""

    model_config = ConfigDict(extra="forbid")

    text: str = Field("", max_length=300, description="Words that were all said, in any order.")
    agent: str = ""
    queue: str = ""
    direction: Literal["", "inbound", "outbound"] = ""
    state: Literal["", "live", "ended"] = ""
    min_score: float | None = Field(None, ge=0, le=100)
    max_score: float | None = Field(None, ge=0, le=100)
    angry: bool | None = None
    auto_fail: bool | None = None
    needs_review: bool | None = None
    since: str = ""
    until: str = ""
    rule: str = ""
    label: str = ""
    limit: int = Field(50, ge=1, le=MAX_PAGE)
    before: str | None = Field(None, description="The `next` of the page before.")

    def wanted(self) -> CallFilter:
        """Return the store's filter."""
        return CallFilter(**self.model_dump(exclude={"limit", "before"}))


class Fate(BaseModel):
    """What the agent did with a hint, at a second of the call."""

    model_config = ConfigDict(extra="forbid")

    fate: Literal["shown", "used", "dismissed", "not_helpful", "snoozed"]
    at: float = Field(ge=0)


class TickNote(BaseModel):
    """A manual tick."""

    model_config = ConfigDict(extra="forbid")

    note: str = Field("", max_length=2000)
    ticked_by: str = Field("", max_length=200)


class WrapupEdit(BaseModel):
    """The after-call work as the agent left it."""

    model_config = ConfigDict(extra="forbid")

    wrapup: dict[str, Any]
    edited_by: str = Field("", max_length=200)


def calls_router(deps: Deps) -> APIRouter:
    """Return the routes of stored calls."""
    router = APIRouter(tags=["calls"], responses=PROBLEMS)
    _add_reading(router, deps)
    _add_people(router, deps)
    return router


def _add_reading(router: APIRouter, deps: Deps) -> None:
    @router.get("/calls", summary="List calls, the latest first")
    async def calls(request: Request, query: Annotated[CallQuery, Query()]) -> Response:
        wanted = narrowed(query.wanted(), own_agent(request))
        rows = await deps.read(deps.store.calls, wanted, query.limit + 1, query.before)
        more = len(rows) > query.limit
        rows = rows[: query.limit]
        following = rows[-1].cursor if more else None
        return JSONResponse({"calls": _ROWS.dump_python(rows, mode="json"), "next": following})

    @router.get("/calls/{call_id}", summary="Read one call whole")
    async def call(call_id: CallId) -> Response:
        detail = await deps.read(deps.store.call, call_id)
        return JSONResponse(detail_data(detail))

    @router.get("/calls/{call_id}/events", summary="Read a call's durable events by number")
    async def events(call_id: CallId, after: Annotated[int, Query(ge=0)] = 0) -> Response:
        listed = await deps.read(deps.store.events, call_id, after)
        if not listed and after == 0:
            raise CallNotFound(f"no call {call_id!r} is stored")
        body = [{"seq": seq, "event": to_data(event)} for seq, event in listed]
        return JSONResponse({"call": call_id, "events": body})


def _add_people(router: APIRouter, deps: Deps) -> None:
    @router.get("/calls/{call_id}/wrapup", summary="Read the after-call work, draft and edit")
    async def wrapup(call_id: CallId) -> Response:
        detail = await deps.read(deps.store.call, call_id)
        found = detail.wrapup or WrapupRow(None, None, 0, "", "")
        return JSONResponse(_ANY.dump_python(found, mode="json"))

    @router.put("/calls/{call_id}/wrapup", summary="Keep an edit beside the draft")
    async def save(request: Request, call_id: CallId, edit: WrapupEdit) -> Response:
        if len(json.dumps(edit.wrapup)) > MAX_WRAPUP_BYTES:
            raise HTTPException(
                HTTPStatus.REQUEST_ENTITY_TOO_LARGE, f"more than {MAX_WRAPUP_BYTES} bytes"
            )
        cleaned = await deps.read(clean_data, edit.wrapup)
        editor = signed(request, clean_text(edit.edited_by))
        version = await deps.read(deps.store.save_wrapup, call_id, cleaned, editor)
        return JSONResponse({"version": version})

    @router.post(
        "/calls/{call_id}/hints/{hint_id}",
        status_code=HTTPStatus.NO_CONTENT,
        summary="Say what the agent did with a hint",
    )
    async def fate(request: Request, call_id: CallId, hint_id: str, body: Fate) -> Response:
        refuse_watcher(deps, request, call_id)
        live = deps.host.get(call_id)
        if live is not None and body.fate in ("dismissed", "not_helpful"):
            live.dismiss(hint_id)
        await deps.read(deps.store.hint_fate, call_id, hint_id, body.fate, body.at)
        return Response(status_code=HTTPStatus.NO_CONTENT)

    @router.post(
        "/calls/{call_id}/items/{rule_id}/tick",
        status_code=HTTPStatus.NO_CONTENT,
        summary="Tick an item off by hand; it is never counted as heard",
    )
    async def tick(
        request: Request, call_id: CallId, rule_id: str, body: Annotated[TickNote, Body()]
    ) -> Response:
        refuse_watcher(deps, request, call_id)
        note, by = clean_text(body.note), signed(request, clean_text(body.ticked_by))
        await deps.read(deps.store.tick_item, call_id, rule_id, note, by)
        return Response(status_code=HTTPStatus.NO_CONTENT)


def refuse_watcher(deps: Deps, request: Request, call_id: str) -> None:
    """Keep who looks on from answering hints and ticking items: those are the agent's, and counted.

    Raises:
        HTTPException: 403, for a person who watches another's live call.
    """
    call = deps.summary(call_id)
    if call is not None and watches(person_of(request), call.agent):
        raise HTTPException(HTTPStatus.FORBIDDEN, "only the call's agent does this; you watch")


def detail_data(detail: CallDetail) -> dict[str, Any]:
    """Return a call as plain data; its recording without path and peaks, which have addresses."""
    kept = detail.recording
    shown = {
        name: _ANY.dump_python(getattr(detail, name), mode="json")
        for name in detail.__slots__
        if name != "recording"
    }
    shown["recording"] = kept and {
        "format": kept.format,
        "rate_hz": kept.rate_hz,
        "channels": kept.channels,
        "seconds": kept.seconds,
        "state": kept.state,
        "detail": kept.detail,
    }
    return shown
