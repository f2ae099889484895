"""The JSON API, version 1: calls, what people do with them, and health. Mounted at /api/v1."""

from fastapi import FastAPI
from starlette.routing import Mount

from streaming.api.calibration import calibration_router
from streaming.api.calls import calls_router
from streaming.api.figures import figures_router
from streaming.api.handover import handover_router
from streaming.api.knowledge import knowledge_router
from streaming.api.live import live_router
from streaming.api.media import media_router
from streaming.api.models import models_router
from streaming.api.playlists import playlists_router
from streaming.api.reviews import reviews_router
from streaming.api.rules import rules_router
from streaming.api.scores import scores_router
from streaming.api.search import search_router
from streaming.api.wall import wall_router
from streaming.deps import Deps
from streaming.problems import install_problems


def api_app(deps: Deps) -> Mount:
    """Return the API as one mount, with its description at /api/v1/openapi.json."""
    app = FastAPI(
        title="Cueline",
        version="1",
        summary="Calls as they were heard, checked and scored, and the live ones.",
        docs_url=None,  # both pages load scripts from elsewhere
        redoc_url=None,
        openapi_url="/openapi.json",
        swagger_ui_oauth2_redirect_url=None,
    )
    install_problems(app)
    # Live before stored: "/calls/live" must not be read as a call's id.
    for router in (
        live_router(deps),
        calls_router(deps),
        media_router(deps),
        scores_router(deps),
        reviews_router(deps),
        calibration_router(deps),
        rules_router(deps),
        search_router(deps),
        playlists_router(deps),
        wall_router(deps),
        knowledge_router(deps),
        handover_router(deps),
        figures_router(deps),
        models_router(deps),
    ):
        app.include_router(router)
    return Mount("/api/v1", app)
