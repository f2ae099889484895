"""What reviewers do beside answering: score a call again, swap its sides, take reviews out."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from http import HTTPStatus

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from pipeline import reviewing
from pipeline.errors import AnswerRefused, CallOpen, FormLocked, RequestRefused
from pipeline.rescoring import rescore, save
from pipeline.review_export import (
    ANSWER_COLUMNS,
    FORMATS,
    REVIEW_COLUMNS,
    SCORE_COLUMNS,
    Row,
    answer_rows,
    csv_bytes,
    json_bytes,
    review_row,
    xlsx_bytes,
)
from pipeline.sides import swap
from pipeline.store.reviews import MOST, Reviews
from pipeline.store.rows import CallFilter
from qa_rules.card_diff import words
from qa_rules.errors import RuleError
from qa_rules.packs import PackSet, load_packs
from streaming.access import person_of
from streaming.api.scores import chosen
from streaming.deps import Deps
from streaming.desks.reviews import ReviewPages
from streaming.rendering import Renderer
from streaming.review_views import STATES, who

MOST_SCORES = 10_000


def review_tool_routes(deps: Deps, renderer: Renderer) -> list[BaseRoute]:
    """Return the addresses of the reviewers' tools."""
    tools = ReviewTools(deps, renderer)
    return [
        Route("/reviews/export", tools.export, methods=["GET"]),
        Route("/reviews/{review_id:int}/rescore", tools.again, methods=["POST"]),
        Route("/reviews/{review_id:int}/swap", tools.swap, methods=["POST"]),
    ]


class ReviewTools:
    """The handlers of the tools."""

    def __init__(self, deps: Deps, renderer: Renderer) -> None:
        self._deps, self._renderer = deps, renderer
        self._pages = ReviewPages(deps, renderer)

    async def again(self, request: Request) -> Response:
        """Score the call of a draft again by its packs as they are today."""
        return await self._change(request, self._rescore, "call_rescored")

    async def swap(self, request: Request) -> Response:
        """Swap the sides of a draft's call, which is judged again so."""
        return await self._change(request, self._swap, "sides_swapped")

    async def _change(
        self, request: Request, change: Callable[[str, str], str], action: str
    ) -> Response:
        seen = await self._pages.seen(request)
        if isinstance(seen, Response):
            return seen
        person, call_id = person_of(request), seen.one.review.call_id
        told, refused = "", ""
        if not seen.rights.edit:
            refused = "only the reviewer of a draft changes its call"
        else:
            try:
                told = await self._deps.read(change, call_id, who(person))
            except (RequestRefused, AnswerRefused, CallOpen, FormLocked, RuleError) as error:
                refused = str(error)
        if told and self._deps.trail is not None:
            await self._deps.trail.note(person, action, call_id)
        again = await self._pages.seen(request)
        if isinstance(again, Response):
            return again
        status = HTTPStatus.UNPROCESSABLE_ENTITY if refused else HTTPStatus.OK
        return await self._pages.page(request, again, refused=refused, told=told, status=status)

    def _rescore(self, call_id: str, by: str) -> str:
        packs = self._packs(call_id)
        done = rescore(self._deps.store, call_id, packs)
        save(self._deps.store, done, packs, by)
        return "Scored again: " + "; ".join([*(words(done.diff) if done.diff else ()), *done.notes])

    def _swap(self, call_id: str, by: str) -> str:
        stand = swap(self._deps.store.database, call_id, self._packs(call_id), by)
        if stand:
            return "The sides are swapped, and the call is scored so. Swapping again undoes it."
        return "The sides stand as they were heard, with the score that the call had so."

    def _packs(self, call_id: str) -> PackSet:
        detail = self._deps.store.call(call_id)
        form = detail.scorecard.form if detail.scorecard else ""
        return load_packs(chosen(form, detail.packs), self._deps.pack_dirs)

    async def export(self, request: Request) -> Response:
        """Give reviews, their answers or scores of calls as a file."""
        asked = {k: v.strip() for k, v in request.query_params.items()}
        kind, what = asked.get("format", "csv"), asked.get("what", "reviews")
        wrong = _wrong(asked, kind, what)
        if not wrong:
            body = await self._deps.read(self._body, asked, kind, what)
            if body is not None:
                name = f"cueline-{what}-{datetime.now(UTC):%Y-%m-%d}.{kind}"
                headers = {"Content-Disposition": f'attachment; filename="{name}"'}
                return Response(body, media_type=FORMATS[kind], headers=headers)
            most = MOST_SCORES if what == "scores" else MOST
            wrong = f"more than {most} fit: take them out by shorter stretches of days"
        return self._renderer.sorry(
            request, HTTPStatus.UNPROCESSABLE_ENTITY, "This cannot be taken out", wrong
        )

    def _body(self, asked: dict[str, str], kind: str, what: str) -> bytes | None:
        """Return the file, None where there is more than one file should hold."""
        if what == "scores":
            scores = self._scores(asked)
            if len(scores) > MOST_SCORES:
                return None
            sheets = [("Scores", SCORE_COLUMNS, scores)]
            return json_bytes(scores=scores) if kind == "json" else _table(kind, sheets)
        store = self._deps.store
        reviewing.settle(store)
        lines = Reviews(store.database).lines(
            (asked["state"],) if asked.get("state") else (),
            agent=asked.get("agent") or None,
            since=asked.get("since", ""),
            until=asked.get("until", ""),
        )
        if len(lines) >= MOST:
            return None
        pairs = [(line, reviewing.load(store, line.review.id)) for line in lines]
        reviews = [review_row(*pair) for pair in pairs]
        answers = [row for pair in pairs for row in answer_rows(*pair)]
        if kind == "json":
            return json_bytes(reviews=reviews, answers=answers)
        sheets = [("Reviews", REVIEW_COLUMNS, reviews), ("Answers", ANSWER_COLUMNS, answers)]
        return _table(kind, sheets[::-1] if what == "answers" else sheets)

    def _scores(self, asked: dict[str, str]) -> list[Row]:
        wanted = CallFilter(
            agent=asked.get("agent", ""),
            since=asked.get("since", ""),
            until=asked.get("until", ""),
            scored=True,
        )
        rows = self._deps.store.calls(wanted, MOST_SCORES + 1)
        return [
            {
                "call": r.call_id,
                "call_began": r.started_at,
                "seconds": r.seconds,
                **{
                    n: getattr(r, n)
                    for n in SCORE_COLUMNS
                    if n not in ("call", "call_began", "seconds")
                },
            }
            for r in rows
        ]


def _table(kind: str, sheets: list[tuple[str, tuple[str, ...], list[Row]]]) -> bytes:
    """Return sheets as a workbook, or the first one as CSV."""
    return xlsx_bytes(sheets) if kind == "xlsx" else csv_bytes(sheets[0][1], sheets[0][2])


def _wrong(asked: dict[str, str], kind: str, what: str) -> str:
    """Return what is wrong with what is asked for, "" for nothing."""
    if kind not in FORMATS:
        return f"format is one of {', '.join(FORMATS)}"
    if what not in ("reviews", "answers", "scores"):
        return "what is one of reviews, answers, scores"
    if asked.get("state") and asked["state"] not in STATES:
        return f"state is one of {', '.join(STATES)}"
    for name in ("since", "until"):
        try:
            date.fromisoformat(asked.get(name) or "2000-01-01")
        except ValueError:
            return f"{name} is a day, as 2026-03-31"
    return ""
