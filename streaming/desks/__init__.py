"""The desks' pages: a file for each, which the list below opens."""

from starlette.routing import BaseRoute

from streaming.deps import Deps
from streaming.desks.audit import audit_routes
from streaming.desks.calibration import calibration_routes
from streaming.desks.compare import compare_routes
from streaming.desks.figures import figure_routes
from streaming.desks.gaps import gap_routes
from streaming.desks.keeping import keeping_routes
from streaming.desks.models import model_routes
from streaming.desks.own import own_routes
from streaming.desks.people import people_routes
from streaming.desks.playlists import playlist_routes
from streaming.desks.review_tools import review_tool_routes
from streaming.desks.reviews import review_routes
from streaming.desks.search import search_routes
from streaming.desks.wall import wall_routes
from streaming.rendering import Renderer


def desk_routes(deps: Deps, renderer: Renderer) -> list[BaseRoute]:
    """Return the pages of all desks."""
    return [
        *people_routes(deps, renderer),
        *own_routes(deps, renderer),
        *audit_routes(deps, renderer),
        *keeping_routes(deps, renderer),
        *wall_routes(deps, renderer),
        *review_tool_routes(deps, renderer),
        *review_routes(deps, renderer),
        *calibration_routes(deps, renderer),
        *gap_routes(deps, renderer),
        *figure_routes(deps, renderer),
        *model_routes(deps, renderer),
        *search_routes(deps, renderer),
        *playlist_routes(deps, renderer),
        *compare_routes(deps, renderer),
    ]
