"""Who may come in: one token guards sockets, API and pages.

A program sends `Authorization: Bearer TOKEN` (or, where a carrier can send no header,
`?token=TOKEN` on a socket). A browser opens any page with `?token=TOKEN` once, or uses the
sign-in form, and gets a cookie that no script can read and no other site can send. The cookie
holds a digest of the token, so that reading one does not give the other. What changes state, and
every socket, must in addition come from a page of ours.
"""

import hashlib
import hmac
from collections.abc import Sequence
from dataclasses import dataclass
from http import HTTPStatus
from urllib.parse import urlencode, urlsplit

from starlette.datastructures import URL, Headers, QueryParams
from starlette.requests import HTTPConnection, Request
from starlette.responses import RedirectResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send
from starlette.websockets import WebSocket

from streaming.problems import problem

COOKIE = "cueline"
COOKIE_SECONDS = 12 * 3600
"""A long shift; then the page asks again."""

OPEN_PATHS = frozenset({"/login", "/favicon.ico", "/health/live", "/health/ready"})
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a connection may not come in; `close_code` is for sockets."""

    status: HTTPStatus
    code: str
    message: str
    close_code: int


NO_TOKEN = Refusal(HTTPStatus.UNAUTHORIZED, "token_missing", "This needs a token.", 4401)
BAD_TOKEN = Refusal(HTTPStatus.UNAUTHORIZED, "token_wrong", "The token is not right.", 4401)
BAD_ORIGIN = Refusal(
    HTTPStatus.FORBIDDEN, "origin_refused", "The request does not come from a page of ours.", 4403
)


class Guard:
    """Decide who may come in. Without a token everybody may, from pages of ours.

    `origins` are further allowed origins, as "https://desk.example.com"; the server's own is
    always allowed.
    """

    def __init__(self, token: str | None, *, origins: Sequence[str] = ()) -> None:
        self._token = token or None
        self._origins = frozenset(origins)
        self._cookie = _digest(token) if token else ""

    @property
    def open(self) -> bool:
        """Whether no token is asked for."""
        return self._token is None

    def accepts(self, token: str) -> bool:
        """Return whether this is the token, in constant time."""
        return self._token is None or hmac.compare_digest(token.encode(), self._token.encode())

    def refusal(self, connection: HTTPConnection) -> Refusal | None:
        """Say why a request or socket may not come in; None where it may."""
        socket = connection.scope["type"] == "websocket"
        method = connection.scope.get("method", "GET")
        if (socket or method not in SAFE_METHODS) and not self._from_us(connection):
            return BAD_ORIGIN
        if self._token is None:
            return None
        given = _bearer(connection.headers)
        if given is None and socket:
            given = connection.query_params.get("token")
        if given is not None:
            return None if self.accepts(given) else BAD_TOKEN
        cookie = connection.cookies.get(COOKIE)
        if cookie is None:
            return NO_TOKEN
        if not hmac.compare_digest(cookie.encode(), self._cookie.encode()):
            return BAD_TOKEN
        return None

    def _from_us(self, connection: HTTPConnection) -> bool:
        """A browser names the origin; a program has none and must not lean on a cookie."""
        origin = connection.headers.get("origin")
        if origin is None:
            return COOKIE not in connection.cookies
        if origin in self._origins:
            return True
        return urlsplit(origin).netloc.lower() == connection.headers.get("host", "").lower()

    def set_cookie(self, response: Response, *, secure: bool) -> None:
        """Give the browser its cookie."""
        response.set_cookie(
            COOKIE,
            self._cookie,
            max_age=COOKIE_SECONDS,
            path="/",
            secure=secure,
            httponly=True,
            samesite="strict",
        )

    async def admit(self, socket: WebSocket) -> bool:
        """Let a socket in, or close it with a code that its page can read.

        A foreign origin gets no handshake at all. Accepts nothing itself: on True the caller does.
        """
        refused = self.refusal(socket)
        if refused is None:
            return True
        if refused is BAD_ORIGIN:
            await socket.close(refused.close_code, refused.message)
        else:
            await socket.accept()
            await socket.close(refused.close_code, refused.message)
        return False


class GuardMiddleware:
    """Ask the guard about every page and API request. Sockets ask it themselves (`admit`)."""

    def __init__(self, app: ASGIApp, guard: Guard) -> None:
        self._app = app
        self._guard = guard

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, redirect it, or refuse it."""
        if scope["type"] != "http" or _is_open(scope["path"]):
            await self._app(scope, receive, send)
            return
        request = Request(scope)
        answer = self._token_in_address(request) or self._refused(request)
        await (answer or self._app)(scope, receive, send)

    def _token_in_address(self, request: Request) -> Response | None:
        """Turn `?token=` into a cookie, and the address into one that may be shown and kept."""
        token = request.query_params.get("token")
        if token is None or request.method != "GET" or self._guard.open:
            return None
        if not self._guard.accepts(token):
            return _refuse(request, BAD_TOKEN)
        response = RedirectResponse(_without_token(request.url), HTTPStatus.SEE_OTHER)
        self._guard.set_cookie(response, secure=request.url.scheme == "https")
        return response

    def _refused(self, request: Request) -> Response | None:
        refused = self._guard.refusal(request)
        return None if refused is None else _refuse(request, refused)


def safe_next(path: str) -> str:
    """Return `path` if it stays on this site, else "/"."""
    parts = urlsplit(path)
    plain = path.isprintable() and path.startswith("/") and not path.startswith(("//", "/\\"))
    return path if plain and not parts.scheme and not parts.netloc else "/"


def _refuse(request: Request, refused: Refusal) -> Response:
    """A page for people, a problem document for programs."""
    wants_page = "text/html" in request.headers.get("accept", "")
    if wants_page and refused.status == HTTPStatus.UNAUTHORIZED and request.method == "GET":
        query = {"next": safe_next(_without_token(request.url))}
        if refused is BAD_TOKEN:
            query["wrong"] = "1"
        return RedirectResponse("/login?" + urlencode(query), HTTPStatus.SEE_OTHER)
    headers = {"WWW-Authenticate": "Bearer"} if refused.status == HTTPStatus.UNAUTHORIZED else {}
    return problem(refused.status, refused.code, refused.message, headers=headers)


def _without_token(url: URL) -> str:
    kept = [(k, v) for k, v in QueryParams(url.query).multi_items() if k != "token"]
    return url.path + (f"?{urlencode(kept)}" if kept else "")


def _is_open(path: str) -> bool:
    return path in OPEN_PATHS or path.startswith("/static/")


def _bearer(headers: Headers) -> str | None:
    scheme, _, value = headers.get("authorization", "").partition(" ")
    return value.strip() if scheme.lower() == "bearer" else None


def _digest(token: str) -> str:
    return hmac.new(token.encode(), b"cueline cookie 1", hashlib.sha256).hexdigest()
