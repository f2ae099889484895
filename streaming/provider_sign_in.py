"""`/login/provider`: to the identity provider and back, with an account made or brought up to date.

The way back comes from another site, so the session's strict cookie would not be sent along with a
redirect: the last answer is a page of ours that goes on by itself.
"""

from http import HTTPStatus

import structlog
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from pipeline.errors import RequestRefused
from streaming.accounts import Accounts
from streaming.auth import safe_next
from streaming.deps import Deps
from streaming.directory import person
from streaming.errors import ProviderDown, SignInRefused
from streaming.oidc import ATTEMPT_S, Claimed, Provider
from streaming.rendering import Renderer, home

log = structlog.get_logger(__name__)

BEGIN, BACK = "/login/provider", "/login/provider/back"
COOKIE = "cueline_sign_in"


def provider_routes(deps: Deps, renderer: Renderer) -> list[BaseRoute]:
    """Return the way to the provider and back; none where none is set.

    Raises:
        SettingsInvalid: the provider's settings cannot be.
    """
    settings = deps.settings.oidc
    if not settings.issuer:
        return []
    pages = ProviderSignIn(deps, renderer, Provider(settings))
    return [Route(BEGIN, pages.begin), Route(BACK, pages.back)]


class ProviderSignIn:
    """The handlers."""

    def __init__(self, deps: Deps, renderer: Renderer, provider: Provider) -> None:
        self._deps, self._renderer, self._provider = deps, renderer, provider

    async def begin(self, request: Request) -> Response:
        """Send the browser to the provider."""
        target = safe_next(request.query_params.get("next", "/"))
        try:
            address, sealed = await self._provider.begin(self._redirect_uri(request), target)
        except (ProviderDown, SignInRefused) as error:
            return self._down(request, error)
        response = RedirectResponse(address, HTTPStatus.SEE_OTHER)
        response.set_cookie(
            COOKIE,
            sealed,
            max_age=ATTEMPT_S,
            path="/login",
            secure=request.url.scheme == "https",
            httponly=True,
            samesite="lax",  # it has to come back with a visit from the provider's page
        )
        return response

    async def back(self, request: Request) -> Response:
        """Let in who comes back."""
        sealed, answer = request.cookies.get(COOKIE, ""), dict(request.query_params)
        try:
            claimed, target = await self._provider.finish(
                sealed, answer, self._redirect_uri(request)
            )
            response = await self._enter(request, claimed, target)
        except ProviderDown as error:
            response = self._down(request, error)
        except (SignInRefused, RequestRefused) as error:
            response = await self._refused(request, error)
        response.delete_cookie(COOKIE, path="/login")
        return response

    async def _enter(self, request: Request, claimed: Claimed, target: str) -> Response:
        directory = self._deps.guard.directory
        if directory is None:
            raise RequestRefused("this server keeps no accounts")
        accounts = Accounts(directory.users)
        user = await self._deps.read(
            accounts.provided,
            claimed.subject,
            claimed.name,
            claimed.role,
            display=claimed.display,
            agent=claimed.agent,
            team=claimed.team,
        )
        directory.forget()
        who = person(user)
        if self._deps.trail is not None:
            detail = f"by the identity provider, as {claimed.role}"
            await self._deps.trail.note(who, "signed_in", user.name, detail)
        secret = await directory.open(user.name)
        response = self._renderer.page(
            request, "signed_in.html", target=home(who) if target == "/" else target, user=user
        )
        self._deps.guard.set_session(response, secret, secure=request.url.scheme == "https")
        return response

    def _redirect_uri(self, request: Request) -> str:
        base = self._deps.settings.oidc.public_url.rstrip("/")
        return (base or f"{request.url.scheme}://{request.url.netloc}") + BACK

    def _down(self, request: Request, error: ProviderDown | SignInRefused) -> Response:
        log.warning("provider_not_usable", reason=str(error), detail=error.detail)
        return self._renderer.page(
            request,
            "sign_in_failed.html",
            HTTPStatus.SERVICE_UNAVAILABLE,
            title="The identity provider does not answer",
            why=str(error),
            how="Try again in a moment. Who has a password here can sign in by name.",
        )

    async def _refused(self, request: Request, error: SignInRefused | RequestRefused) -> Response:
        detail = error.detail if isinstance(error, SignInRefused) else ""
        log.warning("sign_in_refused", reason=str(error), detail=detail)
        if self._deps.trail is not None:
            await self._deps.trail.note_unknown("sign_in_refused", f"provider: {error}")
        return self._renderer.page(
            request,
            "sign_in_failed.html",
            HTTPStatus.FORBIDDEN,
            title="You are not signed in",
            why=str(error),
            how="An administrator can say what is missing: the audit log has the reason.",
        )
