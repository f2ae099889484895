"""Two transcripts side by side: a page for trainers who show a good call beside a bad one."""

from http import HTTPStatus
from urllib.parse import unquote, urlsplit

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from pipeline.errors import CallNotFound, StoreUnavailable
from pipeline.store.rows import CallDetail
from streaming.access import Person, person_of
from streaming.compare_view import QUARTERS, compare
from streaming.deps import Deps
from streaming.rendering import Renderer
from streaming.views import masked_parts

PATH = "/playlists/compare"


def compare_routes(deps: Deps, renderer: Renderer) -> list[BaseRoute]:
    """Return the page of two transcripts."""

    async def page(request: Request) -> Response:
        first, second = (
            call_of(request.query_params.get(name, "")) for name in ("first", "second")
        )
        view, fault = None, ""
        try:
            if first and second:
                view = compare(*await deps.read(_pair, deps, person_of(request), first, second))
        except CallNotFound as error:
            fault = f"{error}: give the id of a call, or the address of its page"
        except (StoreUnavailable, TimeoutError):
            return renderer.no_store(request)
        if view is not None and deps.trail is not None:
            for call_id in (first, second):
                await deps.trail.note(person_of(request), "call_viewed", call_id, look=True)
        return renderer.page(
            request,
            "compare.html",
            HTTPStatus.NOT_FOUND if fault else HTTPStatus.OK,
            view=view,
            fault=fault,
            first=first,
            second=second,
            quarters=QUARTERS,
            masked_parts=masked_parts,
        )

    return [Route(PATH, page, methods=["GET"])]


def call_of(given: str) -> str:
    """Return the call that a person names, by its id or the address of its page."""
    path = urlsplit(given.strip()).path if "/calls/" in given else ""
    return unquote(path.split("/calls/", 1)[1].split("/")[0]) if path else given.strip()


def _pair(deps: Deps, person: Person, *asked: str) -> tuple[CallDetail, CallDetail]:
    first, second = (deps.store.call(call_id) for call_id in asked)
    for one in (first, second):
        if not person.sees(one.row.agent):
            raise CallNotFound(f"no call {one.row.call_id!r} is stored")
    return first, second
