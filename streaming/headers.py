"""What every answer says about how it may be used: content policy and its companions.

The policy allows nothing inline and nothing from elsewhere. The one exception is the call page:
wavesurfer.js puts a style element in its shadow root, for which that page gets a nonce of its own.
"""

import secrets

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

STATIC_SECONDS = 3600


def content_policy(nonce: str | None = None) -> str:
    """Return the Content-Security-Policy, with a nonce for style elements where one is given."""
    style = f"'self' 'nonce-{nonce}'" if nonce else "'self'"
    parts = {
        "default-src": "'self'",
        "script-src": "'self'",
        "style-src": style,
        "img-src": "'self' data:",
        "media-src": "'self' blob:",
        "connect-src": "'self'",
        "object-src": "'none'",
        "base-uri": "'none'",
        "form-action": "'self'",
        "frame-ancestors": "'none'",
    }
    return "; ".join(f"{name} {value}" for name, value in parts.items())


def new_nonce() -> str:
    """Return a nonce for one answer."""
    return secrets.token_urlsafe(18)


class SecurityHeaders:
    """Add the headers to every HTTP answer that does not bring its own."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer as the inner app does, with the headers added."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        still = scope["path"].startswith("/static/")

        async def add(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers.setdefault("Content-Security-Policy", content_policy())
                headers.setdefault("X-Content-Type-Options", "nosniff")
                headers.setdefault("Referrer-Policy", "same-origin")
                headers.setdefault("X-Frame-Options", "DENY")
                headers.setdefault("Cross-Origin-Opener-Policy", "same-origin")
                headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
                headers.setdefault("Permissions-Policy", "camera=(), geolocation=(), microphone=()")
                headers.setdefault("Cache-Control", "no-cache" if still else "no-store")
            await send(message)

        await self._app(scope, receive, add)
