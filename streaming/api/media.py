"""A call's recording, with byte ranges so that a player can seek, and its outline."""

from http import HTTPStatus
from pathlib import Path
from typing import Annotated

from fastapi import APIRouter, HTTPException, Query
from fastapi.responses import FileResponse, JSONResponse
from starlette.responses import Response

from pipeline.audio.tape import Recording
from streaming.api.calls import CallId
from streaming.deps import Deps
from streaming.problems import PROBLEMS

TYPES = {"flac": "audio/flac", "wav": "audio/wav", "ogg": "audio/ogg", "opus": "audio/ogg"}
DRAWN_SPANS = 4000
"""Spans of the outline that a page is given unless it asks for more: two for each pixel."""


def media_router(deps: Deps) -> APIRouter:
    """Return the routes of audio and peaks."""
    router = APIRouter(tags=["media"], responses=PROBLEMS)

    @router.get("/calls/{call_id}/audio", summary="Play the recording; answers byte ranges")
    async def audio(call_id: CallId) -> Response:
        kept = await deps.read(_recording, deps, call_id)
        path = await deps.read(_file, deps.recordings, kept)
        kind = TYPES.get(kept.format.lower(), "application/octet-stream")
        return FileResponse(path, media_type=kind, headers={"Cache-Control": "private, no-cache"})

    @router.get("/calls/{call_id}/peaks", summary="Draw the recording without decoding it")
    async def peaks(
        call_id: CallId, spans: Annotated[int, Query(ge=1, le=200_000)] = DRAWN_SPANS
    ) -> Response:
        kept = await deps.read(_recording, deps, call_id)
        drawn = kept.peaks.thinned(spans)
        body = {
            "seconds": kept.seconds,
            "per_s": drawn.per_s,
            "channels": kept.channels,
            "state": kept.state,
            "values": drawn.to_lists(),
        }
        return JSONResponse(body)

    return router


def _recording(deps: Deps, call_id: str) -> Recording:
    kept = deps.store.recording(call_id)
    if kept is None:
        raise HTTPException(HTTPStatus.NOT_FOUND, f"nothing of call {call_id!r} is recorded")
    return kept


def _file(folder: Path, kept: Recording) -> Path:
    """Return the recording's file; one outside the folder is none of ours."""
    root = folder.resolve()
    path = (root / kept.path).resolve()
    if not kept.path or not path.is_relative_to(root) or not path.is_file():
        raise HTTPException(HTTPStatus.NOT_FOUND, "the recording's file is not there")
    return path
