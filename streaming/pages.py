"""The pages: calls, one call, the agent's desk, the way in. What does not live needs no script."""

import json
from collections.abc import Mapping
from dataclasses import replace
from http import HTTPStatus
from pathlib import Path
from urllib.parse import parse_qs, quote, urlencode

from fastapi.templating import Jinja2Templates
from pydantic import ValidationError
from starlette.requests import Request
from starlette.responses import FileResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles

from pipeline.errors import CallNotFound, StoreUnavailable
from streaming import views
from streaming.api.calls import CallQuery
from streaming.api.live import health_routes
from streaming.auth import safe_next
from streaming.deps import Deps
from streaming.headers import content_policy, new_nonce

WEB = Path(__file__).parent / "web"
FORM_BYTES = 4096

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
    pages = Pages(deps)
    return [
        Route("/", pages.calls),
        Route("/calls", pages.to_calls),
        Route("/login", pages.login, methods=["GET", "POST"]),
        Route("/desk", pages.desk),
        Route("/calls/{call_id}/desk", pages.desk),
        Route("/calls/{call_id}", pages.call),
        Route("/favicon.ico", pages.icon),
        *health_routes(deps),
        Mount("/static", StaticFiles(directory=WEB / "static"), name="static"),
    ]


class Pages:
    """The handlers, over one template environment."""

    def __init__(self, deps: Deps) -> None:
        self._deps = deps
        self._templates = Jinja2Templates(WEB / "templates")
        env = self._templates.env
        env.trim_blocks = env.lstrip_blocks = True
        env.filters["clock"] = views.clock
        env.filters["state_word"] = views.state_word
        env.filters["whole"] = views.whole
        env.filters["segment"] = lambda text: quote(str(text), safe="")
        env.globals.update(
            levels=views.LEVELS,
            channels={str(k): v for k, v in views.CHANNELS.items()},
            reasons=views.REASONS,
            answers=views.ANSWERS,
            call_seconds=views.call_seconds,
            signed_in=not deps.guard.open,
        )

    def _page(
        self, request: Request, name: str, status: int = HTTPStatus.OK, **shown: object
    ) -> Response:
        return self._templates.TemplateResponse(request, name, dict(shown), status_code=int(status))

    def _sorry(self, request: Request, status: HTTPStatus, what: str, how: str) -> Response:
        return self._page(request, "sorry.html", status, title=what, how=how)

    async def calls(self, request: Request) -> Response:
        """List calls: the live ones, then the stored ones that the filters let through."""
        known = CallQuery.model_fields
        asked = {k: v for k, v in request.query_params.items() if v != "" and k in known}
        try:
            query = CallQuery.model_validate(asked)
        except ValidationError as error:
            faults = "; ".join(f"{f['loc'][0]}: {f['msg']}" for f in error.errors())
            return self._sorry(request, HTTPStatus.BAD_REQUEST, "These filters do not work", faults)
        # The live ones stand above, from the host, which knows them to the second.
        wanted = replace(query.wanted(), state="ended")
        try:
            rows = await self._deps.read(
                self._deps.store.calls, wanted, query.limit + 1, query.before
            )
        except (StoreUnavailable, TimeoutError):
            return self._no_store(request)
        shown = rows[: query.limit]
        kept = {k: v for k, v in asked.items() if k in _FILTERS}
        older = shown[-1].cursor if len(rows) > query.limit else None
        return self._page(
            request,
            "calls.html",
            rows=shown,
            live=sorted(self._deps.host.live(), key=lambda c: c.started_at),
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
            regions=json.dumps(view.regions).replace("<", "\\u003c"),
        )
        response.headers["Content-Security-Policy"] = content_policy(nonce)
        return response

    async def desk(self, request: Request) -> Response:
        """Open the agent's desk, for one call or for the agent's next one."""
        asked = request.path_params.get("call_id", "")
        return self._page(
            request,
            "desk.html",
            call_id=asked or request.query_params.get("call", ""),
            agent=request.query_params.get("agent", ""),
            fixed=bool(asked),
        )

    async def login(self, request: Request) -> Response:
        """Ask for the token, and give the cookie for it."""
        if request.method == "GET":
            asked = request.query_params
            return self._login_page(request, asked.get("next", "/"), wrong="wrong" in asked)
        form = await _form(request)
        target = safe_next(form.get("next", "/"))
        if not self._deps.guard.accepts(form.get("token", "")):
            return self._login_page(request, target, wrong=True)
        response = RedirectResponse(target, HTTPStatus.SEE_OTHER)
        self._deps.guard.set_cookie(response, secure=request.url.scheme == "https")
        return response

    def _login_page(self, request: Request, target: str, *, wrong: bool) -> Response:
        status = HTTPStatus.UNAUTHORIZED if wrong else HTTPStatus.OK
        return self._page(request, "login.html", status, next=safe_next(target), wrong=wrong)

    async def icon(self, request: Request) -> Response:
        """Return the icon where a browser looks for it unasked."""
        del request
        return FileResponse(WEB / "static" / "favicon.svg", media_type="image/svg+xml")

    def _no_store(self, request: Request) -> Response:
        return self._sorry(
            request,
            HTTPStatus.SERVICE_UNAVAILABLE,
            "The calls cannot be read just now",
            "The database does not answer. Live help goes on without it; try again in a moment.",
        )


async def _form(request: Request) -> Mapping[str, str]:
    """Read a small URL-encoded form."""
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > FORM_BYTES:
            return {}
    return {k: v[-1] for k, v in parse_qs(body.decode("utf-8", "replace")).items()}
