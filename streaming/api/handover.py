"""What leaves the desk: a brief for whoever joins a call, and after-call work for other systems."""

from collections.abc import Sequence
from typing import Any

from fastapi import APIRouter
from fastapi.responses import JSONResponse
from pydantic import TypeAdapter
from starlette.requests import Request
from starlette.responses import Response

from pipeline.after_call import document
from pipeline.brief import brief
from pipeline.errors import RequestRefused
from pipeline.shelf import PackShelf
from pipeline.store.outbox import Item, OutboxStore
from pipeline.store.rows import CallDetail
from qa_rules.packs import PackSet
from streaming.access import own_agent, person_of
from streaming.api.calls import CallId
from streaming.deps import Deps
from streaming.problems import PROBLEMS

_ITEMS: TypeAdapter[list[Item]] = TypeAdapter(list[Item])


def handover_router(deps: Deps) -> APIRouter:
    """Return the routes of briefs and sends."""
    router = APIRouter(tags=["handover"], responses=PROBLEMS)
    shelf = PackShelf(deps.pack_dirs)
    _add_reading(router, deps, shelf)
    _add_sends(router, deps)
    return router


def _add_reading(router: APIRouter, deps: Deps, shelf: PackShelf) -> None:
    @router.get("/calls/{call_id}/brief", summary="Say where a call stands, for whoever joins")
    async def briefed(call_id: CallId) -> Response:
        detail = await deps.read(deps.store.call, call_id)
        live = deps.summary(call_id)
        seconds = live.seconds if live is not None else detail.row.seconds or detail.row.last_s
        made = await deps.read(lambda: brief(detail, _packs(shelf, detail), seconds))
        return JSONResponse(made.to_data())

    @router.get("/calls/{call_id}/choices", summary="List what the call's packs offer to choose")
    async def choices(call_id: CallId) -> Response:
        detail = await deps.read(deps.store.call, call_id)
        wrapup = (await deps.read(_packs, shelf, detail)).wrapup
        return JSONResponse(
            {
                name: [{"id": one.id, "title": one.title} for one in listed]
                for name, listed in (
                    ("reasons", wrapup.reasons),
                    ("outcomes", wrapup.outcomes),
                    ("dispositions", wrapup.dispositions),
                )
            }
        )


def _add_sends(router: APIRouter, deps: Deps) -> None:
    kept = OutboxStore(deps.store.database)

    @router.get("/calls/{call_id}/sends", summary="Say where the after-call work goes, and how far")
    async def sends(call_id: CallId) -> Response:
        detail = await deps.read(deps.store.call, call_id)
        return _answer(deps, detail.row.queue, await deps.read(kept.of_call, call_id))

    @router.post("/calls/{call_id}/sends", summary="Send the after-call work as it was last saved")
    async def send(request: Request, call_id: CallId) -> Response:
        detail = await deps.read(deps.store.call, call_id)
        if detail.row.state == "live":
            raise RequestRefused("the call is not over: its after-call work is still to come")
        if detail.wrapup is None:
            raise RequestRefused("there is no after-call work to send: write it first")
        queue, version = detail.row.queue, detail.wrapup.version
        items: list[Item] = []
        if deps.outbox is not None and deps.outbox.names_for(queue):
            by = person_of(request).name
            made = document(detail, detail.wrapup.current, version, by)
            items = await deps.outbox.put(call_id, queue, version, made, by)
        return _answer(deps, queue, items)

    @router.post(
        "/calls/{call_id}/sends/{send_id}/retry", summary="Try again now what was not sent"
    )
    async def retry(call_id: CallId, send_id: int) -> Response:
        detail = await deps.read(deps.store.call, call_id)
        if deps.outbox is None:
            raise RequestRefused("nothing is set up to send to; see `connectors` in the settings")
        return _answer(deps, detail.row.queue, await deps.outbox.retry(call_id, send_id))

    @router.get("/sends", summary="List what is not sent yet, the latest first")
    async def unsent(request: Request) -> Response:
        items = await deps.read(kept.unsent, own_agent(request))
        return JSONResponse({"items": _ITEMS.dump_python(items, mode="json")})


def _answer(deps: Deps, queue: str, items: Sequence[Item]) -> Response:
    names = deps.outbox.names_for(queue) if deps.outbox is not None else []
    body: dict[str, Any] = {
        "connectors": names,
        "items": _ITEMS.dump_python(list(items), mode="json"),
    }
    return JSONResponse(body)


def _packs(shelf: PackShelf, detail: CallDetail) -> PackSet:
    return shelf.load(detail.packs)
