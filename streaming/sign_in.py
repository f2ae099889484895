"""The way in and out: sign in, sign out, and the page that says who one is."""

from http import HTTPStatus

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from streaming.access import MEANS, Permission, person_of
from streaming.auth import safe_next
from streaming.deps import Deps
from streaming.directory import Waiting, person
from streaming.provider_sign_in import BEGIN, provider_routes
from streaming.rendering import Renderer, form_of, home

REFUSED = {
    "not_allowed": "Your role does not include the page you asked for.",
    "not_yours": "That call is not one of yours.",
    "still_blind": "You are calibrating on that call: hand your answers in first.",
}


def sign_in_routes(deps: Deps, renderer: Renderer) -> list[BaseRoute]:
    """Return `/login`, `/logout` and `/me`."""
    pages = SignIn(deps, renderer)
    return [
        Route("/login", pages.login, methods=["GET", "POST"]),
        Route("/logout", pages.logout, methods=["POST"]),
        Route("/me", pages.me),
        *provider_routes(deps, renderer),
    ]


class SignIn:
    """The handlers."""

    def __init__(self, deps: Deps, renderer: Renderer) -> None:
        self._deps, self._renderer = deps, renderer

    async def login(self, request: Request) -> Response:
        """Ask who somebody is: name and password, or the server's token."""
        if request.method == "GET":
            asked = request.query_params
            wrong = "token" if "wrong" in asked else ""
            return await self._form(request, asked.get("next", "/"), wrong)
        if "origin" in request.headers and not self._deps.guard.from_us(request):
            return RedirectResponse("/login", HTTPStatus.SEE_OTHER)  # another site's form
        form = await form_of(request)
        target = safe_next(form.get("next", "/"))
        if form.get("name"):
            return await self._by_name(request, form["name"], form.get("password", ""), target)
        if not self._deps.guard.accepts(form.get("token", "")):
            return await self._form(request, target, "token")
        response = RedirectResponse(target, HTTPStatus.SEE_OTHER)
        self._deps.guard.set_cookie(response, secure=request.url.scheme == "https")
        return response

    async def _by_name(self, request: Request, name: str, password: str, target: str) -> Response:
        directory = self._deps.guard.directory
        found = await directory.sign_in(name, password) if directory is not None else None
        if isinstance(found, Waiting):
            return await self._form(request, target, "waiting", name, found.seconds)
        if found is None or directory is None:
            if self._deps.trail is not None:
                await self._deps.trail.note_unknown("sign_in_refused", name[:64])
            return await self._form(request, target, "password", name)
        user = await self._deps.read(directory.users.need, name)
        who = person(user)
        if self._deps.trail is not None:
            await self._deps.trail.note(who, "signed_in", name)
        target = home(who) if target == "/" else target
        response = RedirectResponse(target, HTTPStatus.SEE_OTHER)
        self._deps.guard.set_session(response, found, secure=request.url.scheme == "https")
        return response

    async def _form(
        self, request: Request, target: str, wrong: str, name: str = "", wait_s: int = 0
    ) -> Response:
        directory = self._deps.guard.directory
        people = await directory.any() if directory is not None else False
        status = HTTPStatus.UNAUTHORIZED if wrong else HTTPStatus.OK
        return self._renderer.page(
            request,
            "login.html",
            status,
            next=safe_next(target),
            wrong=wrong,
            people=people,
            given=name,
            wait_s=wait_s,
            provider=self._deps.settings.oidc.label if self._deps.settings.oidc.issuer else "",
            provider_at=BEGIN,
            demo=self._deps.demo,
        )

    async def logout(self, request: Request) -> Response:
        """End the session."""
        response = RedirectResponse("/login", HTTPStatus.SEE_OTHER)
        await self._deps.guard.leave(request, response)
        if self._deps.trail is not None:
            await self._deps.trail.note(person_of(request), "signed_out", person_of(request).name)
        return response

    async def me(self, request: Request) -> Response:
        """Say who one is here, and what the role includes."""
        who = person_of(request)
        refused = REFUSED.get(request.query_params.get("refused", ""), "")
        return self._renderer.page(
            request,
            "me.html",
            HTTPStatus.FORBIDDEN if refused else HTTPStatus.OK,
            refused=refused,
            home=home(who),
            may=[MEANS[p] for p in Permission if p in who.permissions],
        )
