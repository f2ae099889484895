"""The desks' pages: a file for each, which the list below opens."""

from starlette.routing import BaseRoute

from streaming.deps import Deps
from streaming.rendering import Renderer


def desk_routes(deps: Deps, renderer: Renderer) -> list[BaseRoute]:
    """Return the pages of all desks."""
    del deps, renderer
    return []
