"""The supervisors' wall for programs and its page: live calls, alerts, notes to agents, figures."""

import secrets
from dataclasses import asdict, replace
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from typing import Annotated, Any, Literal

from fastapi import APIRouter, HTTPException, Path, Query
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field
from starlette.requests import Request
from starlette.responses import Response

from pipeline.alerts import WHY_CHARS
from pipeline.errors import CallNotFound
from pipeline.events import NoteSent
from pipeline.store.alerts import AlertReport, KindReport
from pipeline.typed import clean_text
from streaming.access import person_of, watches
from streaming.deps import Deps
from streaming.problems import PROBLEMS
from streaming.wall import Wall, alert_data

NOTE_CHARS = 280
CallId = Annotated[str, Path(min_length=1, max_length=255)]
NoteId = Annotated[str, Path(min_length=1, max_length=64)]


class NoteText(BaseModel):
    """What a supervisor writes to an agent."""

    model_config = ConfigDict(extra="forbid")

    text: str = Field(min_length=1, max_length=NOTE_CHARS)


class Why(BaseModel):
    """What was done about an alert, or why it was a false one."""

    model_config = ConfigDict(extra="forbid")

    why: str = Field("", max_length=WHY_CHARS)


def wall_router(deps: Deps) -> APIRouter:
    """Return the routes of the wall."""
    router = APIRouter(tags=["wall"], responses=PROBLEMS)
    _add_reading(router, deps)
    _add_alerts(router, deps)
    _add_notes(router, deps)
    return router


def wall_of(deps: Deps) -> Wall:
    """Return the wall.

    Raises:
        HTTPException: this server has none.
    """
    if deps.wall is None:
        raise HTTPException(HTTPStatus.SERVICE_UNAVAILABLE, "this server has no wall")
    return deps.wall


def since_of(days: int) -> str:
    """Return the moment so many days ago, as the database keeps times."""
    return (datetime.now(UTC) - timedelta(days=days)).isoformat(timespec="milliseconds")


def _add_reading(router: APIRouter, deps: Deps) -> None:
    @router.get("/wall", summary="Read every live call at a glance, and the open alerts")
    async def whole() -> Response:
        wall = wall_of(deps)
        await wall.load()
        return JSONResponse(wall.whole())

    @router.get("/wall/report", summary="Say how alerts served: precision, times, unread ones")
    async def report(days: Annotated[int, Query(ge=1, le=366)] = 30) -> Response:
        found = await deps.read(wall_of(deps).book.report, since_of(days))
        return JSONResponse(report_data(found))


def _add_alerts(router: APIRouter, deps: Deps) -> None:
    @router.post("/wall/alerts/{alert_id}/{deed}", summary="Open, take, resolve or refute an alert")
    async def answer(
        request: Request,
        alert_id: NoteId,
        deed: Literal["open", "acknowledge", "resolve", "false"],
        body: Why,
    ) -> Response:
        person = person_of(request)
        why = await deps.read(clean_text, body.why)
        alert = await wall_of(deps).answer(alert_id, deed, person.display, why)
        if deps.trail is not None and deed != "open":
            detail = f"{alert.kind}: {why}" if why else str(alert.kind)
            await deps.trail.note(person, f"alert_{alert.state}", alert.call_id, detail)
        return JSONResponse(alert_data(alert))


def _add_notes(router: APIRouter, deps: Deps) -> None:
    @router.post(
        "/wall/calls/{call_id}/notes",
        status_code=HTTPStatus.CREATED,
        summary="Write to the agent of a live call",
    )
    async def write(request: Request, call_id: CallId, body: NoteText) -> Response:
        text = (await deps.read(clean_text, body.text)).strip()
        if not text:
            raise HTTPException(HTTPStatus.UNPROCESSABLE_ENTITY, "the note is empty")
        by = person_of(request).display
        live = deps.summary(call_id)
        note = NoteSent(secrets.token_hex(8), text, by, round(live.seconds, 2) if live else 0.0)
        await wall_of(deps).write(note, call_id, by)
        return JSONResponse({"note_id": note.note_id, "text": text}, HTTPStatus.CREATED)

    @router.post(
        "/calls/{call_id}/notes/{note_id}/seen",
        status_code=HTTPStatus.NO_CONTENT,
        summary="Say that the agent has seen a note",
    )
    async def seen(request: Request, call_id: CallId, note_id: NoteId) -> Response:
        live = deps.summary(call_id)
        if live is None:
            raise CallNotFound(f"no call {call_id!r} is on the line")
        if watches(person_of(request), live.agent):
            raise HTTPException(HTTPStatus.FORBIDDEN, "only the call's agent has seen its notes")
        wall = wall_of(deps)
        note = wall.note(note_id, call_id)
        if not note.seen:
            await wall.write(replace(note, seen=True), call_id, "")
        return Response(status_code=HTTPStatus.NO_CONTENT)


def report_data(report: AlertReport) -> dict[str, Any]:
    """Return the figures of alerts as plain data."""
    return {
        "since": report.since,
        "calls": report.calls,
        "per_100_calls": report.per_100_calls,
        "whole": _kind_data(report.whole),
        "kinds": [_kind_data(k) for k in report.kinds],
        "grave": report.grave,
        "grave_in_time": report.grave_in_time,
        "unopened": report.unopened,
        "unread": [alert_data(a) for a in report.unread],
        "false": [alert_data(a) for a in report.false],
    }


def _kind_data(one: KindReport) -> dict[str, Any]:
    return asdict(one) | {"precision": one.precision}
