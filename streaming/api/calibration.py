"""Calibration rounds, the machine's agreement with people, and draws of the random sample."""

from dataclasses import asdict
from typing import Annotated, Any

from fastapi import APIRouter, HTTPException, Path, Query
from fastapi.responses import JSONResponse
from starlette.requests import Request
from starlette.responses import Response

from pipeline import calibration_results, machine_agreement
from pipeline.agreement import Agreement
from pipeline.calibrating import may_see
from pipeline.calibration_results import PersonResult, QuestionResult, Results
from pipeline.machine_agreement import QuestionAgreement
from pipeline.store.calibration import Calibrations
from pipeline.store.calibration_rows import WholeRound
from pipeline.store.samples import Samples
from streaming.access import person_of
from streaming.deps import Deps
from streaming.desks.calibration import weeks_back
from streaming.problems import PROBLEMS
from streaming.review_views import who

RoundId = Annotated[int, Path(ge=1, le=2**31)]


def calibration_router(deps: Deps) -> APIRouter:
    """Return the routes of calibration."""
    router = APIRouter(tags=["calibration"], responses=PROBLEMS)
    rounds = Calibrations(deps.store.database)

    @router.get("/calibration", summary="List calibration rounds, the open ones first")
    async def listed() -> Response:
        found = await deps.read(rounds.listed)
        return JSONResponse({"rounds": [round_data(w) for w in found]})

    @router.get("/calibration/machine", summary="The machine's answers beside people's")
    async def machine(
        weeks: Annotated[int, Query(ge=1, le=52)] = 12,
        question: Annotated[str, Query(max_length=128)] = "",
    ) -> Response:
        period = weeks_back(weeks, deps.settings.time_zone)
        found = await deps.read(machine_agreement.machine, deps.store, period, question)
        return JSONResponse(
            {
                "since": period.since,
                "until": period.until,
                "whole": machine_data(found.whole),
                "questions": [machine_data(q) for q in found.questions],
            }
        )

    @router.get("/calibration/samples", summary="Draws of the random sample, the latest first")
    async def samples() -> Response:
        draws = await deps.read(Samples(deps.store.database).listed)
        return JSONResponse({"draws": [asdict(d) for d in draws]})

    @router.get("/calibration/{round_id}", summary="The results of a round")
    async def results(request: Request, round_id: RoundId) -> Response:
        whole = await deps.read(rounds.need, round_id)
        if not may_see(whole, who(person_of(request))):
            raise HTTPException(403, "This round is blind until it is closed.")
        found = await deps.read(calibration_results.results, deps.store, whole)
        return JSONResponse(results_data(found))

    return router


def round_data(whole: WholeRound) -> dict[str, Any]:
    """Return a round and where everybody stands, with nothing of what they answered."""
    return asdict(whole.round) | {
        "calls": [{"position": c.position, "call_id": c.call_id} for c in whole.calls],
        "people": [{"name": p, "handed_in": whole.done(p)} for p in whole.people],
    }


def results_data(found: Results) -> dict[str, Any]:
    """Return a round's results."""
    return round_data(found.whole) | {
        "absent": list(found.absent),
        "group": agreement_data(found.group),
        "questions": [_question(q) for q in found.questions],
        "persons": [_person(p) for p in found.persons],
        "scores": [
            {"call_id": c.call.call_id, "machine": c.machine, "people": dict(c.scores)}
            for c in found.calls
        ],
    }


def agreement_data(found: Agreement) -> dict[str, Any]:
    """Return agreement with its band, and whether it is of enough items to tell."""
    return asdict(found) | {"enough": found.enough, "band": found.band}


def machine_data(found: QuestionAgreement) -> dict[str, Any]:
    """Return how the machine agrees with people on a question, or on all."""
    return {
        "question": found.id,
        "title": found.title,
        "agreement": agreement_data(found.agrees),
        "let_stand": found.stood,
        "not_sure": found.unsure,
        "errors": dict(found.errors),
        "blind": agreement_data(found.blind),
        "weeks": [
            {"first": w.first.isoformat(), "agreement": agreement_data(w.agrees)}
            for w in found.weeks
        ],
    }


def _question(found: QuestionResult) -> dict[str, Any]:
    return {
        "question": found.id,
        "title": found.title,
        "agreement": agreement_data(found.here),
        "all_rounds": agreement_data(found.pooled) | {"rounds": found.rounds},
        "machine": agreement_data(found.machine),
        "splits": found.splits,
        "change_request": found.change,
        "calls": [
            {
                "call_id": s.call.call_id,
                "machine": s.machine,
                "said": [asdict(one) for one in s.said],
            }
            for s in found.calls
        ],
    }


def _person(found: PersonResult) -> dict[str, Any]:
    return {
        "name": found.name,
        "machine": found.machine,
        "calls": found.calls,
        "distance": asdict(found.distance) if found.distance is not None else None,
        "agreement": agreement_data(found.agrees),
    }
