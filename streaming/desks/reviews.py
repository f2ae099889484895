"""The pages of reviews: the queue, a person's reviews, and one review beside its call.

All of it works without script, which adds saving as one writes, and keys.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from http import HTTPStatus

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from pipeline import reviewing, sampling
from pipeline.errors import (
    AnswerRefused,
    CallNotFound,
    CallOpen,
    FormLocked,
    PipelineError,
    RecordNotFound,
    RequestRefused,
)
from pipeline.reviewing import Reviewed, Reviewer
from pipeline.store.coaching import Coaching
from pipeline.store.review_queue import waiting
from pipeline.store.review_rows import DISPUTED, DRAFT, FINAL, SHARED, ReviewAnswer
from pipeline.store.reviews import Reviews
from pipeline.store.rows import CallDetail
from pipeline.typed import clean_text
from streaming import review_views, views
from streaming.access import Permission, Person, person_of
from streaming.deps import Deps
from streaming.headers import content_policy, new_nonce
from streaming.rendering import Renderer, form_of, json_island
from streaming.review_views import Rights, who

SHOWN = 40
"""Calls of the queue on its page."""
TEXT = 4000
REFUSED = (RequestRefused, AnswerRefused, CallOpen, FormLocked)


@dataclass(frozen=True, slots=True)
class Seen:
    """A review, its call, and what the person who asks may do with it."""

    one: Reviewed
    detail: CallDetail
    rights: Rights


def review_routes(deps: Deps, renderer: Renderer) -> list[BaseRoute]:
    """Return the pages of reviews."""
    pages = ReviewPages(deps, renderer)
    return [
        Route("/reviews", pages.listing, methods=["GET"]),
        Route("/reviews", pages.take, methods=["POST"]),
        Route("/reviews/notes/{note_id:int}/seen", pages.see_note, methods=["POST"]),
        Route("/reviews/{review_id:int}", pages.show, methods=["GET"]),
        Route("/reviews/{review_id:int}/print", pages.printed, methods=["GET"]),
        Route("/reviews/{review_id:int}/{deed}", pages.act, methods=["POST"]),
    ]


class ReviewPages:
    """The handlers of the reviews' pages."""

    def __init__(self, deps: Deps, renderer: Renderer) -> None:
        self._deps, self._renderer = deps, renderer
        self._deeds: Mapping[str, Callable[[Request, Seen, Mapping[str, str]], Awaitable[str]]] = {
            "save": self._save,
            "drop": self._drop,
            "accept": self._accept,
            "dispute": self._dispute,
            "resolve": self._resolve,
            "note": self._note,
            "unnote": self._unnote,
        }

    async def listing(self, request: Request) -> Response:
        """Show the queue to reviewers, and to everybody the reviews that they may see."""
        return await self._listing(request)

    async def _listing(
        self, request: Request, refused: str = "", status: int = HTTPStatus.OK
    ) -> Response:
        person = person_of(request)
        reviewer = person.may(Permission.REVIEW)
        agent, queue = (request.query_params.get(k, "") for k in ("agent", "queue"))
        await self._deps.read(reviewing.settle, self._deps.store)
        shown: dict[str, object] = {"reviewer": reviewer, "agent": agent, "queue": queue}
        rows = Reviews(self._deps.store.database)
        if person.may(Permission.CALLS):
            states = () if reviewer else (SHARED, DISPUTED, FINAL)
            found = await self._deps.read(rows.lines, states)
            shown["piles"] = review_views.split(found, who(person), person.agent)
        if reviewer:
            plan = sampling.plan_of(self._deps.settings)
            await self._deps.read(sampling.settle, self._deps.store, plan)
            shown["waiting"] = await self._deps.read(
                waiting,
                self._deps.store.database,
                SHOWN,
                not_of=person.agent,
                agent=agent,
                queue=queue,
            )
        if person.agent:
            states = (SHARED, DISPUTED, FINAL)
            shown["mine"] = await self._deps.read(rows.lines, states, agent=person.agent)
            notes = Coaching(self._deps.store.database)
            shown["notes"] = await self._deps.read(notes.shared_with, person.agent)
        return self._renderer.page(
            request,
            "reviews.html",
            status,
            refused=refused,
            state_words=review_views.STATES,
            today=reviewing.today(),
            **shown,
        )

    async def take(self, request: Request) -> Response:
        """Begin a review of a call, the first of the queue where none is named."""
        person = person_of(request)
        if not person.may(Permission.REVIEW):
            return RedirectResponse("/me?refused=not_allowed", HTTPStatus.SEE_OTHER)
        call_id = (await form_of(request)).get("call", "")
        days = self._deps.settings.review_days
        rows = await self._deps.read(Reviews(self._deps.store.database).of_call, call_id)
        own = next((r.id for r in rows if r.reviewer == who(person)), None)
        if own is not None:
            return RedirectResponse(f"/reviews/{own}", HTTPStatus.SEE_OTHER)
        try:
            one = await self._deps.read(
                reviewing.take, self._deps.store, call_id, _reviewer(person), days
            )
        except (*REFUSED, CallNotFound) as error:
            return await self._listing(request, str(error), HTTPStatus.UNPROCESSABLE_ENTITY)
        await self._trail(person, "review_taken", call_id, f"review {one.id}")
        return RedirectResponse(f"/reviews/{one.id}", HTTPStatus.SEE_OTHER)

    async def see_note(self, request: Request) -> Response:
        """Note that the agent has read a coaching note."""
        notes, number = Coaching(self._deps.store.database), request.path_params["note_id"]
        try:
            await self._deps.read(notes.see, number, person_of(request).agent)
        except RecordNotFound as error:
            return await self._listing(request, str(error), HTTPStatus.NOT_FOUND)
        return RedirectResponse("/reviews#notes", HTTPStatus.SEE_OTHER)

    async def show(self, request: Request) -> Response:
        """Show one review beside its call."""
        seen = await self.seen(request)
        if isinstance(seen, Response):
            return seen
        review, person = seen.one.review, person_of(request)
        if seen.rights.mine and not review.seen_at and review.state != DRAFT:
            await self._deps.read(Reviews(self._deps.store.database).see, review)
        await self._trail(person, "review_viewed", review.call_id, f"review {review.id}", look=True)
        return await self.page(request, seen)

    async def printed(self, request: Request) -> Response:
        """Show one review as a page to print."""
        seen = await self.seen(request)
        if isinstance(seen, Response):
            return seen
        if not (seen.rights.export or seen.rights.mine):
            return RedirectResponse("/me?refused=not_allowed", HTTPStatus.SEE_OTHER)
        review = seen.one.review
        await self._trail(
            person_of(request), "review_printed", review.call_id, f"review {review.id}"
        )
        return await self.page(request, seen, "review_print.html")

    async def act(self, request: Request) -> Response:
        """Do what a form of the page asks for, and show the page again."""
        deed = self._deeds.get(request.path_params["deed"])
        seen = await self.seen(request)
        if isinstance(seen, Response):
            return seen
        if deed is None:
            return self._none(request)
        review_id = seen.one.review.id
        try:
            where = await deed(request, seen, await form_of(request))
        except (*REFUSED, RecordNotFound) as error:
            again = await self.seen(request)
            if isinstance(again, Response):
                return again
            status = HTTPStatus.UNPROCESSABLE_ENTITY
            return await self.page(request, again, refused=str(error), status=status)
        return RedirectResponse(where or f"/reviews/{review_id}", HTTPStatus.SEE_OTHER)

    # What the forms ask for; each returns where to go then, "" for the review itself.

    async def _save(self, request: Request, seen: Seen, form: Mapping[str, str]) -> str:
        _need(seen.rights.edit, "this review is not yours to change")
        if "whole" not in form:
            raise RequestRefused("this is too long to be saved: shorten the reasons")
        given = [
            ReviewAnswer(
                name,
                form.get(f"a.{name}", ""),
                clean_text(form.get(f"n.{name}", ""))[:TEXT],
                form.get(f"e.{name}", ""),
                second_of(form.get(f"s.{name}", "")),
            )
            for name in reviewing.lines(seen.one.card)
        ]
        strength, change = (clean_text(form.get(k, ""))[:TEXT] for k in ("strength", "change"))
        store = self._deps.store
        kept = await self._deps.read(reviewing.save, store, seen.one, given, strength, change)
        if form.get("then") != "share":
            return ""
        person, days = person_of(request), self._deps.settings.dispute_days
        await self._deps.read(reviewing.share, store, kept, _reviewer(person), days)
        overruled = [
            a.question_id
            for a in kept.answers.values()
            if reviewing.overrides(kept.question(a.question_id), a.answer)
        ]
        detail = f"review {kept.review.id}" + (
            f"; overruled {', '.join(overruled)}" * bool(overruled)
        )
        await self._trail(person, "review_shared", kept.review.call_id, detail)
        return ""

    async def _drop(self, request: Request, seen: Seen, form: Mapping[str, str]) -> str:
        del form
        _need(seen.rights.edit, "only a draft of yours can be given up")
        review = seen.one.review
        await self._deps.read(Reviews(self._deps.store.database).drop, review)
        await self._trail(person_of(request), "review_given_up", review.call_id)
        return "/reviews"

    async def _accept(self, request: Request, seen: Seen, form: Mapping[str, str]) -> str:
        del form
        _need(seen.rights.dispute, "only the agent of the call accepts its review")
        person, review = person_of(request), seen.one.review
        await self._deps.read(reviewing.accept, self._deps.store, review, who(person))
        await self._trail(person, "review_accepted", review.call_id, f"review {review.id}")
        return ""

    async def _dispute(self, request: Request, seen: Seen, form: Mapping[str, str]) -> str:
        _need(seen.rights.dispute, "only the agent of the call disputes its review")
        person, question = person_of(request), form.get("question", "")
        await self._deps.read(
            reviewing.dispute,
            self._deps.store,
            seen.one,
            question,
            clean_text(form.get("reason", ""))[:TEXT],
            second_of(form.get("second", "")),
            who(person),
        )
        await self._trail(person, "answer_disputed", seen.one.review.call_id, question)
        return f"/reviews/{seen.one.review.id}#q-{question}"

    async def _resolve(self, request: Request, seen: Seen, form: Mapping[str, str]) -> str:
        _need(seen.rights.resolve, "a dispute is answered by another reviewer")
        person, question = person_of(request), form.get("question", "")
        verdict = ReviewAnswer(
            question,
            form.get("answer", ""),
            clean_text(form.get("note", ""))[:TEXT],
        )
        await self._deps.read(
            reviewing.resolve, self._deps.store, seen.one, question, verdict, _reviewer(person)
        )
        deed = "answer_revised" if verdict.answer else "answer_upheld"
        await self._trail(person, deed, seen.one.review.call_id, question)
        return f"/reviews/{seen.one.review.id}#q-{question}"

    async def _note(self, request: Request, seen: Seen, form: Mapping[str, str]) -> str:
        _need(seen.rights.note, "coaching notes are written by reviewers")
        text, person = clean_text(form.get("text", ""))[:TEXT].strip(), person_of(request)
        at = second_of(form.get("second", ""))
        if not text or at is None:
            raise RequestRefused("a note needs a second of the call, and words")
        notes, call_id = Coaching(self._deps.store.database), seen.one.review.call_id
        shared = form.get("shared") == "yes"
        await self._deps.read(notes.add, call_id, at, text, who(person), shared=shared)
        await self._trail(person, "coaching_note_added", call_id, f"at {at:g} s")
        return f"/reviews/{seen.one.review.id}#notes"

    async def _unnote(self, request: Request, seen: Seen, form: Mapping[str, str]) -> str:
        _need(seen.rights.note, "coaching notes are removed by who wrote them")
        number = form.get("id", "")
        if not number.isdigit():
            raise RequestRefused("say which note to remove")
        notes = Coaching(self._deps.store.database)
        await self._deps.read(notes.drop, int(number), who(person_of(request)))
        return f"/reviews/{seen.one.review.id}#notes"

    # The page.

    async def seen(self, request: Request) -> Seen | Response:
        """Return the review that is asked for, or why it is not shown."""
        person, number = person_of(request), request.path_params["review_id"]
        try:
            await self._deps.read(reviewing.settle, self._deps.store)
            one = await self._deps.read(reviewing.load, self._deps.store, number)
            detail = await self._deps.read(self._deps.store.call, one.review.call_id)
        except (RecordNotFound, CallNotFound):
            return self._none(request)
        except (PipelineError, TimeoutError):
            return self._renderer.no_store(request)
        disputes = list(one.disputes.values())
        may = review_views.rights(person, one.review, detail.row.agent, disputes)
        return Seen(one, detail, may) if may.see else self._none(request)

    async def page(
        self,
        request: Request,
        seen: Seen,
        template: str = "review.html",
        *,
        refused: str = "",
        told: str = "",
        status: int = HTTPStatus.OK,
    ) -> Response:
        """Render a review's page; `refused` and `told` say how what was asked for went."""
        nonce, one, rights = new_nonce(), seen.one, seen.rights
        view = views.call_view(seen.detail)
        notes = await self._deps.read(
            Coaching(self._deps.store.database).of_call,
            one.review.call_id,
            shared_only=not person_of(request).may(Permission.REVIEW),
        )
        response = self._renderer.page(
            request,
            template,
            status,
            one=one,
            review=one.review,
            card=one.card,
            rights=rights,
            sections=review_views.sections(one, seen.detail.findings),
            steps=review_views.steps(one.review),
            said=review_views.said,
            errors=reviewing.ERRORS,
            notes=notes,
            me=who(person_of(request)),
            refused=refused,
            told=told,
            today=reviewing.today(),
            view=view,
            detail=seen.detail,
            row=seen.detail.row,
            live=False,
            reviewed=True,
            nonce=nonce,
            regions=json_island(view.regions),
        )
        response.headers["Content-Security-Policy"] = content_policy(nonce)
        return response

    def _none(self, request: Request) -> Response:
        return self._renderer.sorry(
            request,
            HTTPStatus.NOT_FOUND,
            "There is no such review",
            "It may have been given up, or it is not shared with you yet.",
        )

    async def _trail(
        self, person: Person, action: str, target: str, detail: str = "", *, look: bool = False
    ) -> None:
        if self._deps.trail is not None:
            await self._deps.trail.note(person, action, target, detail, look=look)


def second_of(text: str) -> float | None:
    """Read a second of a call, as "75", "75.5" or "1:15"; None for what is none."""
    parts = text.strip().split(":")
    try:
        values = [float(p) for p in parts]
    except ValueError:
        return None
    total = 0.0
    for value in values:
        total = total * 60 + value
    return round(total, 2) if 0 <= total < 1e6 and min(values) >= 0 else None


def _reviewer(person: Person) -> Reviewer:
    return Reviewer(who(person), person.agent)


def _need(may: bool, why: str) -> None:
    if not may:
        raise RequestRefused(why)
