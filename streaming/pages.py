"""The pages: calls, one call, the agent's desk, the way in. What does not live needs no script."""

from dataclasses import replace
from http import HTTPStatus
from urllib.parse import quote, urlencode

from pydantic import ValidationError
from starlette.requests import Request
from starlette.responses import FileResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles

from pipeline.errors import CallNotFound, StoreUnavailable
from pipeline.store.rows import CallDetail
from streaming import views
from streaming.access import Permission, narrowed, own_agent, person_of, watches
from streaming.api.calls import CallQuery
from streaming.api.live import health_routes
from streaming.call_talk import talk_rows
from streaming.deps import Deps
from streaming.desks import desk_routes
from streaming.headers import content_policy, new_nonce
from streaming.rendering import WEB, Renderer, home, json_island
from streaming.sign_in import sign_in_routes

_FILTERS = (
    "text",
    "agent",
    "queue",
    "direction",
    "min_score",
    "max_score",
    "angry",
    "auto_fail",
    "needs_review",
    "since",
    "until",
)


def page_routes(deps: Deps) -> list[BaseRoute]:
    """Return every page, the static files and the health checks."""
    renderer = Renderer(deps)
    pages = Pages(deps, renderer)
    return [
        Route("/", pages.calls),
        Route("/calls", pages.to_calls),
        *sign_in_routes(deps, renderer),
        *desk_routes(deps, renderer),
        Route("/desk", pages.desk),
        Route("/calls/{call_id}/desk", pages.desk),
        Route("/calls/{call_id}", pages.call),
        Route("/favicon.ico", pages.icon),
        *health_routes(deps),
        Mount("/static", StaticFiles(directory=WEB / "static"), name="static"),
    ]


class Pages:
    """The handlers of the calls' pages."""

    def __init__(self, deps: Deps, renderer: Renderer) -> None:
        self._deps = deps
        self._page, self._sorry = renderer.page, renderer.sorry
        self._no_store = renderer.no_store

    async def calls(self, request: Request) -> Response:
        """List calls: the live ones, then the stored ones that the filters let through."""
        if not person_of(request).may(Permission.CALLS_OWN):
            return RedirectResponse(home(person_of(request)), HTTPStatus.SEE_OTHER)
        own = own_agent(request)
        known = CallQuery.model_fields
        asked = {k: v for k, v in request.query_params.items() if v != "" and k in known}
        try:
            query = CallQuery.model_validate(asked)
        except ValidationError as error:
            faults = "; ".join(f"{f['loc'][0]}: {f['msg']}" for f in error.errors())
            return self._sorry(request, HTTPStatus.BAD_REQUEST, "These filters do not work", faults)
        # The live ones stand above, from the host, which knows them to the second.
        wanted = narrowed(replace(query.wanted(), state="ended"), own)
        try:
            rows = await self._deps.read(
                self._deps.store.calls, wanted, query.limit + 1, query.before
            )
        except (StoreUnavailable, TimeoutError):
            return self._no_store(request)
        live = [c for c in self._deps.host.live() if own in (None, c.agent)]
        shown = rows[: query.limit]
        kept = {k: v for k, v in asked.items() if k in _FILTERS}
        older = shown[-1].cursor if len(rows) > query.limit else None
        return self._page(
            request,
            "calls.html",
            rows=shown,
            live=sorted(live, key=lambda c: c.started_at),
            query=query,
            filtered=bool(kept),
            older=urlencode({**kept, "before": older}) if older else None,
            newest=urlencode(kept) if query.before else None,
        )

    async def to_calls(self, request: Request) -> Response:
        """Send `/calls` to the list."""
        query = request.url.query
        return RedirectResponse("/" + (f"?{query}" if query else ""), HTTPStatus.SEE_OTHER)

    async def call(self, request: Request) -> Response:
        """Show one stored call; one that is still live is on its way, and the desk has it."""
        call_id = request.path_params["call_id"]
        try:
            detail = await self._deps.read(self._deps.store.call, call_id)
            # A call of hours takes long to write out: not on the loop that live calls share.
            return await self._deps.read(self._written, request, detail)
        except CallNotFound:
            if self._deps.host.get(call_id) is not None:
                return RedirectResponse(f"/calls/{quote(call_id, safe='')}/desk")
            return self._sorry(
                request,
                HTTPStatus.NOT_FOUND,
                "There is no such call",
                f"No call {call_id} is stored. It may have been removed after its time.",
            )
        except (StoreUnavailable, TimeoutError):
            return self._no_store(request)

    def _written(self, request: Request, detail: CallDetail) -> Response:
        """Write out the page of a stored call; for a thread."""
        call_id = detail.row.call_id
        nonce = new_nonce()
        view = views.call_view(detail)
        response = self._page(
            request,
            "call.html",
            view=view,
            detail=detail,
            row=detail.row,
            live=self._deps.host.get(call_id) is not None,
            wrapup=detail.wrapup.current if detail.wrapup else None,
            nonce=nonce,
            regions=json_island(view.regions),
            talk=talk_rows(detail),
        )
        response.headers["Content-Security-Policy"] = content_policy(nonce)
        return response

    async def desk(self, request: Request) -> Response:
        """Open the agent's desk, for one call or for the agent's next one."""
        asked = request.path_params.get("call_id", "")
        call = self._deps.summary(asked) if asked else None
        if call is not None and watches(person_of(request), call.agent):
            return RedirectResponse(f"/wall/calls/{quote(asked, safe='')}", HTTPStatus.SEE_OTHER)
        may_ask = person_of(request).may(Permission.DESK)
        return self._page(
            request,
            "desk.html",
            call_id=asked or request.query_params.get("call", ""),
            agent=request.query_params.get("agent", ""),
            fixed=bool(asked),
            knowledge=self._deps.knowledge is not None and may_ask,
        )

    async def icon(self, request: Request) -> Response:
        """Return the icon where a browser looks for it unasked."""
        del request
        return FileResponse(WEB / "static" / "favicon.svg", media_type="image/svg+xml")
