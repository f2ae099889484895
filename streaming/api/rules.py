"""The rule desk: packs checked, tried, compared and tried on stored calls, and items explained."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import ExitStack
from http import HTTPStatus
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query
from fastapi.responses import JSONResponse, StreamingResponse
from pydantic import BaseModel, ConfigDict, Field, model_validator
from starlette.responses import Response

from pipeline.backtest import Backtest
from pipeline.coverage import Coverage
from pipeline.desk_data import (
    backtest_data,
    coverage_data,
    diff_data,
    faults_data,
    why_data,
)
from pipeline.past import ended_calls, past_call, why_in
from pipeline.shelf import PackShelf, shelf_with
from pipeline.store.rows import CallFilter
from qa_rules.errors import PackInvalid
from qa_rules.explain import explain_item, explain_lines
from qa_rules.lint import lint
from qa_rules.pack_diff import diff_packs
from qa_rules.packs import PackFile, read_pack
from qa_rules.selftest import selftest
from streaming.api.calls import CallId
from streaming.api.scores import PackName
from streaming.deps import Deps
from streaming.problems import PROBLEMS, problem

MOST_CALLS = 1000
MOST_CHARS = 1_000_000
NDJSON = "application/x-ndjson"
ItemId = Annotated[str, Path(max_length=128)]


class PackText(BaseModel):
    """A pack: by its name, as it is in use, or as text."""

    model_config = ConfigDict(extra="forbid")

    pack: PackName = ""
    text: str = Field("", max_length=MOST_CHARS, description="The pack's YAML.")

    @model_validator(mode="after")
    def _one(self) -> "PackText":
        if not self.pack and not self.text:
            raise ValueError("give pack, text or both")
        return self


class Lines(PackText):
    """An item of a pack, and lines to try on it."""

    item: str = Field(max_length=128)
    lines: list[Annotated[str, Field(max_length=1000)]] = Field(default_factory=list, max_length=50)


class WhichCalls(BaseModel):
    """Which stored calls: those named, or the latest that fit."""

    model_config = ConfigDict(extra="forbid")

    calls: list[str] = Field(default_factory=list, max_length=MOST_CALLS)
    queue: str = ""
    since: str = ""
    last: int = Field(200, ge=1, le=MOST_CALLS)


class Try(PackText, WhichCalls):
    """A changed pack and the calls to try it on."""

    add: bool = Field(False, description="Also on calls that were not under it.")
    progress: bool = Field(False, description="Answer with a JSON line a call; the report is last.")


class Two(BaseModel):
    """Two packs to be compared."""

    model_config = ConfigDict(extra="forbid")

    old: PackText
    new: PackText


class CoverQuery(WhichCalls):
    """Packs to tell of, and the calls to look at."""

    pack: list[PackName] = Field(min_length=1, max_length=50)


def rules_router(deps: Deps) -> APIRouter:
    """Return the routes of the rule desk."""
    router = APIRouter(tags=["rules"], responses=PROBLEMS)
    _add_packs(router, deps)
    _add_calls(router, deps)
    return router


def _add_packs(router: APIRouter, deps: Deps) -> None:
    @router.post("/rules/lint", summary="Check a pack: faults with line and column, and warnings")
    async def check(body: PackText) -> Response:
        return JSONResponse(await deps.read(_lint, deps, body))

    @router.post("/rules/test", summary="Run the lines that a pack ships with")
    async def test(body: PackText) -> Response:
        return JSONResponse(await deps.read(_test, deps, body))

    @router.post("/rules/explain", summary="Say what an item asks, and what it makes of lines")
    async def explain(body: Lines) -> Response:
        return JSONResponse(await deps.read(_explain, deps, body))

    @router.post("/rules/diff", summary="Say how two packs differ")
    async def diff(body: Two) -> Response:
        return JSONResponse(await deps.read(_diff, deps, body))


def _add_calls(router: APIRouter, deps: Deps) -> None:
    busy = asyncio.Lock()

    @router.get(
        "/calls/{call_id}/items/{rule_id}/why", summary="Say why an item stands so in a call"
    )
    async def why(
        call_id: CallId, rule_id: ItemId, pack: Annotated[list[PackName] | None, Query()] = None
    ) -> Response:
        return JSONResponse(await deps.read(_why, deps, call_id, rule_id, pack or []))

    @router.post("/rules/backtest", summary="Try a changed pack on stored calls; nothing is kept")
    async def backtest(body: Try) -> Response:
        if busy.locked():
            return _refused()
        if not body.progress:
            async with busy:
                told = [line async for line in _backtest(deps, body)]
            return JSONResponse(told[-1])
        rest = _backtest(deps, body)
        begun = await anext(rest)  # a pack that does not read is a problem, not a stream
        return StreamingResponse(_lines(begun, rest, busy), media_type=NDJSON)

    @router.get("/rules/coverage", summary="Say what stored calls have never shown of packs")
    async def coverage(query: Annotated[CoverQuery, Query()]) -> Response:
        if busy.locked():
            return _refused()
        async with busy:
            shelf = PackShelf(deps.pack_dirs)
            count = await deps.read(Coverage, shelf, query.pack)
            for call_id in await deps.read(_which, deps, query):
                await deps.read(count.take, deps.store, call_id)
        body = coverage_data(count.report(), count.elsewhere, count.left_out)
        return JSONResponse(body)


def _refused() -> Response:
    told = "stored calls are being judged for somebody else: try again when that is done"
    return problem(HTTPStatus.CONFLICT, "rules_busy", told)


async def _backtest(deps: Deps, body: Try) -> AsyncIterator[dict[str, Any]]:
    """Yield how far it is, and the report at the end; one call at a time leaves the readers free.

    Raises:
        RuleError: the pack is not there, or does not read.
    """
    with ExitStack() as stack:
        name, texts = await deps.read(_texts, body)
        changed = stack.enter_context(shelf_with(texts, deps.pack_dirs))
        used = PackShelf(deps.pack_dirs)
        test = await deps.read(Backtest, name, used, changed, add=body.add)
        ids = await deps.read(_which, deps, body)
        yield {"done": 0, "calls": len(ids)}
        for done, call_id in enumerate(ids, 1):
            await deps.read(test.take, deps.store, call_id)
            yield {"done": done, "calls": len(ids)}
        yield backtest_data(test.report())


async def _lines(
    begun: dict[str, Any], rest: AsyncIterator[dict[str, Any]], busy: asyncio.Lock
) -> AsyncIterator[str]:
    async with busy:  # held from here only: a stream that nobody reads never begins
        yield json.dumps(begun) + "\n"
        async for line in rest:
            yield json.dumps(line, ensure_ascii=False) + "\n"


# -- on the readers' threads ----------------------------------------------------------------------


def _texts(body: PackText) -> tuple[str, dict[str, str]]:
    """Return a pack's name, and its text under that name where it comes as text.

    Raises:
        PackInvalid: the text is no pack, or one of another name.
    """
    if not body.text:
        return body.pack, {}
    file = read_pack(body.text, f"{body.pack or 'pack'}.yaml")
    if body.pack and file.pack.pack != body.pack:
        message = f"this is the pack {file.pack.pack}: write `pack: {body.pack}`"
        raise PackInvalid([file.source.fault(("pack",), message)])
    return file.pack.pack, {file.pack.pack: body.text}


def _which(deps: Deps, wanted: WhichCalls) -> list[str]:
    if wanted.calls:
        return list(wanted.calls)
    fit = CallFilter(state="ended", queue=wanted.queue, since=wanted.since)
    return ended_calls(deps.store, fit, wanted.last)


def _why(deps: Deps, call_id: str, item: str, packs: list[str]) -> dict[str, Any]:
    past = past_call(deps.store, call_id)
    shelf = PackShelf(deps.pack_dirs)
    told, notes = why_in(past.call, shelf.load(packs or past.packs), item)
    return why_data(call_id, told, notes)


def _lint(deps: Deps, body: PackText) -> dict[str, Any]:
    try:
        name, texts = _texts(body)
        with shelf_with(texts, deps.pack_dirs) as shelf:
            packs = shelf.load([name])
    except PackInvalid as err:
        return {"pack": body.pack, "faults": faults_data(err.faults), "warnings": []}
    warnings = lint(packs, [name])
    return {"pack": name, "faults": [], "warnings": faults_data(warnings)}


def _test(deps: Deps, body: PackText) -> dict[str, Any]:
    name, texts = _texts(body)
    with shelf_with(texts, deps.pack_dirs) as shelf:
        report = selftest(shelf.load([name]), [name])
    rows = [
        {
            "rule": s.rule,
            "yes": s.yes,
            "right_yes": s.right_yes,
            "no": s.no,
            "wrong_no": s.wrong_no,
            "passes": s.passes,
        }
        for s in report.scores
        if s.yes or s.no
    ]
    wrong = [str(f) for f in report.failures]
    return {"pack": name, "rules": rows, "failures": wrong, "passes": not wrong}


def _explain(deps: Deps, body: Lines) -> dict[str, Any]:
    name, texts = _texts(body)
    with shelf_with(texts, deps.pack_dirs) as shelf:
        packs = shelf.load([name])
    asked = explain_item(packs, body.item)
    made = explain_lines(packs, body.item, body.lines) if body.lines else []
    return {"pack": name, "item": body.item, "asks": asked, "lines": made}


def _diff(deps: Deps, body: Two) -> dict[str, Any]:
    return diff_data(diff_packs([_file(deps, body.old)], [_file(deps, body.new)]))


def _file(deps: Deps, given: PackText) -> PackFile:
    name, texts = _texts(given)
    if texts:
        return read_pack(given.text, f"{name}.yaml")
    packs = PackShelf(deps.pack_dirs).load([name])
    return next(f for f in packs.files if f.pack.pack == name)
