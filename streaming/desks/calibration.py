"""The pages of calibration: rounds, a call answered blind, results, and the machine's agreement.

All of it works without script.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from http import HTTPStatus

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from pipeline import calibrating, calibration_results, machine_agreement, sampling
from pipeline.calibrating import BlindCall, Wish, asks
from pipeline.errors import (
    AnswerRefused,
    CallNotFound,
    PipelineError,
    RecordNotFound,
    RequestRefused,
)
from pipeline.periods import Period, zone_named
from pipeline.reviewing import Reviewer
from pipeline.store.calibration import Calibrations
from pipeline.store.calibration_rows import Given, WholeRound
from pipeline.store.rows import CallFilter, CallRow
from pipeline.store.samples import Samples
from pipeline.store.users import Users
from pipeline.typed import clean_text
from streaming import calibration_views, views
from streaming.access import MAY, Permission, Person, Role, person_of
from streaming.deps import Deps
from streaming.headers import content_policy, new_nonce
from streaming.rendering import Renderer, form_of, json_island
from streaming.review_views import who

OFFERED = 60
"""Calls that a new round may be made of, the latest."""
WEEKS = (4, 12, 26, 52)
REFUSED = (RequestRefused, AnswerRefused)


def calibration_routes(deps: Deps, renderer: Renderer) -> list[BaseRoute]:
    """Return the pages of calibration."""
    pages = CalibrationPages(deps, renderer)
    return [
        Route("/calibration", pages.listing, methods=["GET"]),
        Route("/calibration", pages.open, methods=["POST"]),
        Route("/calibration/new", pages.new, methods=["GET"]),
        Route("/calibration/machine", pages.machine, methods=["GET"]),
        Route("/calibration/samples", pages.samples, methods=["GET"]),
        Route("/calibration/samples", pages.draw, methods=["POST"]),
        Route("/calibration/{round_id:int}", pages.results, methods=["GET"]),
        Route("/calibration/{round_id:int}/close", pages.close, methods=["POST"]),
        Route("/calibration/{round_id:int}/drop", pages.drop, methods=["POST"]),
        Route("/calibration/{round_id:int}/calls/{position:int}", pages.call, methods=["GET"]),
        Route("/calibration/{round_id:int}/calls/{position:int}", pages.save, methods=["POST"]),
    ]


class CalibrationPages:
    """The handlers of calibration's pages."""

    def __init__(self, deps: Deps, renderer: Renderer) -> None:
        self._deps, self._renderer = deps, renderer
        self._rounds = Calibrations(deps.store.database)

    async def listing(self, request: Request) -> Response:
        """Show all rounds, those that wait for this person first."""
        name = who(person_of(request))
        found = await self._deps.read(self._rounds.listed)
        lines = [calibration_views.line_of(w, name) for w in found]
        lines.sort(key=lambda x: (x.whole.round.closed, not x.left))
        return self._page(request, "calibration.html", lines=lines)

    # Opening a round.

    async def new(self, request: Request) -> Response:
        """Show the form of a new round."""
        return await self._new(request, {})

    async def _new(self, request: Request, form: Mapping[str, str], refused: str = "") -> Response:
        agent, queue = (request.query_params.get(k, "")[:200] for k in ("agent", "queue"))
        calls = await self._deps.read(self._offered, agent, queue)
        people = await self._deps.read(reviewers, Users(self._deps.store.database))
        status = HTTPStatus.UNPROCESSABLE_ENTITY if refused else HTTPStatus.OK
        return self._page(
            request,
            "calibration_new.html",
            status,
            calls=calls,
            people=sorted(people),
            form=form,
            refused=refused,
            agent=agent,
            queue=queue,
            fewest=calibrating.FEWEST_CALLS,
            most=calibrating.MOST_CALLS,
        )

    def _offered(self, agent: str, queue: str) -> list[CallRow]:
        wanted = CallFilter(agent=agent, queue=queue, scored=True)
        return self._deps.store.calls(wanted, limit=OFFERED)

    async def open(self, request: Request) -> Response:
        """Open a round."""
        form, person = await form_of(request), person_of(request)
        wish = Wish(
            clean_text(form.get("name", "")),
            tuple(k.removeprefix("call.") for k in form if k.startswith("call.")),
            tuple(k.removeprefix("person.") for k in form if k.startswith("person.")),
            form.get("expert", ""),
        )
        people = await self._deps.read(reviewers, Users(self._deps.store.database))
        try:
            number = await self._deps.read(
                calibrating.open_round, self._deps.store, wish, people, who(person)
            )
        except REFUSED as error:
            return await self._new(request, form, str(error))
        await self._trail(person, "calibration_opened", number, wish.name)
        return RedirectResponse(f"/calibration/{number}", HTTPStatus.SEE_OTHER)

    # One round.

    async def results(self, request: Request) -> Response:
        """Show a round: what is to do, and its results to whoever may see them."""
        return await self._results(request)

    async def _results(self, request: Request, refused: str = "") -> Response:
        try:
            whole = await self._whole(request)
        except RecordNotFound as error:
            return self._none(request, error)
        line = calibration_views.line_of(whole, who(person_of(request)))
        shown: dict[str, object] = {}
        if line.see:
            found = await self._deps.read(calibration_results.results, self._deps.store, whole)
            shown = {
                "found": found,
                "agreed": calibration_views.agreement_rows(found),
                "biased": calibration_views.bias_rows(found.persons),
            }
        status = HTTPStatus.UNPROCESSABLE_ENTITY if refused else HTTPStatus.OK
        return self._page(
            request,
            "calibration_round.html",
            status,
            line=line,
            whole=whole,
            refused=refused,
            **shown,
        )

    async def close(self, request: Request) -> Response:
        """Close a round."""
        return await self._end(request, drop=False)

    async def drop(self, request: Request) -> Response:
        """Give an open round up."""
        return await self._end(request, drop=True)

    async def _end(self, request: Request, *, drop: bool) -> Response:
        person = person_of(request)
        deed = calibrating.drop_round if drop else calibrating.close_round
        try:
            whole = await self._whole(request)
            await self._deps.read(deed, self._deps.store, whole, who(person))
        except RecordNotFound as error:
            return self._none(request, error)
        except REFUSED as error:
            return await self._results(request, str(error))
        number = whole.round.id
        name = "calibration_given_up" if drop else "calibration_closed"
        await self._trail(person, name, number, whole.round.name)
        where = "/calibration" if drop else f"/calibration/{number}"
        return RedirectResponse(where, HTTPStatus.SEE_OTHER)

    async def call(self, request: Request) -> Response:
        """Show a call of a round to be answered, with nothing of the machine's."""
        return await self._call(request)

    async def save(self, request: Request) -> Response:
        """Keep the answers to a call, or hand them in."""
        form, person = await form_of(request), person_of(request)
        try:
            one = await self._blind(request)
            if "whole" not in form:
                raise RequestRefused("this is too long to be saved: shorten the notes")
            given = {
                a.question_id: Given(
                    form.get(f"a.{a.question_id}", ""),
                    clean_text(form.get(f"n.{a.question_id}", ""))[: calibrating.LONGEST_NOTE],
                )
                for a in asks(one.card)
            }
            submit = form.get("then") == "submit"
            reviewer = Reviewer(who(person), person.agent)
            await self._deps.read(
                calibrating.save, self._deps.store, one, reviewer, given, submit=submit
            )
        except RecordNotFound as error:
            return self._none(request, error)
        except REFUSED as error:
            return await self._call(request, str(error))
        here = f"/calibration/{one.whole.round.id}"
        if not submit:
            return RedirectResponse(
                f"{here}/calls/{one.call.position}?saved=1", HTTPStatus.SEE_OTHER
            )
        await self._trail(
            person, "calibration_handed_in", one.whole.round.id, f"call {one.call.position}"
        )
        whole = await self._deps.read(self._rounds.need, one.whole.round.id)
        after = calibration_views.line_of(whole, who(person)).next_call
        where = here if after is None else f"{here}/calls/{after}"
        return RedirectResponse(where, HTTPStatus.SEE_OTHER)

    async def _call(self, request: Request, refused: str = "") -> Response:
        try:
            one = await self._blind(request)
            detail = await self._deps.read(self._deps.store.call, one.call.call_id)
        except (RecordNotFound, CallNotFound) as error:
            return self._none(request, error)
        except (PipelineError, TimeoutError):
            return self._renderer.no_store(request)
        # What the machine made of the call is left out: findings, labels, anger.
        detail = replace(detail, findings=(), labels={}, anger=(), scorecard=None)
        nonce, view = new_nonce(), views.call_view(detail)
        target = f"round {one.whole.round.id}, call {one.call.position}"
        await self._trail(
            person_of(request), "calibration_call_viewed", one.whole.round.id, target, look=True
        )
        response = self._page(
            request,
            "calibration_call.html",
            HTTPStatus.UNPROCESSABLE_ENTITY if refused else HTTPStatus.OK,
            one=one,
            whole=one.whole,
            line=calibration_views.line_of(one.whole, who(person_of(request))),
            edit=not one.submitted_at and not one.whole.round.closed,
            sections=[
                (s, [a for a in s.answers if a.asked and a.choices]) for s in one.card.sections
            ],
            refused=refused,
            saved=request.query_params.get("saved") == "1",
            view=view,
            detail=detail,
            row=detail.row,
            rights={"edit": False},
            live=False,
            blind=True,
            nonce=nonce,
            regions=json_island(view.regions),
        )
        response.headers["Content-Security-Policy"] = content_policy(nonce)
        return response

    # The machine, and the samples.

    async def machine(self, request: Request) -> Response:
        """Show how far the machine's answers agree with people's."""
        weeks = request.query_params.get("weeks", "12")
        asked = int(weeks) if weeks in {str(w) for w in WEEKS} else 12
        question = request.query_params.get("question", "")[:128]
        period = weeks_back(asked, self._deps.settings.time_zone)
        found = await self._deps.read(machine_agreement.machine, self._deps.store, period, question)
        return self._page(
            request,
            "calibration_machine.html",
            found=found,
            weeks=asked,
            choices=WEEKS,
            question=question,
            by_week=calibration_views.week_chart(found),
            kappas=calibration_views.kappa_chart(found),
            spark_of=calibration_views.spark_of,
        )

    async def samples(self, request: Request) -> Response:
        """Show the draws of the random sample, for audit."""
        plan = sampling.plan_of(self._deps.settings)
        draws = await self._deps.read(Samples(self._deps.store.database).listed)
        told = request.query_params.get("drawn", "")
        return self._page(
            request,
            "calibration_samples.html",
            draws=draws,
            plan=plan,
            drawn=int(told) if told.isdigit() and len(told) < 6 else None,
        )

    async def draw(self, request: Request) -> Response:
        """Draw from the calls of this week so far."""
        person, plan = person_of(request), sampling.plan_of(self._deps.settings)
        week = plan.week(datetime.now(zone_named(plan.zone)).date())
        made = await self._deps.read(
            sampling.draw, self._deps.store, plan, week, who(person) or "unknown"
        )
        if made is not None:
            await self._trail(person, "sample_drawn", made.id, f"{made.count} calls of {made.week}")
        count = made.count if made is not None else 0
        return RedirectResponse(f"/calibration/samples?drawn={count}", HTTPStatus.SEE_OTHER)

    # What they share.

    async def _whole(self, request: Request) -> WholeRound:
        return await self._deps.read(self._rounds.need, request.path_params["round_id"])

    async def _blind(self, request: Request) -> BlindCall:
        number, position = (request.path_params[k] for k in ("round_id", "position"))
        name = who(person_of(request))
        return await self._deps.read(calibrating.blind, self._deps.store, number, position, name)

    def _page(
        self, request: Request, name: str, status: int = HTTPStatus.OK, **shown: object
    ) -> Response:
        words = calibration_views.known_words()
        me = who(person_of(request))
        return self._renderer.page(request, name, status, **({"me": me} | words | shown))

    def _none(self, request: Request, error: Exception) -> Response:
        return self._renderer.sorry(
            request, HTTPStatus.NOT_FOUND, "There is nothing to answer here", str(error)
        )

    async def _trail(
        self, person: Person, action: str, number: int, detail: str, *, look: bool = False
    ) -> None:
        if self._deps.trail is not None:
            await self._deps.trail.note(person, action, f"{number}", detail, look=look)


def reviewers(users: Users) -> dict[str, str]:
    """Return who may review by name, with the agent whose calls are their own."""
    return {
        u.name: u.agent
        for u in users.listed()
        if not u.disabled and u.role in set(Role) and Permission.REVIEW in MAY[Role(u.role)]
    }


def weeks_back(weeks: int, zone: str, today: date | None = None) -> Period:
    """Return that many weeks up to today, the first from its Monday on."""
    named = zone_named(zone)
    last = today or datetime.now(UTC).astimezone(named).date()
    return Period(last - timedelta(last.weekday() + 7 * (weeks - 1)), last, named)
