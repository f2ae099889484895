"""The trainers' pages: search, terms, what customers say. They work without script."""

from collections.abc import Awaitable, Callable, Mapping
from http import HTTPStatus
from typing import Any
from urllib.parse import urlencode

from pydantic import ValidationError
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from pipeline.errors import RecordNotFound, RequestRefused, StoreUnavailable
from pipeline.mining.lexer import QueryInvalid
from pipeline.mining.parser import parse
from pipeline.mining.query import MOODS, RESULTS
from pipeline.store.turn_mining import KINDS
from pipeline.store.turn_search import Hit
from pipeline.typed import clean_text
from streaming.access import person_of
from streaming.api.search import PagedSearch, note, speaker
from streaming.deps import Deps
from streaming.rendering import Renderer, form_of
from streaming.search_form import PAIRS, SearchForm
from streaming.searching import Searching

AROUND_S = 1.0
"""Seconds that are played before and after a turn."""
Handler = Callable[[Request], Awaitable[Response]]
MOOD_WORDS = dict(
    zip(
        MOODS,
        ("turned angry", "angry, then calm", "angry", "angry to the end", "calm"),
        strict=True,
    )
)
RESULT_WORDS = dict(zip(RESULTS, ("passed", "below mark", "auto-fail", "not scored"), strict=True))


def search_routes(deps: Deps, renderer: Renderer) -> list[BaseRoute]:
    """Return the pages of search."""
    pages = SearchPages(deps, renderer)
    return [
        Route("/search", pages.search),
        Route("/search/terms", pages.terms),
        Route("/search/reasons", pages.reasons),
        Route("/search/saved", pages.save, methods=["POST"]),
        Route("/search/saved/{number:int}/remove", pages.remove, methods=["POST"]),
    ]


class SearchPages:
    """The handlers."""

    def __init__(self, deps: Deps, renderer: Renderer) -> None:
        self._deps, self._renderer = deps, renderer
        self._searching = deps.searching or Searching.over(deps.store.database)

    async def search(self, request: Request) -> Response:
        """Show the box, and the turns that answer it."""
        given = {k: v for k, v in request.query_params.items() if v != ""}
        shown: dict[str, Any] = {
            "answer": None,
            "fault": "",
            "form": PagedSearch.model_validate({}),
            "page": 1,
        }
        status = HTTPStatus.OK
        try:
            form = PagedSearch.model_validate(given)
            shown |= {"form": form, "page": form.page}
            query = SearchForm.query(form)
            if not query.empty:
                shown["answer"] = await self._deps.read(
                    self._searching.turns.answer, query, form.page, form.size
                )
                await note(self._deps, request, form.address(page="", size=""))
            saved = await self._deps.read(self._searching.saved.listed, person_of(request).name)
        except (StoreUnavailable, TimeoutError):
            return self._renderer.no_store(request)
        except (QueryInvalid, RequestRefused, ValidationError) as error:
            shown |= _fault(error, given)
            status = HTTPStatus.UNPROCESSABLE_ENTITY
            saved = await self._deps.read(self._searching.saved.listed, person_of(request).name)
        return self._renderer.page(
            request,
            "search.html",
            status,
            **shown,
            saved=saved,
            moods=MOOD_WORDS,
            results=RESULT_WORDS,
            pieces=pieces,
            clip=clip,
        )

    async def terms(self, request: Request) -> Response:
        """Show what one group of calls says more than another, or what rises by week."""
        asked = request.query_params
        view = "rising" if asked.get("view") == "rising" else "compare"
        pair = PAIRS.get(asked.get("pair", ""))
        first, second = asked.get("first", "").strip(), asked.get("second", "").strip()
        if pair is not None:
            first, second = pair[1:]
        who = asked.get("who", "") if asked.get("who") in ("agent", "customer") else ""
        shown: dict[str, Any] = {
            "view": view, "pairs": PAIRS, "pair": asked.get("pair", ""), "who": who,
            "first": first, "second": second, "q": asked.get("q", ""),
            "ranking": None, "trend": None, "notes": [], "fault": "",
        }  # fmt: skip

        async def fill() -> None:
            mining = self._searching.mining
            if view == "rising":
                shown["trend"], shown["notes"] = await self._deps.read(
                    mining.rising, parse(shown["q"]), speaker(who)
                )
            elif first or second:
                shown["ranking"], shown["notes"] = await self._deps.read(
                    mining.compare, parse(first), parse(second), speaker(who)
                )
                await note(self._deps, request, f"{first} against {second}")

        return await self._filled(request, "search_terms.html", shown, fill)

    async def reasons(self, request: Request) -> Response:
        """Show what customers say, gathered by meaning."""
        asked = request.query_params
        kind = asked.get("kind", "reasons")
        shown: dict[str, Any] = {
            "kind": kind, "kinds": KINDS, "q": asked.get("q", ""),
            "found": None, "notes": [], "fault": "",
        }  # fmt: skip

        async def fill() -> None:
            shown["found"], shown["notes"] = await self._deps.read(
                self._searching.mining.gathered, parse(shown["q"]), kind
            )
            await note(self._deps, request, f"{kind} of {shown['q']}")

        return await self._filled(request, "search_reasons.html", shown, fill)

    async def save(self, request: Request) -> Response:
        """Keep a search, and go back to it."""
        given = await form_of(request)
        name, query = clean_text(given.get("name", "")).strip()[:100], given.get("query", "")[:4000]
        if not name:
            return self._renderer.sorry(
                request,
                HTTPStatus.UNPROCESSABLE_ENTITY,
                "The search is not saved",
                "Give it a name, then save it.",
            )
        owner, shared = person_of(request).name, given.get("shared") == "yes"
        await self._deps.read(self._searching.saved.save, owner, name, query, shared=shared)
        return RedirectResponse(f"/search?{query}", HTTPStatus.SEE_OTHER)

    async def remove(self, request: Request) -> Response:
        """Remove a saved search."""
        owner, number = person_of(request).name, request.path_params["number"]
        try:
            await self._deps.read(self._searching.saved.remove, owner, number)
        except RecordNotFound as error:
            return self._renderer.sorry(
                request, HTTPStatus.NOT_FOUND, "There is no such search", str(error)
            )
        return RedirectResponse("/search", HTTPStatus.SEE_OTHER)

    async def _filled(
        self,
        request: Request,
        template: str,
        shown: dict[str, Any],
        fill: Callable[[], Awaitable[None]],
    ) -> Response:
        status = HTTPStatus.OK
        try:
            await fill()
        except (QueryInvalid, RequestRefused) as error:
            shown["fault"], status = str(error), HTTPStatus.UNPROCESSABLE_ENTITY
        except (StoreUnavailable, TimeoutError):
            return self._renderer.no_store(request)
        return self._renderer.page(request, template, status, **shown, quoted=quoted)


def pieces(hit: Hit) -> list[tuple[str, bool]]:
    """Return the text of a hit in pieces, each with whether it is what was asked for."""
    found: list[tuple[str, bool]] = []
    done = 0
    for start, end in hit.marks:
        if start > done:
            found.append((hit.text[done:start], False))
        found.append((hit.text[start:end], True))
        done = end
    if done < len(hit.text):
        found.append((hit.text[done:], False))
    return found


def clip(hit: Hit) -> tuple[float, float]:
    """Return the seconds from and to which a hit is played."""
    return max(0.0, hit.start_s - AROUND_S), hit.end_s + AROUND_S


def quoted(query: str, term: str, who: str) -> str:
    """Return the query string of the turns in which a group's calls say a term."""
    said = f'{who or "anyone"}: "{term}"'
    return urlencode({"q": f"{said} {query}".strip()})


def _fault(error: Exception, given: Mapping[str, str]) -> dict[str, Any]:
    """Return what the page says of a search that cannot be answered, with the box as it was."""
    if isinstance(error, ValidationError):
        told = "; ".join(f"{fault['loc'][0]}: {fault['msg']}" for fault in error.errors())
    else:
        told = str(error)
    found: dict[str, Any] = {
        "fault": told,
        "at": error.at if isinstance(error, QueryInvalid) else None,
    }
    if isinstance(error, ValidationError):
        found["form"] = PagedSearch.model_construct(q=given.get("q", ""))
    return found
