"""Runs the app under uvicorn on a socket of our own, so that a taken port is told in one line."""

import asyncio
import ipaddress
import secrets
import signal
import socket
import sys
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from types import FrameType

import uvicorn
from pydantic import SecretStr
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from pipeline.config import Settings
from pipeline.errors import SettingsInvalid, first_cause
from streaming.errors import CannotListen

MAX_MESSAGE_BYTES = 2 * 2**20
"""The largest WebSocket message taken off the wire at all; protocols refuse smaller ones kindly."""


@dataclass(frozen=True, slots=True)
class Address:
    """Where the server listens, and the token that opens it."""

    host: str
    port: int
    token: str

    @property
    def page(self) -> str:
        """The address of the first page, for a browser without a cookie."""
        return f"http://{self._netloc}/?token={self.token}"

    @property
    def http(self) -> str:
        """The server's root, without a token."""
        return f"http://{self._netloc}"

    @property
    def socket(self) -> str:
        """The root of its WebSockets."""
        return f"ws://{self._netloc}"

    @property
    def _netloc(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{host}:{self.port}"


def with_token(settings: Settings) -> Settings:
    """Return the settings with a token; one is made up where only this machine can connect.

    Raises:
        SettingsInvalid: other machines could connect, and no token is set.
    """
    if settings.token is not None and settings.token.get_secret_value():
        return settings
    if not loopback(settings.host):
        raise SettingsInvalid(
            f"set CUELINE_TOKEN before listening on {settings.host}: other machines can reach it"
        )
    return settings.model_copy(update={"token": SecretStr(secrets.token_urlsafe(18))})


def listen(host: str, port: int) -> socket.socket:
    """Return a listening socket.

    Raises:
        CannotListen: the address is not ours or the port is taken.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    sock = socket.socket(family, socket.SOCK_STREAM)
    try:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        sock.bind((host, port))
        sock.listen(256)
    except OSError as error:
        sock.close()
        raise CannotListen(
            f"cannot listen on {host}:{port} ({error.strerror}); choose another with --port"
        ) from error
    sock.setblocking(False)
    return sock


class _Server(uvicorn.Server):
    """Ends in good order on SIGINT and SIGTERM: being stopped is no failure."""

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Stop serving; a second SIGINT does not wait for what is open."""
        self.force_exit = self.should_exit and sig == signal.SIGINT
        self.should_exit = True

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start, or stop at once where the app cannot: uvicorn would leave the process."""
        try:
            await super().startup(sockets)
        except SystemExit:
            self.should_exit = True


class _Watched:
    """An app whose lifespan's fault ends the server and is told by it, not by its log."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self.server: uvicorn.Server | None = None
        self.fault: BaseException | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "lifespan":
            await self._app(scope, receive, send)
            return

        async def quietly(message: Message) -> None:
            await send({k: v for k, v in message.items() if k != "message"})

        try:
            await self._app(scope, receive, quietly)
        finally:
            self.fault = sys.exc_info()[1]
            if self.fault is not None and self.server is not None:
                self.server.should_exit = True


async def serve_app(
    app: ASGIApp,
    sock: socket.socket,
    while_serving: Callable[[], Awaitable[None]] | None = None,
) -> None:
    """Serve until interrupted, or until `while_serving` returns where it is given.

    What makes the app's lifespan fail, at its start or later, is raised here.
    """
    watched = _Watched(app)
    config = uvicorn.Config(
        watched,
        log_config=None,
        access_log=False,
        ws="websockets-sansio",
        ws_per_message_deflate=False,
        ws_max_size=MAX_MESSAGE_BYTES,
        ws_ping_interval=20.0,
        ws_ping_timeout=20.0,
        timeout_graceful_shutdown=15,
    )
    server = watched.server = _Server(config)
    serving = asyncio.create_task(server.serve(sockets=[sock]))
    try:
        while not server.started and not serving.done():  # noqa: ASYNC110 - uvicorn has no event
            await asyncio.sleep(0.02)
        if while_serving is not None and not serving.done():
            beside = asyncio.ensure_future(while_serving())
            await asyncio.wait({serving, beside}, return_when=asyncio.FIRST_COMPLETED)
            if not beside.done():
                beside.cancel()
            elif (error := beside.exception()) is not None:
                raise error
        else:
            await serving
    finally:
        server.should_exit = True
        await serving
        sock.close()
    if watched.fault is not None:
        raise first_cause(watched.fault)


def loopback(host: str) -> bool:
    """Return whether only this machine can reach the address."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
