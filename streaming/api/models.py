"""The models desk's data: engines, kept runs, and how two of them differ."""

from typing import Annotated, Any

from fastapi import APIRouter, Path, Query
from fastapi.responses import JSONResponse
from pydantic import TypeAdapter
from starlette.responses import Response

from pipeline.runs import Difference, Measure, Run, compare, only_in, run_named
from streaming.deps import Deps
from streaming.desks.models import kept_runs
from streaming.model_desk import EngineLine, shelf
from streaming.problems import PROBLEMS

RunName = Annotated[str, Query(min_length=1, max_length=255, description="A kept run's file name.")]

_ENGINES: TypeAdapter[list[EngineLine]] = TypeAdapter(list[EngineLine])
_MEASURES: TypeAdapter[list[Measure]] = TypeAdapter(list[Measure])


def models_router(deps: Deps) -> APIRouter:
    """Return the routes of the models desk."""
    router = APIRouter(tags=["models"], responses=PROBLEMS)
    folder = deps.settings.runs

    @router.get("/models", summary="List engines, weights and kept runs")
    async def models() -> Response:
        known = await deps.read(shelf, deps.settings)
        runs, bad = await deps.read(kept_runs, folder)
        body = {
            "engines": _ENGINES.dump_python(known.engines, mode="json"),
            "weights": [
                {"name": w.name, "size_bytes": w.size_bytes, "licence": w.licence}
                for w in known.weights
            ],
            "runs": [about(run) for run in runs],
            "unreadable": bad,
        }
        return JSONResponse(body)

    @router.get("/models/runs/{name}", summary="Return one kept run as it was printed")
    async def one(name: Annotated[str, Path(max_length=255)]) -> Response:
        run = await deps.read(run_named, folder, name)
        measures = _MEASURES.dump_python(list(run.measures), mode="json")
        return JSONResponse({**about(run), "measures": measures, "printed": dict(run.data)})

    @router.get("/models/compare", summary="Hold two runs against each other")
    async def two(a: RunName, b: RunName) -> Response:
        first = await deps.read(run_named, folder, a)
        second = await deps.read(run_named, folder, b)
        repeats, _ = await deps.read(kept_runs, folder)
        body = {
            "a": about(first),
            "b": about(second),
            "differences": [difference(d) for d in compare(first, second, repeats)],
            "only_in_a": [m.key for m in only_in(first, second)],
            "only_in_b": [m.key for m in only_in(second, first)],
        }
        return JSONResponse(body)

    return router


def about(run: Run) -> dict[str, Any]:
    """Return what a run says of itself."""
    return {
        "name": run.name,
        "benchmark": run.benchmark,
        "at": run.at,
        "version": run.version,
        "command": run.command,
        "machine": dict(run.machine),
    }


def difference(d: Difference) -> dict[str, Any]:
    """Return one figure in two runs."""
    return {
        "where": d.a.where,
        "what": d.a.what,
        "a": [d.a.value, d.a.low, d.a.high],
        "b": [d.b.value, d.b.low, d.b.high],
        "change": d.change,
        "more_than_chance": d.real,
        "by": d.by,
        "verdict": d.verdict,
    }
