"""Scorecards: a call's scores, people's answers, scoring again, and the forms themselves."""

from typing import Annotated, Any

from fastapi import APIRouter, Query
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field
from starlette.requests import Request
from starlette.responses import Response

from pipeline.errors import CallNotFound
from pipeline.rescoring import Rescored, answer, form_states, lock_text, rescore, save
from pipeline.result import scorecard_data
from pipeline.score_data import diff_data, form_data, people_data, scored_data, state_data
from pipeline.typed import clean_text
from qa_rules.packs import PackSet, load_packs
from qa_rules.types import PersonAnswer
from streaming.access import signed
from streaming.api.calls import CallId
from streaming.deps import Deps
from streaming.problems import PROBLEMS

MOST_ANSWERS = 200
PackName = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$", max_length=128)]


class GivenAnswer(BaseModel):
    """A person's answer to one question; an empty one takes an earlier answer back."""

    model_config = ConfigDict(extra="forbid")

    question: str = Field(max_length=128)
    answer: str = Field(max_length=16, description="One of the question's choices, or empty.")
    note: str = Field("", max_length=2000, description="Needed where the machine answered else.")
    second: float | None = Field(None, ge=0, description="Second of the call that shows it.")


class Answers(BaseModel):
    """What a person answers to questions of one call."""

    model_config = ConfigDict(extra="forbid")

    answers: list[GivenAnswer] = Field(min_length=1, max_length=MOST_ANSWERS)
    by: str = Field("", max_length=200)


class Again(BaseModel):
    """How to score a call again; without packs by those that scored it, as they are today."""

    model_config = ConfigDict(extra="forbid")

    packs: list[PackName] = Field(default_factory=list, max_length=50)
    save: bool = Field(False, description="Keep the new score as the call's.")
    by: str = Field("", max_length=200)


def scores_router(deps: Deps) -> APIRouter:
    """Return the routes of scores and forms."""
    router = APIRouter(tags=["scores"], responses=PROBLEMS)

    @router.get("/calls/{call_id}/scores", summary="List a call's scores, the earliest first")
    async def scores(call_id: CallId) -> Response:
        kept = await deps.read(_scores, deps, call_id)
        people = await deps.read(deps.store.people, call_id)
        body = {"call": call_id, "scores": kept, "answers": people_data(people)}
        return JSONResponse(body)

    @router.post("/calls/{call_id}/answers", summary="Answer questions of the call's form")
    async def answers(request: Request, call_id: CallId, body: Answers) -> Response:
        given = [
            PersonAnswer(a.question, a.answer, note=clean_text(a.note), second=a.second)
            for a in body.answers
        ]
        by = signed(request, clean_text(body.by))
        card = await deps.read(answer, deps.store, call_id, given, by)
        return JSONResponse(scorecard_data(card))

    @router.post("/calls/{call_id}/rescore", summary="Score the call again; say what changes")
    async def again(request: Request, call_id: CallId, body: Again) -> Response:
        by = signed(request, clean_text(body.by))
        done = await deps.read(_again, deps, call_id, body, by)
        return JSONResponse(diff_data(done) | {"saved": body.save})

    @router.get("/forms", summary="Say what packs ask together, and whether they may score")
    async def forms(pack: Annotated[list[PackName], Query(min_length=1)]) -> Response:
        return JSONResponse(await deps.read(_forms, deps, pack))

    return router


def _scores(deps: Deps, call_id: str) -> list[dict[str, Any]]:
    if not deps.store.knows(call_id):
        raise CallNotFound(f"no call {call_id!r} is stored")
    return [scored_data(s) for s in deps.store.scores(call_id)]


def _again(deps: Deps, call_id: str, body: Again, by: str) -> Rescored:
    detail = deps.store.call(call_id)
    names = body.packs or chosen(detail.scorecard.form if detail.scorecard else "", detail.packs)
    packs = _packs(deps, names)
    done = rescore(deps.store, call_id, packs)
    if body.save:
        save(deps.store, done, packs, by)
    return done


def _forms(deps: Deps, names: list[str]) -> dict[str, Any]:
    packs = _packs(deps, names)
    states = form_states(deps.store.form_uses(), packs)
    return {
        **form_data(packs),
        "packs": [state_data(s) for s in states],
        "refused": [lock_text(s) for s in states if s.locked],
    }


def _packs(deps: Deps, names: list[str]) -> PackSet:
    return load_packs(names, deps.pack_dirs)


def chosen(form: str, packs: tuple[str, ...]) -> list[str]:
    """Return the names of the packs that a form was put together from."""
    return form.split("+") if form else list(packs)
