"""How every page is made: one template environment, who is signed in, and where the bar leads."""

import json
from collections.abc import Mapping
from http import HTTPStatus
from pathlib import Path
from urllib.parse import parse_qs, quote

from fastapi.templating import Jinja2Templates
from starlette.requests import Request
from starlette.responses import Response

from streaming import views
from streaming.access import NAVIGATION, Permission, Person, Role
from streaming.deps import Deps

WEB = Path(__file__).parent / "web"
FORM_BYTES = 64 * 1024

HOMES: Mapping[Role, str] = {
    Role.AGENT: "/desk",
    Role.SUPERVISOR: "/wall",
    Role.QA: "/reviews",
    Role.TRAINER: "/search",
    Role.ENGINEER: "/models",
}
"""Where a role starts its day; others start with the list of calls, or what they may see first."""


class Renderer:
    """Renders templates with what all of them are told."""

    def __init__(self, deps: Deps) -> None:
        self._deps = deps
        self._templates = Jinja2Templates(WEB / "templates")
        env = self._templates.env
        env.trim_blocks = env.lstrip_blocks = True
        env.filters["clock"] = views.clock
        env.filters["state_word"] = views.state_word
        env.filters["whole"] = views.whole
        env.filters["segment"] = lambda text: quote(str(text), safe="")
        env.filters["json_island"] = json_island
        env.globals.update(
            levels=views.LEVELS,
            channels={str(k): v for k, v in views.CHANNELS.items()},
            reasons=views.REASONS,
            answers=views.ANSWERS,
            call_seconds=views.call_seconds,
            Permission=Permission,
        )

    def page(
        self, request: Request, name: str, status: int = HTTPStatus.OK, **shown: object
    ) -> Response:
        """Render a template; it knows `person` (None before signing in) and `navigation`."""
        person: Person | None = request.scope.get("person")
        links = [
            (href, word)
            for href, word, needs in NAVIGATION
            if person is not None and person.may(needs)
        ]
        known: dict[str, object] = {
            "person": person,
            "navigation": links,
            "signed_in": not self._deps.guard.open,
        }
        return self._templates.TemplateResponse(
            request, name, known | shown, status_code=int(status)
        )

    def sorry(self, request: Request, status: HTTPStatus, what: str, how: str) -> Response:
        """Say that something cannot be shown, and what to do."""
        return self.page(request, "sorry.html", status, title=what, how=how)

    def no_store(self, request: Request) -> Response:
        """Say that the database does not answer."""
        return self.sorry(
            request,
            HTTPStatus.SERVICE_UNAVAILABLE,
            "The calls cannot be read just now",
            "The database does not answer. Live help goes on without it; try again in a moment.",
        )


def home(person: Person) -> str:
    """Return where a person's work begins."""
    wanted = HOMES.get(person.role)
    for href, _, needs in NAVIGATION:
        if person.may(needs) and (wanted is None or href == wanted):
            return href
    return next((href for href, _, needs in NAVIGATION if person.may(needs)), "/me")


def json_island(value: object) -> str:
    """Return JSON that may stand in a script element of type application/json."""
    return json.dumps(value).replace("<", "\\u003c")


async def form_of(request: Request) -> Mapping[str, str]:
    """Read a small URL-encoded form; one that is too large is empty."""
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > FORM_BYTES:
            return {}
    return {k: v[-1] for k, v in parse_qs(body.decode("utf-8", "replace")).items()}
