"""Figures over many calls, as the page shows them."""

from typing import Annotated, Any

from fastapi import APIRouter, Query
from fastapi.responses import JSONResponse
from pydantic import TypeAdapter
from starlette.requests import Request
from starlette.responses import Response

from pipeline.figure_board import Board
from pipeline.figures import HintUse
from pipeline.store.figures import FailedCall, Figures, Missed
from streaming.access import person_of
from streaming.deps import Deps
from streaming.figure_desk import FigureQuery, Seen, gather, sees_persons
from streaming.problems import PROBLEMS

_BOARD: TypeAdapter[Board] = TypeAdapter(Board)
_MISSED: TypeAdapter[list[Missed]] = TypeAdapter(list[Missed])
_HINTS: TypeAdapter[list[HintUse]] = TypeAdapter(list[HintUse])
_FAILED: TypeAdapter[list[FailedCall]] = TypeAdapter(list[FailedCall])


def figures_router(deps: Deps) -> APIRouter:
    """Return the route of figures."""
    router = APIRouter(tags=["figures"], responses=PROBLEMS)
    figures = Figures(deps.store.database)

    @router.get("/figures", summary="Count a period's calls by day, hour, team, queue and pack")
    async def of_period(request: Request, query: Annotated[FigureQuery, Query()]) -> Response:
        persons = sees_persons(person_of(request))
        zone = deps.settings.time_zone
        seen = await deps.read(gather, figures, query, zone, persons=persons)
        return JSONResponse(figures_data(seen))

    return router


def figures_data(seen: Seen) -> dict[str, Any]:
    """Return figures as plain data; the keys are a promise, new ones may be added."""
    data: dict[str, Any] = _BOARD.dump_python(seen.board, mode="json")
    return {
        "time_zone": str(seen.period.zone),
        **data,
        "missed": _MISSED.dump_python(seen.missed, mode="json"),
        "hints": [
            {**_HINTS.dump_python([h], mode="json")[0], "ignored": h.ignored} for h in seen.hints
        ],
        "failed": _FAILED.dump_python(seen.failed, mode="json"),
        "talk_unmeasured": seen.unmeasured,
    }
