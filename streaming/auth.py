"""Who comes in, and whether they may.

People sign in with name and password (or by an identity provider) and get a session: a cookie that
no script can read and no other site can send, of which the database keeps a digest. Programs send
`Authorization: Bearer TOKEN`, or `?token=TOKEN` on a socket where a carrier can send no header. The
server's own token (settings) may everything; with no accounts it is the way in for people as well,
who then open any page with `?token=TOKEN` once. What changes state, and every socket, must come
from a page of ours: the browser says so in its Origin, which no other site can forge.
"""

import hashlib
import hmac
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from urllib.parse import urlencode, urlsplit

from starlette.datastructures import URL, Headers, QueryParams
from starlette.requests import HTTPConnection, Request
from starlette.responses import RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from starlette.websockets import WebSocket

from streaming.access import Permission, Person, Role, asked_of
from streaming.directory import Directory
from streaming.problems import problem
from streaming.trail import Trail

COOKIE, SESSION = "cueline", "cueline_session"
COOKIE_SECONDS = 12 * 3600
"""A long shift; then the page asks for the server's token again."""

OPEN_PATHS = frozenset({"/login", "/favicon.ico", "/health/live", "/health/ready"})
OPEN_FOLDERS = ("/static/", "/login/")
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})


ANYONE = Person("", "Anyone", Role.ADMIN, user=False)
"""Who comes in where no token is set, as in tests."""
SERVER_TOKEN = Person("server token", "Server token", Role.ADMIN, user=False)


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a connection may not come in; `close_code` is for sockets."""

    status: HTTPStatus
    code: str
    message: str
    close_code: int


NO_TOKEN = Refusal(HTTPStatus.UNAUTHORIZED, "token_missing", "This needs a token.", 4401)
BAD_TOKEN = Refusal(HTTPStatus.UNAUTHORIZED, "token_wrong", "The token is not right.", 4401)
SESSION_OVER = Refusal(
    HTTPStatus.UNAUTHORIZED, "session_over", "The session is over; sign in again.", 4401
)
NOT_ALLOWED = Refusal(HTTPStatus.FORBIDDEN, "not_allowed", "Your role does not include this.", 4403)
NOT_YOURS = Refusal(HTTPStatus.FORBIDDEN, "not_yours", "This is not a call of yours.", 4403)
STILL_BLIND = Refusal(
    HTTPStatus.FORBIDDEN,
    "still_blind",
    "You are calibrating on this call: hand your answers in first.",
    4403,
)
BAD_ORIGIN = Refusal(
    HTTPStatus.FORBIDDEN, "origin_refused", "The request does not come from a page of ours.", 4403
)


class Guard:
    """Decide who may come in, and what they may do there.

    Without a token everybody may everything, from pages of ours. `directory` finds people with an
    account; `agent_of` says whose a call is, None for one that there is not; `blind` says that a
    person must not see yet how a call was judged. `origins` are further
    allowed origins, as "https://desk.example.com"; the server's own is always allowed.
    """

    def __init__(
        self,
        token: str | None,
        *,
        origins: Sequence[str] = (),
        directory: Directory | None = None,
        agent_of: Callable[[str], Awaitable[str | None]] | None = None,
        blind: Callable[[str, str], Awaitable[bool]] | None = None,
    ) -> None:
        self._token = token or None
        self._origins = frozenset(origins)
        self._cookie = _digest(token) if token else ""
        self.directory = directory
        self._agent_of = agent_of
        self._blind = blind

    @property
    def open(self) -> bool:
        """Whether no token is asked for."""
        return self._token is None

    def accepts(self, token: str) -> bool:
        """Return whether this is the server's token, in constant time."""
        return self._token is None or hmac.compare_digest(token.encode(), self._token.encode())

    async def enter(self, connection: HTTPConnection) -> Person | Refusal:
        """Say who comes in with a request or socket, or why they may not."""
        socket = connection.scope["type"] == "websocket"
        method = connection.scope.get("method", "GET")
        if (socket or method not in SAFE_METHODS) and not self.from_us(connection):
            return BAD_ORIGIN
        who = await self._who(connection, socket=socket)
        if isinstance(who, Refusal):
            return who
        asked = asked_of("WS" if socket else method, connection.scope["path"])
        if not who.may(asked.permission):
            return NOT_ALLOWED
        call_id = asked.names.get("call_id")
        if call_id is not None and not await self._may_see(who, call_id):
            return NOT_YOURS
        if call_id is not None and asked.tells and await self._is_blind(who, call_id):
            return STILL_BLIND
        return who

    async def _is_blind(self, who: Person, call_id: str) -> bool:
        if self._blind is None or not who.user or not who.may(Permission.REVIEW):
            return False
        return await self._blind(who.name, call_id)

    async def _who(self, connection: HTTPConnection, *, socket: bool) -> Person | Refusal:
        given = _bearer(connection.headers)
        if given is None and socket:
            given = connection.query_params.get("token")
        if given is not None:
            return await self._by_token(given)
        secret = connection.cookies.get(SESSION)
        if secret is not None and self.directory is not None:
            person = await self.directory.session(secret)
            if person is not None:
                return person
        if self._token is None:
            return ANYONE
        cookie = connection.cookies.get(COOKIE)
        if cookie is None:
            return NO_TOKEN if secret is None else SESSION_OVER
        if not hmac.compare_digest(cookie.encode(), self._cookie.encode()):
            return BAD_TOKEN
        return SERVER_TOKEN

    async def _by_token(self, given: str) -> Person | Refusal:
        if self.accepts(given):
            return ANYONE if self._token is None else SERVER_TOKEN
        if self.directory is not None:
            person = await self.directory.token(given)
            if person is not None:
                return person
        return BAD_TOKEN

    async def _may_see(self, who: Person, call_id: str) -> bool:
        """Whether a call is one that this person sees; one that there is not is for its page."""
        if who.may(Permission.CALLS) or who.may(Permission.LIVE) or self._agent_of is None:
            return True
        agent = await self._agent_of(call_id)
        return agent is not None and who.sees(agent)

    def from_us(self, connection: HTTPConnection) -> bool:
        """Say whether a request comes from a page of ours, or from a program.

        A browser names the origin; a program has none and must not lean on a cookie.
        """
        origin = connection.headers.get("origin")
        if origin is None:
            return COOKIE not in connection.cookies and SESSION not in connection.cookies
        if origin in self._origins:
            return True
        return urlsplit(origin).netloc.lower() == connection.headers.get("host", "").lower()

    def set_cookie(self, response: Response, *, secure: bool) -> None:
        """Give the browser the server token's cookie."""
        _give(response, COOKIE, self._cookie, COOKIE_SECONDS, secure=secure)

    def set_session(self, response: Response, secret: str, *, secure: bool) -> None:
        """Give the browser a person's session."""
        hours = self.directory.session_hours if self.directory is not None else 0
        _give(response, SESSION, secret, int(hours * 3600), secure=secure)
        response.delete_cookie(COOKIE)

    async def leave(self, connection: HTTPConnection, response: Response) -> None:
        """End the session, and take the cookies back."""
        secret = connection.cookies.get(SESSION)
        if secret is not None and self.directory is not None:
            await self.directory.sign_out(secret)
        response.delete_cookie(SESSION)
        response.delete_cookie(COOKIE)

    async def admit(self, socket: WebSocket) -> bool:
        """Let a socket in, or close it with a code that its page can read.

        A foreign origin gets no handshake at all. Accepts nothing itself: on True the caller does.
        """
        found = await self.enter(socket)
        if isinstance(found, Person):
            socket.scope["person"] = found
            return True
        if found is BAD_ORIGIN:
            await socket.close(found.close_code, found.message)
        else:
            await socket.accept()
            await socket.close(found.close_code, found.message)
        return False


class GuardMiddleware:
    """Ask the guard about every page and API request, and note what people did.

    Sockets ask the guard themselves (`admit`).
    """

    def __init__(self, app: ASGIApp, guard: Guard, trail: Trail | None = None) -> None:
        self._app = app
        self._guard = guard
        self._trail = trail

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, redirect it, or refuse it."""
        if scope["type"] != "http" or _is_open(scope["path"]):
            await self._app(scope, receive, send)
            return
        request = Request(scope)
        answer = self._token_in_address(request)
        if answer is None:
            found = await self._guard.enter(request)
            if isinstance(found, Person):
                await self._pass_on(found, scope, receive, send)
                return
            answer = _refuse(request, found)
        await answer(scope, receive, send)

    async def _pass_on(self, who: Person, scope: Scope, receive: Receive, send: Send) -> None:
        scope["person"] = who
        status = 0

        async def watch(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        await self._app(scope, receive, watch)
        asked = asked_of(scope["method"], scope["path"])
        if self._trail is None or asked.rule is None or not asked.rule.deed:
            return
        if HTTPStatus.OK <= status < HTTPStatus.BAD_REQUEST:
            target = asked.names.get("call_id", "") or scope["path"]
            look = scope["method"] in SAFE_METHODS
            await self._trail.note(who, asked.rule.deed, target, look=look)

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


def safe_next(path: str) -> str:
    """Return `path` if it stays on this site, else "/"."""
    parts = urlsplit(path)
    plain = path.isprintable() and path.startswith("/") and not path.startswith(("//", "/\\"))
    return path if plain and not parts.scheme and not parts.netloc else "/"


def _refuse(request: Request, refused: Refusal) -> Response:
    """A page for people, a problem document for programs."""
    wants_page = "text/html" in request.headers.get("accept", "")
    if wants_page and refused.status == HTTPStatus.FORBIDDEN and refused is not BAD_ORIGIN:
        return RedirectResponse("/me?refused=" + refused.code, HTTPStatus.SEE_OTHER)
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
    return path in OPEN_PATHS or path.startswith(OPEN_FOLDERS)


def _bearer(headers: Headers) -> str | None:
    scheme, _, value = headers.get("authorization", "").partition(" ")
    return value.strip() if scheme.lower() == "bearer" else None


def _give(response: Response, name: str, value: str, seconds: int, *, secure: bool) -> None:
    response.set_cookie(
        name, value, max_age=seconds, path="/", secure=secure, httponly=True, samesite="strict"
    )


def _digest(token: str) -> str:
    return hmac.new(token.encode(), b"cueline cookie 1", hashlib.sha256).hexdigest()
