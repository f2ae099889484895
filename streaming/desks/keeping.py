"""`/keeping`: how long calls are kept, what must stay, what is gone, and a caller's own data."""

import asyncio
import tempfile
from collections.abc import Callable, Mapping
from http import HTTPStatus
from pathlib import Path
from typing import TypeVar

from starlette.background import BackgroundTask
from starlette.requests import Request
from starlette.responses import FileResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from pipeline.errors import CallNotFound, RecordNotFound, RequestRefused
from pipeline.store.caller import Search, chosen, export_caller, find_caller
from pipeline.store.keeping import Keeping, Mark, Why
from pipeline.store.retention import delete_calls
from streaming.access import person_of
from streaming.deps import Deps
from streaming.rendering import Renderer, form_of

T = TypeVar("T")

DONE = {
    "held": "The call is held: nothing removes it until the hold is lifted.",
    "lifted": "The hold is lifted. Where the call's days are over, it goes within the hour.",
}
REASONS = {Why.AGE: "its days were over", Why.PERSON: "erased by number", Why.HAND: "by hand"}
REMOVED_SHOWN = 100


def keeping_routes(deps: Deps, renderer: Renderer) -> list[BaseRoute]:
    """Return `/keeping` and the page of a caller."""
    pages = KeepingPages(deps, renderer)
    return [
        Route("/keeping", pages.page, methods=["GET"]),
        Route("/keeping", pages.change, methods=["POST"]),
        Route("/keeping/caller", pages.to_page, methods=["GET"]),
        Route("/keeping/caller", pages.caller, methods=["POST"]),
    ]


class KeepingPages:
    """The handlers."""

    def __init__(self, deps: Deps, renderer: Renderer) -> None:
        self._deps, self._renderer = deps, renderer
        self._keeping = Keeping(deps.store.database)

    async def page(self, request: Request) -> Response:
        """Show all of it."""
        done = DONE.get(request.query_params.get("done", ""), "")
        return await self._page(request, done=done)

    async def change(self, request: Request) -> Response:
        """Put a hold, or lift one."""
        form = await form_of(request)
        call_id, who = form.get("call_id", "").strip(), person_of(request)
        try:
            if form.get("do") == "lift":
                await self._deps.read(self._keeping.lift, call_id)
                await self._note(request, "hold_lifted", call_id)
                return RedirectResponse("/keeping?done=lifted", HTTPStatus.SEE_OTHER)
            why = form.get("why", "")
            await self._deps.read(self._keeping.hold, [call_id], who.name, why)
        except (RequestRefused, RecordNotFound, CallNotFound) as error:
            return await self._page(
                request, HTTPStatus.UNPROCESSABLE_ENTITY, fault=str(error), form=form
            )
        await self._note(request, "call_held", call_id, why.strip())
        return RedirectResponse("/keeping?done=held", HTTPStatus.SEE_OTHER)

    async def to_page(self, request: Request) -> Response:
        """A caller's page is the answer to a form: a number never stands in an address."""
        del request
        return RedirectResponse("/keeping", HTTPStatus.SEE_OTHER)

    async def caller(self, request: Request) -> Response:
        """Find, export or erase the calls of a number."""
        form = await form_of(request)
        number = form.get("number", "").strip()
        try:
            search = await self._deps.read(find_caller, self._deps.store, number)
            match form.get("do"):
                case "export":
                    return await self._export(request, search, form)
                case "erase":
                    return await self._erase(request, search, form)
        except (RequestRefused, CallNotFound) as error:
            return await self._page(
                request, HTTPStatus.UNPROCESSABLE_ENTITY, fault=str(error), number=number
            )
        await self._note(request, "caller_looked_up", f"{len(search.found)} calls")
        return self._caller(request, search, number)

    async def _export(self, request: Request, search: Search, form: Mapping[str, str]) -> Response:
        calls = _ticked(search, form)
        if not calls:
            return self._caller(request, search, form.get("number", ""), "tick a call first")
        folder = await asyncio.to_thread(tempfile.mkdtemp, prefix="cueline-export-")
        target = Path(folder) / "person.zip"
        deps = self._deps
        await self._long(lambda: export_caller(deps.store, calls, target, deps.recordings))
        for call_id in calls:
            await self._note(request, "person_exported", call_id)

        def away() -> None:
            target.unlink(missing_ok=True)
            Path(folder).rmdir()

        return FileResponse(
            target,
            media_type="application/zip",
            filename="person.zip",
            background=BackgroundTask(away),
        )

    async def _erase(self, request: Request, search: Search, form: Mapping[str, str]) -> Response:
        number, ticked = form.get("number", ""), set(_ticked(search, form))
        if not ticked:
            return self._caller(request, search, number, "tick a call first")
        if not form.get("sure"):
            return self._caller(request, search, number, "tick that they shall go for good")
        going = [
            f.call_id for f in search.found if f.call_id in ticked and not f.live and not f.held
        ]
        deps, mark = self._deps, Mark(Why.PERSON, person_of(request).name)
        gone = await self._long(lambda: delete_calls(deps.store, going, deps.recordings, mark=mark))
        for call_id in going:
            await self._note(request, "person_erased", call_id)
        stayed = len(ticked) - gone
        left = f" {stayed} stay: held, or on the line." if stayed else ""
        said = f"{gone} {'call is' if gone == 1 else 'calls are'} removed for good.{left}"
        search = await self._deps.read(find_caller, self._deps.store, number)
        return self._caller(request, search, number, done=said)

    def _caller(
        self, request: Request, search: Search, number: str, fault: str = "", done: str = ""
    ) -> Response:
        status = HTTPStatus.UNPROCESSABLE_ENTITY if fault else HTTPStatus.OK
        return self._renderer.page(
            request, "caller.html", status, search=search, number=number, fault=fault, done=done
        )

    async def _page(
        self,
        request: Request,
        status: HTTPStatus = HTTPStatus.OK,
        fault: str = "",
        form: Mapping[str, str] | None = None,
        **shown: object,
    ) -> Response:
        days_of = self._deps.settings.keep_days
        return self._renderer.page(
            request,
            "keeping.html",
            status,
            stock=await self._deps.read(self._keeping.stock, days_of),
            holds=await self._deps.read(self._keeping.holds),
            removed=await self._deps.read(self._keeping.removed, REMOVED_SHOWN),
            reasons={str(k): v for k, v in REASONS.items()},
            keep_days=self._deps.settings.retain.keep_days,
            fault=fault,
            form=form or {},
            **shown,
        )

    async def _long(self, do: Callable[[], T]) -> T:
        """Run what may take longer than a page waits for the database."""
        return await asyncio.get_running_loop().run_in_executor(self._deps.readers, do)

    async def _note(self, request: Request, action: str, target: str, detail: str = "") -> None:
        if self._deps.trail is not None:
            await self._deps.trail.note(person_of(request), action, target, detail)


def _ticked(search: Search, form: Mapping[str, str]) -> list[str]:
    """Return the found calls that a form ticks; whatever else it names is not the number's."""
    ticked = [f.call_id for f in search.found if form.get(f"call_{f.call_id}")]
    return [f.call_id for f in chosen(search, ticked) if f.call_id in ticked]
