"""The composition root: a runtime in, an ASGI app out; nothing is global, a test may build two."""

import contextlib
from collections.abc import AsyncIterator
from importlib.metadata import version
from pathlib import Path

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.routing import Route

from pipeline.store.alerts import Alerts
from pipeline.store.audit import Audit
from pipeline.store.users import Users
from streaming.api.routes import api_app
from streaming.auth import Guard, GuardMiddleware
from streaming.deps import Demo, Deps
from streaming.directory import Directory
from streaming.headers import SecurityHeaders
from streaming.ingest import ingest_routes
from streaming.live import live_routes
from streaming.metrics import metrics_endpoint
from streaming.owners import Owners
from streaming.pages import page_routes
from streaming.runtime import Runtime
from streaming.searching import Searching
from streaming.telephony.twilio import twilio_routes
from streaming.trail import Trail
from streaming.wall import Wall


def create_app(runtime: Runtime, demo: Demo | None = None) -> Starlette:
    """Build the app. The runtime starts with the app's lifespan and ends with it.

    `demo` are people whom the sign-in page shows to everybody, with their password.
    """
    token = runtime.settings.token
    database = runtime.store.database
    directory = Directory(Users(database), runtime.readers, runtime.settings.session_hours)
    trail = Trail(Audit(database), runtime.readers)
    owners = Owners(runtime.host, runtime.store, runtime.readers)
    guard = Guard(
        token.get_secret_value() if token is not None else None,
        directory=directory,
        agent_of=owners.agent_of,
        blind=owners.blind,
    )
    deps = Deps(
        runtime.store,
        runtime.host,
        runtime.bus,
        guard,
        runtime.readers,
        runtime.ready,
        version("cueline"),
        runtime.settings.recordings,
        runtime.reduced,
        tuple(Path(p) for p in runtime.settings.pack_dirs),
        trail,
        runtime.settings,
        runtime.knowledge,
        runtime.outbox,
        searching=Searching.over(database, runtime.sentences),
        wall=Wall(runtime.bus, runtime.host, Alerts(database), runtime.readers),
        demo=demo,
    )

    @contextlib.asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        del app
        async with runtime.running():
            yield

    return Starlette(
        routes=[
            *ingest_routes(runtime.host, guard, runtime.settings),
            *twilio_routes(runtime.host, runtime.settings, guard=guard),
            *live_routes(deps),
            Route("/metrics", metrics_endpoint(runtime)),
            api_app(deps),
            *page_routes(deps),
        ],
        middleware=[
            Middleware(SecurityHeaders),
            Middleware(GuardMiddleware, guard=guard, trail=trail),
        ],
        lifespan=lifespan,
    )
