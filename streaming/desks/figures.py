"""The pages of figures: everybody's, for who may see them, and an agent's own."""

from http import HTTPStatus
from typing import Any
from urllib.parse import unquote

from pydantic import ValidationError
from starlette.background import BackgroundTask
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from pipeline.errors import RequestRefused, StoreUnavailable
from pipeline.periods import zone_named
from pipeline.store.figures import Figures
from streaming import figure_charts as drawn
from streaming.access import person_of
from streaming.charts import ENOUGH
from streaming.deps import Deps
from streaming.figure_desk import FigureQuery, Seen, gather, sees_persons
from streaming.rendering import Renderer

AFTERWARDS_S = 2.0
"""How long a page goes on measuring after it was sent, where calls are left to measure."""
PRESETS = ((1, "Today"), (7, "7 days"), (28, "28 days"), (91, "13 weeks"))
ZONE_COOKIE = "cueline_zone"


def figure_routes(deps: Deps, renderer: Renderer) -> list[BaseRoute]:
    """Return `/figures` and `/me/figures`."""
    pages = FigurePages(deps, renderer)
    return [Route("/figures", pages.everybody), Route("/me/figures", pages.own)]


class FigurePages:
    """The handlers."""

    def __init__(self, deps: Deps, renderer: Renderer) -> None:
        self._deps, self._renderer = deps, renderer
        self._figures = Figures(deps.store.database)

    async def everybody(self, request: Request) -> Response:
        """Show days, teams and trends; persons only to who may see their calls."""
        persons = sees_persons(person_of(request))
        seen = await self._seen(request, persons=persons)
        if isinstance(seen, Response):
            return seen
        try:
            queues = await self._deps.read(self._figures.queues)
        except (StoreUnavailable, TimeoutError):
            return self._renderer.no_store(request)
        query = _query(request)
        board = seen.board
        dates = {"since": board.first.isoformat(), "until": board.last.isoformat()}
        response = self._page(
            request,
            "figures.html",
            seen,
            persons=persons,
            queues=queues,
            charts=drawn.day_charts(board),
            team_trend=drawn.team_trend(board),
            team_rows=drawn.group_rows(
                "teams", "Score by team", "Team", board.teams, drawn.NO_TEAM
            ),
            talk=drawn.talk_rows(board.teams, "Team", drawn.NO_TEAM),
            queue_rows=drawn.group_rows(
                "queues", "Score by queue", "Queue", board.queues, drawn.NO_QUEUE
            ),
            pack_rows=drawn.group_rows("packs", "Score by rule pack", "Pack", board.packs, "none"),
            agents=drawn.agent_lines(board.agents, dates),
            few=ENOUGH,
            query=query,
        )
        return self._going_on(response, seen)

    async def own(self, request: Request) -> Response:
        """Show an agent everything that is counted of them, and nobody beside them."""
        agent = person_of(request).agent
        if not agent:
            return self._renderer.sorry(
                request,
                HTTPStatus.NOT_FOUND,
                "There are no figures of you",
                "No calls carry your name. An administrator can say which agent you are.",
            )
        seen = await self._seen(request, persons=True, agent=agent)
        if isinstance(seen, Response):
            return seen
        held = await self._deps.read(self._figures.held, agent)
        response = self._page(
            request,
            "my_figures.html",
            seen,
            held=held,
            charts=drawn.day_charts(seen.board),
            talk=drawn.talk_rows(seen.board.queues, "Queue", drawn.NO_QUEUE),
            query=_query(request),
        )
        return self._going_on(response, seen)

    def _page(
        self,
        request: Request,
        name: str,
        seen: Seen,
        **more: Any,  # whatever the template is shown
    ) -> Response:
        return self._renderer.page(
            request,
            name,
            seen=seen,
            board=seen.board,
            tiles=drawn.tiles(seen.board),
            missed=drawn.missed_rows(seen.missed, seen.board.totals.calls),
            hints=drawn.hint_rows(seen.hints),
            presets=PRESETS,
            zone=str(seen.period.zone),
            **more,
        )

    async def _seen(
        self, request: Request, *, persons: bool, agent: str | None = None
    ) -> Seen | Response:
        zone = _own_zone(request) or self._deps.settings.time_zone
        try:
            query = FigureQuery.model_validate(_query(request))
            return await self._deps.read(
                gather, self._figures, query, zone, persons=persons, agent=agent
            )
        except ValidationError as error:
            faults = "; ".join(f"{f['loc'][0]}: {f['msg']}" for f in error.errors())
            return self._renderer.sorry(
                request, HTTPStatus.BAD_REQUEST, "These filters do not work", faults
            )
        except RequestRefused as error:
            return self._renderer.sorry(
                request, HTTPStatus.BAD_REQUEST, "These filters do not work", str(error)
            )
        except (StoreUnavailable, TimeoutError):
            return self._renderer.no_store(request)

    def _going_on(self, response: Response, seen: Seen) -> Response:
        if seen.unmeasured:
            response.background = BackgroundTask(self._measure)
        return response

    async def _measure(self) -> None:
        try:
            await self._deps.read(self._figures.measure, AFTERWARDS_S)
        except (StoreUnavailable, TimeoutError):
            return  # the next page goes on with it


def _query(request: Request) -> dict[str, str]:
    known = FigureQuery.model_fields
    return {k: v for k, v in request.query_params.items() if v != "" and k in known}


def _own_zone(request: Request) -> str:
    """Return the time zone that this browser asked for, empty for none that is known."""
    asked = unquote(request.cookies.get(ZONE_COOKIE, ""))[:64]
    try:
        zone_named(asked)
    except RequestRefused:
        return ""
    return asked
