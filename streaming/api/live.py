"""The live calls, and whether the server works."""

from http import HTTPStatus

from fastapi import APIRouter
from fastapi.responses import JSONResponse
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from streaming.access import own_agent
from streaming.deps import Deps
from streaming.live import summary_data
from streaming.problems import PROBLEMS


def live_router(deps: Deps) -> APIRouter:
    """Return the routes of live calls."""
    router = APIRouter(tags=["live"], responses=PROBLEMS)

    @router.get("/calls/live", summary="List the live calls")
    async def live(request: Request) -> Response:
        own = own_agent(request)
        shown = [summary_data(c) for c in deps.host.live() if own in (None, c.agent)]
        return JSONResponse({"calls": shown})

    @router.get("/health/live", summary="Say that the process answers")
    async def alive() -> Response:
        return JSONResponse({"status": "alive", "version": deps.version})

    @router.get("/health/ready", summary="Say by name what works")
    async def ready() -> Response:
        return readiness(deps)

    return router


def readiness(deps: Deps) -> Response:
    """Return 200 where everything works, else 503, with each part by name.

    What works with less than it should does not make a server unready; `reduced` tells of it.
    """
    parts = dict(deps.ready())
    good = all(parts.values())
    body: dict[str, object] = {
        "status": "ready" if good else "not ready",
        "parts": parts,
        "version": deps.version,
    }
    if reduced := dict(deps.reduced()):
        body["reduced"] = reduced
    return JSONResponse(body, HTTPStatus.OK if good else HTTPStatus.SERVICE_UNAVAILABLE)


def health_routes(deps: Deps) -> list[BaseRoute]:
    """Return `/health/live` and `/health/ready`, which ask for no token."""

    async def alive(request: Request) -> Response:
        del request
        return JSONResponse({"status": "alive"})

    async def ready(request: Request) -> Response:
        del request
        return readiness(deps)

    return [Route("/health/live", alive), Route("/health/ready", ready)]
