"""`/audit`: what was done, by whom and when, for administrators; as a page and as CSV."""

import csv
import io
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import date, timedelta
from http import HTTPStatus
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import BaseRoute, Route

from pipeline.csv_out import guarded
from pipeline.store.audit import Audit, Noted
from streaming.access import person_of
from streaming.deps import Deps
from streaming.rendering import Renderer

PAGE = 100
CHUNK = 2000


@dataclass(frozen=True, slots=True)
class Wanted:
    """The filters; dates are days in UTC, both included."""

    who: str = ""
    action: str = ""
    target: str = ""
    since: str = ""
    until: str = ""
    before: int | None = None

    @property
    def query(self) -> dict[str, str]:
        """The filters that are set, for an address."""
        names = ("who", "action", "target", "since", "until")
        return {name: value for name in names if (value := getattr(self, name))}


def audit_routes(deps: Deps, renderer: Renderer) -> list[BaseRoute]:
    """Return `/audit` and its export."""
    pages = AuditPages(deps, renderer)
    return [Route("/audit", pages.page), Route("/audit/log.csv", pages.export)]


class AuditPages:
    """The handlers."""

    def __init__(self, deps: Deps, renderer: Renderer) -> None:
        self._deps, self._renderer = deps, renderer
        self._audit = Audit(deps.store.database)

    async def page(self, request: Request) -> Response:
        """Show deeds, the latest first."""
        try:
            wanted = wanted_of(request)
        except ValueError as error:
            return self._renderer.sorry(
                request, HTTPStatus.BAD_REQUEST, "These filters do not work", str(error)
            )
        rows = await self._deps.read(self._listed, wanted, PAGE + 1)
        actions = await self._deps.read(self._audit.actions)
        older = {**wanted.query, "before": str(rows[PAGE - 1].n)} if len(rows) > PAGE else None
        return self._renderer.page(
            request,
            "audit.html",
            rows=rows[:PAGE],
            actions=actions,
            wanted=wanted,
            filtered=bool(wanted.query),
            older=urlencode(older) if older else None,
            newest=urlencode(wanted.query) if wanted.before else None,
            export=urlencode(wanted.query),
        )

    async def export(self, request: Request) -> Response:
        """Give all that the filters let through as CSV; this is a deed as well."""
        try:
            wanted = wanted_of(request)
        except ValueError as error:
            return self._renderer.sorry(
                request, HTTPStatus.BAD_REQUEST, "These filters do not work", str(error)
            )
        if self._deps.trail is not None:
            await self._deps.trail.note(
                person_of(request), "audit_exported", "audit", urlencode(wanted.query)
            )
        return StreamingResponse(
            self._lines(wanted),
            media_type="text/csv; charset=utf-8",
            headers={"Content-Disposition": 'attachment; filename="audit.csv"'},
        )

    async def _lines(self, wanted: Wanted) -> AsyncIterator[str]:
        yield _csv([("when", "who", "role", "action", "target", "detail")])
        before = wanted.before
        while rows := await self._deps.read(self._listed, wanted, CHUNK, before):
            yield _csv(
                [
                    (r.at, d.who, d.role, d.action, d.target, d.detail)
                    for r in rows
                    for d in [r.deed]
                ]
            )
            before = rows[-1].n

    def _listed(self, wanted: Wanted, limit: int, before: int | None = None) -> list[Noted]:
        until = wanted.until and (date.fromisoformat(wanted.until) + timedelta(1)).isoformat()
        return self._audit.listed(
            who=wanted.who,
            action=wanted.action,
            target=wanted.target,
            since=wanted.since,
            until=until,
            before=before or wanted.before,
            limit=limit,
        )


def wanted_of(request: Request) -> Wanted:
    """Read the filters.

    Raises:
        ValueError: a date or the place in the list is none.
    """
    asked = request.query_params
    since, until, before = asked.get("since", ""), asked.get("until", ""), asked.get("before", "")
    for day in (since, until):
        if day:
            date.fromisoformat(day)
    if before and not before.isdecimal():
        raise ValueError("before is the number of a line")
    return Wanted(
        asked.get("who", "").strip(),
        asked.get("action", "").strip(),
        asked.get("target", "").strip(),
        since,
        until,
        int(before[:18]) if before else None,
    )


def _csv(rows: list[tuple[str, ...]]) -> str:
    made = io.StringIO()
    # Names in the log may come from whoever tried to enter.
    csv.writer(made).writerows([guarded(cell) for cell in row] for row in rows)
    return made.getvalue()
