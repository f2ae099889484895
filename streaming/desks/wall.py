"""`/wall`: the supervisors' wall, a live call as they watch it, and how alerts served."""

from http import HTTPStatus
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from pipeline.alerts import TITLES
from pipeline.errors import StoreUnavailable
from streaming.access import person_of
from streaming.api.wall import since_of, wall_of
from streaming.deps import Deps
from streaming.rendering import Renderer

DAYS = (1, 7, 30, 90)
PRECISION_WANTED = 0.8
"""The least that an alert's kind should reach."""


def wall_routes(deps: Deps, renderer: Renderer) -> list[BaseRoute]:
    """Return the pages."""
    pages = WallPages(deps, renderer)
    return [
        Route("/wall", pages.wall),
        Route("/wall/report", pages.report),
        Route("/wall/calls/{call_id}", pages.watch),
    ]


class WallPages:
    """The handlers."""

    def __init__(self, deps: Deps, renderer: Renderer) -> None:
        self._deps, self._renderer = deps, renderer

    async def wall(self, request: Request) -> Response:
        """Show the wall, which needs script to live."""
        return self._renderer.page(request, "wall.html", calls=self._deps.host.live())

    async def watch(self, request: Request) -> Response:
        """Open a live call to look on; its alerts count as read."""
        call_id = request.path_params["call_id"]
        call = self._deps.summary(call_id)
        if call is None:
            return RedirectResponse(f"/calls/{quote(call_id, safe='')}", HTTPStatus.SEE_OTHER)
        person = person_of(request)
        await wall_of(self._deps).opened(call_id, person.display)
        if self._deps.trail is not None:
            await self._deps.trail.note(person, "live_call_opened", call_id, look=True)
        return self._renderer.page(request, "wall_watch.html", call_id=call_id, call=call)

    async def report(self, request: Request) -> Response:
        """Show how alerts served in the last days."""
        asked = request.query_params.get("days", "")
        days = int(asked) if asked.isdigit() and int(asked) in DAYS else 30
        try:
            found = await self._deps.read(wall_of(self._deps).book.report, since_of(days))
        except (StoreUnavailable, TimeoutError):
            return self._renderer.no_store(request)
        return self._renderer.page(
            request,
            "wall_report.html",
            report=found,
            days=days,
            choices=DAYS,
            titles={str(k): v for k, v in TITLES.items()},
            wanted=PRECISION_WANTED,
        )
