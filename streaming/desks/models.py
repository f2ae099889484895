"""The models desk: engines of this machine, benchmark runs, one run, two runs side by side."""

from collections.abc import Sequence
from http import HTTPStatus
from pathlib import Path

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from pipeline.errors import RecordNotFound, RequestRefused
from pipeline.runs import Run, compare, list_runs, only_in, plain, run_named
from streaming import run_charts
from streaming.deps import Deps
from streaming.model_desk import shelf
from streaming.rendering import Renderer


def model_routes(deps: Deps, renderer: Renderer) -> list[BaseRoute]:
    """Return `/models` and what lies below it."""
    pages = ModelPages(deps, renderer)
    return [
        Route("/models", pages.models),
        Route("/models/compare", pages.compare),
        Route("/models/runs/{name}", pages.run),
    ]


def kept_runs(folder: Path) -> tuple[list[Run], list[str]]:
    """Return the runs of a folder and the files that are none; nothing of one that is not there."""
    return list_runs(folder) if folder.is_dir() else ([], [])


def two_alike(runs: Sequence[Run]) -> tuple[str, str]:
    """Return the names of the latest run that has an earlier one of its kind: earlier, later."""
    for n, later in enumerate(runs):
        for earlier in runs[n + 1 :]:
            if earlier.benchmark == later.benchmark:
                return earlier.name, later.name
    return (runs[-1].name, runs[0].name) if runs else ("", "")


class ModelPages:
    """The handlers."""

    def __init__(self, deps: Deps, renderer: Renderer) -> None:
        self._deps, self._renderer = deps, renderer
        self._folder = deps.settings.runs

    async def models(self, request: Request) -> Response:
        """Show engines, weights and the runs that were kept."""
        known = await self._deps.read(shelf, self._deps.settings)
        runs, bad = await self._deps.read(kept_runs, self._folder)
        return self._renderer.page(
            request,
            "models.html",
            shelf=known,
            runs=runs,
            bad=bad,
            folder=self._folder,
            chosen=two_alike(runs),
        )

    async def run(self, request: Request) -> Response:
        """Show one run: its charts and all its numbers."""
        try:
            run = await self._deps.read(run_named, self._folder, request.path_params["name"])
        except (RecordNotFound, RequestRefused) as error:
            return self._sorry(request, error)
        lines = run_charts.condition_lines(run)
        return self._renderer.page(
            request,
            "model_run.html",
            run=run,
            plain=plain,
            charts=[
                *([lines] if lines else []),
                *run_charts.delay_curves(run),
                *run_charts.reliability_plots(run),
            ],
            rows=run_charts.interval_rows(run),
        )

    async def compare(self, request: Request) -> Response:
        """Show two runs side by side, and which differences are more than chance."""
        asked = request.query_params
        try:
            if not asked.get("a") or not asked.get("b"):
                raise RequestRefused("choose two runs: one as A and one as B")  # noqa: TRY301  one way out
            a = await self._deps.read(run_named, self._folder, asked["a"])
            b = await self._deps.read(run_named, self._folder, asked["b"])
        except (RecordNotFound, RequestRefused) as error:
            return self._sorry(request, error)
        repeats, _ = await self._deps.read(kept_runs, self._folder)
        found = compare(a, b, repeats)
        return self._renderer.page(
            request,
            "model_compare.html",
            a=a,
            b=b,
            found=found,
            only={"A": only_in(a, b), "B": only_in(b, a)},
            sides=run_charts.difference_rows(found),
            plain=plain,
        )

    def _sorry(self, request: Request, error: RecordNotFound | RequestRefused) -> Response:
        missing = isinstance(error, RecordNotFound)
        status = HTTPStatus.NOT_FOUND if missing else HTTPStatus.BAD_REQUEST
        return self._renderer.sorry(
            request, status, "This cannot be shown", f"{error}. The runs are listed under Models."
        )
