"""`/me/password` and `/me/tokens`: one's own password, and tokens for one's own programs.

Both are for people who signed in on a page: a token, which may be limited to a scope, must not be
able to make itself another one or to change the password.
"""

from http import HTTPStatus

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from pipeline.errors import RecordNotFound, RequestRefused
from streaming.access import Person, person_of
from streaming.accounts import refuse_weak
from streaming.auth import SESSION
from streaming.deps import Deps
from streaming.desks.people import (
    TOKEN_DAYS,
    accounts_of,
    number_of,
    said_of,
    scopes_shown,
    token_of,
)
from streaming.directory import PASSWORD_MIN, Waiting
from streaming.rendering import Renderer, form_of

DONE = {
    "password": "Your password is changed. Your other sessions are over; tokens go on working.",
    "revoked": "The token does not work any more.",
}


def own_routes(deps: Deps, renderer: Renderer) -> list[BaseRoute]:
    """Return the pages."""
    pages = Own(deps, renderer)
    return [
        Route("/me/password", pages.password, methods=["GET", "POST"]),
        Route("/me/tokens", pages.tokens, methods=["GET", "POST"]),
    ]


class Own:
    """The handlers."""

    def __init__(self, deps: Deps, renderer: Renderer) -> None:
        self._deps, self._renderer = deps, renderer

    async def password(self, request: Request) -> Response:
        """Ask for the present password and a new one."""
        if not _on_a_page(request):
            return self._only_pages(request)
        if request.method == "GET":
            return await self._password_page(request)
        try:
            return await self._change(request)
        except RequestRefused as error:
            return await self._password_page(request, str(error))

    async def _change(self, request: Request) -> Response:
        who, form = person_of(request), await form_of(request)
        directory, accounts = self._deps.guard.directory, accounts_of(self._deps)
        new = form.get("new", "")
        if new != form.get("again", ""):
            raise RequestRefused("the new password is not the same twice")
        refuse_weak(new, who.name)
        if directory is None or new == form.get("old", ""):
            raise RequestRefused("the new password is the present one")
        found = await directory.prove(who.name, form.get("old", ""))
        if isinstance(found, Waiting):
            raise RequestRefused(f"too many wrong passwords; try again in {found.seconds} seconds")
        if not found:
            await self._note(who, "password_refused")
            raise RequestRefused("the present password is not right")
        await self._deps.read(accounts.set_password, who.name, new)
        directory.forget()
        await self._note(who, "password_changed")
        response = RedirectResponse("/me/password?done=password", HTTPStatus.SEE_OTHER)
        secret = await directory.open(who.name)
        self._deps.guard.set_session(response, secret, secure=request.url.scheme == "https")
        return response

    async def _password_page(self, request: Request, fault: str = "") -> Response:
        user = await self._deps.read(accounts_of(self._deps).users.need, person_of(request).name)
        return self._renderer.page(
            request,
            "own_password.html",
            HTTPStatus.UNPROCESSABLE_ENTITY if fault else HTTPStatus.OK,
            user=user,
            fault=fault,
            done=DONE.get(request.query_params.get("done", ""), ""),
            password_min=PASSWORD_MIN,
        )

    async def tokens(self, request: Request) -> Response:
        """List one's tokens, make one, take one back."""
        if not _on_a_page(request):
            return self._only_pages(request)
        if request.method == "GET":
            return await self._tokens_page(request)
        who, form, accounts = person_of(request), await form_of(request), accounts_of(self._deps)
        try:
            if form.get("do") == "revoke":
                _, gone = await self._deps.read(accounts.revoke, number_of(form), who.name)
                await self._note(who, "token_revoked", gone.name)
                return RedirectResponse("/me/tokens?done=revoked", HTTPStatus.SEE_OTHER)
            made = await self._deps.read(token_of, accounts, who.name, form)
        except (RequestRefused, RecordNotFound) as error:
            return await self._tokens_page(request, fault=str(error))
        await self._note(who, "token_made", said_of(made.token))
        return await self._tokens_page(request, HTTPStatus.CREATED, token=made)

    async def _tokens_page(
        self,
        request: Request,
        status: HTTPStatus = HTTPStatus.OK,
        fault: str = "",
        **shown: object,
    ) -> Response:
        who, users = person_of(request), accounts_of(self._deps).users
        tokens = await self._deps.read(users.tokens, who.name)
        return self._renderer.page(
            request,
            "own_tokens.html",
            HTTPStatus.UNPROCESSABLE_ENTITY if fault else status,
            tokens=tokens,
            scopes=scopes_shown(who.role),
            token_days=TOKEN_DAYS,
            fault=fault,
            done=DONE.get(request.query_params.get("done", ""), ""),
            **shown,
        )

    async def _note(self, who: Person, action: str, detail: str = "") -> None:
        directory = self._deps.guard.directory
        if directory is not None:
            directory.forget()
        if self._deps.trail is not None:
            await self._deps.trail.note(who, action, who.name, detail)

    def _only_pages(self, request: Request) -> Response:
        return self._renderer.sorry(
            request,
            HTTPStatus.FORBIDDEN,
            "This is for people with an account",
            "Sign in with your name and password; a token cannot do this.",
        )


def _on_a_page(request: Request) -> bool:
    """Whether a person came by a session, not a program by a token."""
    who = person_of(request)
    return who.user and SESSION in request.cookies and "authorization" not in request.headers
