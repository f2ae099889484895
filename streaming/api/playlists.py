"""Playlists as JSON, and the sound of their clips."""

from dataclasses import asdict
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, HTTPException, Path
from fastapi.responses import JSONResponse
from starlette.requests import Request
from starlette.responses import Response

from pipeline.audio.cut import encode
from pipeline.errors import AudioUnreadable
from pipeline.playlist_export import clip_sound
from pipeline.store.playlists import Playlists
from streaming.access import person_of
from streaming.deps import Deps
from streaming.problems import PROBLEMS

Number = Annotated[int, Path(ge=1, le=2**53)]


def playlists_router(deps: Deps) -> APIRouter:
    """Return the routes of playlists."""
    router = APIRouter(tags=["playlists"], responses=PROBLEMS)
    playlists = Playlists(deps.store.database)

    @router.get("/playlists", summary="List your playlists and the shared ones")
    async def listed(request: Request) -> Response:
        found = await deps.read(playlists.listed, person_of(request).name)
        return JSONResponse({"playlists": [asdict(one) for one in found]})

    @router.get("/playlists/{number}", summary="Read a playlist: its goal, its clips in order")
    async def one(request: Request, number: Number) -> Response:
        found = await deps.read(playlists.get, person_of(request).name, number)
        clips = [asdict(clip) for clip in found.clips]
        return JSONResponse({**asdict(found.head), "clips": clips})

    @router.get("/playlists/{number}/clips/{clip}/audio", summary="Hear a clip; answers ranges")
    async def audio(request: Request, number: Number, clip: Number) -> Response:
        person = person_of(request)
        call_id, body = await deps.read(_sound, deps, playlists, person.name, number, clip)
        if deps.trail is not None:
            await deps.trail.note(person, "clip_played", call_id, look=True)
        return ranged(body, request.headers.get("range", ""))

    return router


def _sound(
    deps: Deps, playlists: Playlists, person: str, number: int, clip: int
) -> tuple[str, bytes]:
    stretch = playlists.get(person, number).clip(clip).stretch
    if stretch is None:
        raise HTTPException(HTTPStatus.NOT_FOUND, "the call of this clip was removed")
    try:
        sound = clip_sound(deps.store.call(stretch.call_id), deps.recordings, stretch)
    except AudioUnreadable as error:
        raise HTTPException(HTTPStatus.NOT_FOUND, str(error)) from error
    return stretch.call_id, encode(sound, "flac")


def ranged(body: bytes, asked: str) -> Response:
    """Answer with a FLAC file or the one range of it that a player asks for."""
    headers = {"Cache-Control": "private, no-store", "Accept-Ranges": "bytes"}
    unit, _, span = asked.partition("=")
    first, dash, last = span.partition("-")
    if unit.strip() != "bytes" or not dash or not first.isdecimal() or "," in span:
        return Response(body, media_type="audio/flac", headers=headers)
    start = int(first)
    stop = min(int(last) + 1 if last.isdecimal() else len(body), len(body))
    if start >= stop:
        headers["Content-Range"] = f"bytes */{len(body)}"
        return Response(status_code=HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE, headers=headers)
    headers["Content-Range"] = f"bytes {start}-{stop - 1}/{len(body)}"
    return Response(body[start:stop], HTTPStatus.PARTIAL_CONTENT, headers, "audio/flac")
