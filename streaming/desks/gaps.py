"""What agents looked for and the articles did not answer: a page for whoever writes them."""

from http import HTTPStatus

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from pipeline.errors import RecordNotFound, StoreUnavailable
from pipeline.store.gaps import Gaps
from streaming.access import person_of
from streaming.deps import Deps
from streaming.rendering import Renderer, form_of

PATH = "/figures/gaps"


def gap_routes(deps: Deps, renderer: Renderer) -> list[BaseRoute]:
    """Return the page of gaps."""
    gaps = Gaps(deps.store.database)

    async def listed(request: Request) -> Response:
        try:
            rows = await deps.read(gaps.listed)
        except (StoreUnavailable, TimeoutError):
            return renderer.no_store(request)
        knowledge = deps.knowledge
        return renderer.page(
            request,
            "gaps.html",
            gaps=rows,
            set_up=knowledge is not None,
            cards=len(knowledge.cards) if knowledge is not None else 0,
            faults=knowledge.faults if knowledge is not None else (),
            reduced=knowledge.reduced if knowledge is not None else "",
            done=request.query_params.get("done", "")[:300],
        )

    async def settle(request: Request) -> Response:
        words = (await form_of(request)).get("words", "")
        try:
            await deps.read(gaps.settle, words, person_of(request).name)
        except RecordNotFound as error:
            return renderer.sorry(request, HTTPStatus.NOT_FOUND, "There is no such gap", str(error))
        if deps.trail is not None:
            await deps.trail.note(person_of(request), "gap_settled", words)
        return RedirectResponse(f"{PATH}?done=1", HTTPStatus.SEE_OTHER)

    return [
        Route(PATH, listed, methods=["GET"]),
        Route(PATH, settle, methods=["POST"]),
    ]
