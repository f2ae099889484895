"""The trainers' playlists: clips are added from a hit or a turn, put in order, heard, exported."""

import math
import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from http import HTTPStatus
from typing import Any
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from pipeline.audio.cut import FORMATS
from pipeline.clips import around, turns_in
from pipeline.errors import CallNotFound, RecordNotFound, RequestRefused, StoreUnavailable
from pipeline.playlist_export import export
from pipeline.store.playlists import Playlists, Stretch
from pipeline.typed import clean_text
from streaming.access import Permission, person_of
from streaming.deps import Deps
from streaming.playlist_view import context, length, recorded, shown
from streaming.rendering import Renderer, form_of
from streaming.views import masked_parts

PATH = "/playlists"
Handler = Callable[[Request], Awaitable[Response]]


def playlist_routes(deps: Deps, renderer: Renderer) -> list[BaseRoute]:
    """Return the pages of playlists."""
    pages = PlaylistPages(deps, renderer)
    return [
        Route(PATH, pages.guarded(pages.listed), methods=["GET"]),
        Route(PATH, pages.guarded(pages.create), methods=["POST"]),
        Route(f"{PATH}/add", pages.guarded(pages.offer), methods=["GET"]),
        Route(f"{PATH}/add", pages.guarded(pages.add), methods=["POST"]),
        Route(f"{PATH}/{{number:int}}", pages.guarded(pages.one), methods=["GET"]),
        Route(f"{PATH}/{{number:int}}", pages.guarded(pages.change), methods=["POST"]),
        Route(f"{PATH}/{{number:int}}/remove", pages.guarded(pages.remove), methods=["POST"]),
        Route(f"{PATH}/{{number:int}}/export", pages.guarded(pages.export), methods=["GET"]),
        Route(
            f"{PATH}/{{number:int}}/clips/{{clip:int}}",
            pages.guarded(pages.edit),
            methods=["POST"],
        ),
    ]


class PlaylistPages:
    """The handlers."""

    def __init__(self, deps: Deps, renderer: Renderer) -> None:
        self._deps, self._renderer = deps, renderer
        self._playlists = Playlists(deps.store.database)

    def guarded(self, handler: Handler) -> Handler:
        """Return a handler that says on a page what cannot be done."""

        async def answer(request: Request) -> Response:
            try:
                return await handler(request)
            except RequestRefused as error:
                told = str(error)[:1].upper() + str(error)[1:] + "."
                status = HTTPStatus.UNPROCESSABLE_ENTITY
                return self._renderer.sorry(request, status, "That does not work", told)
            except (RecordNotFound, CallNotFound) as error:
                told = str(error)[:1].upper() + str(error)[1:] + "."
                return self._renderer.sorry(request, HTTPStatus.NOT_FOUND, "It is not there", told)
            except (StoreUnavailable, TimeoutError):
                return self._renderer.no_store(request)

        return answer

    async def listed(self, request: Request) -> Response:
        """List a person's playlists and the shared ones."""
        heads = await self._deps.read(self._playlists.listed, person_of(request).name)
        return self._renderer.page(request, "playlists.html", heads=heads)

    async def create(self, request: Request) -> Response:
        """Make an empty playlist, and go to it."""
        given = await form_of(request)
        number = await self._create(request, given)
        return _to(f"{PATH}/{number}")

    async def one(self, request: Request) -> Response:
        """Show a playlist."""
        person, number = person_of(request), request.path_params["number"]
        names = request.query_params.get("names") == "show"

        def read() -> Any:
            found = self._playlists.get(person.name, number)
            return shown(self._deps.store, found, names=names)

        view = await self._deps.read(read)
        if self._deps.trail is not None:
            await self._deps.trail.note(person, "playlist_opened", f"playlist {number}", look=True)
        return self._renderer.page(
            request,
            "playlist.html",
            view=view,
            head=view.playlist.head,
            mine=view.playlist.head.owner == person.name,
            may_export=person.may(Permission.EXPORT),
            names=names,
            back=_inside(request.query_params.get("back", "")),
            added=request.query_params.get("added", ""),
            masked_parts=masked_parts,
        )

    async def change(self, request: Request) -> Response:
        """Change title, goal and who sees it."""
        number, given = request.path_params["number"], await form_of(request)
        title, goal = _words(given, "title"), _words(given, "goal")
        await self._deps.read(
            self._playlists.change,
            person_of(request).name,
            number,
            title,
            goal,
            shared=given.get("shared") == "yes",
        )
        return _to(f"{PATH}/{number}")

    async def remove(self, request: Request) -> Response:
        """Remove a playlist."""
        number = request.path_params["number"]
        await self._deps.read(self._playlists.remove, person_of(request).name, number)
        return _to(PATH)

    async def offer(self, request: Request) -> Response:
        """Show the form that adds a turn, with the one before and after it, to a playlist."""
        asked = request.query_params
        detail = await self._deps.read(self._deps.store.call, asked.get("call", ""))
        turn = asked.get("turn", "")
        ends = around(detail, int(turn)) if turn.isdecimal() else None
        if ends is None or not person_of(request).sees(detail.row.agent):
            raise RecordNotFound("there is no such turn in this call")
        if detail.row.state == "live" or not recorded(detail):
            raise RequestRefused("a clip needs a recording, and there is none of this call")
        heads = await self._deps.read(self._playlists.listed, person_of(request).name)
        whole = length(detail)
        stretch = Stretch(detail.row.call_id, ends[0], min(ends[1], _grid(whole)), "")
        return self._renderer.page(
            request,
            "playlist_add.html",
            own=[head for head in heads if head.owner == person_of(request).name],
            stretch=stretch,
            whole=_grid(whole),
            turn=int(turn),
            near=context(detail, stretch),
            row=detail.row,
            back=_inside(asked.get("back", "")),
            masked_parts=masked_parts,
        )

    async def add(self, request: Request) -> Response:
        """Add a clip to a playlist, or to a new one."""
        given, owner = await form_of(request), person_of(request).name
        detail = await self._deps.read(self._deps.store.call, given.get("call", ""))
        if not person_of(request).sees(detail.row.agent) or not recorded(detail):
            raise CallNotFound("there is no such call with a recording")
        stretch = _stretch(given, detail.row.call_id, length(detail))
        into, example = given.get("into", ""), given.get("example", "")
        number = int(into) if into.isdecimal() else await self._create(request, given, "new_title")
        added = await self._deps.read(self._playlists.add, owner, number, stretch, example)
        back = _inside(given.get("back", ""))
        return _to(f"{PATH}/{number}", f"clip-{added}", added=str(added), back=back)

    async def edit(self, request: Request) -> Response:
        """Move a clip up or down, change it, or take it out."""
        given, owner = await form_of(request), person_of(request).name
        number, clip = request.path_params["number"], request.path_params["clip"]
        do = given.get("do", "")
        if do in ("up", "down"):
            by = -1 if do == "up" else 1
            await self._deps.read(self._playlists.move, owner, number, clip, by)
        elif do == "drop":
            await self._deps.read(self._playlists.drop, owner, number, clip)
            return _to(f"{PATH}/{number}")
        elif do == "save":
            await self._save(owner, number, clip, given)
        else:
            raise RequestRefused("a clip is moved up or down, saved or dropped")
        return _to(f"{PATH}/{number}", f"clip-{clip}")

    async def export(self, request: Request) -> Response:
        """Give out a playlist as a ZIP of one sound file and its transcript."""
        person, number = person_of(request), request.path_params["number"]
        form = request.query_params.get("format", "flac")
        if form not in FORMATS:
            raise RequestRefused(f"the sound comes as {' or '.join(FORMATS)}")
        names = request.query_params.get("names") == "show"
        found = await self._deps.read(self._playlists.get, person.name, number)
        made = await self._deps.read(
            export, self._deps.store, self._deps.recordings, found, form, names=names
        )
        if self._deps.trail is not None:
            for call_id in made.call_ids:
                await self._deps.trail.note(person, "clip_exported", call_id, f"playlist {number}")
        name = f'attachment; filename="playlist-{number}.zip"'
        return Response(
            made.body, media_type="application/zip", headers={"Content-Disposition": name}
        )

    async def _save(self, owner: str, number: int, clip: int, given: Mapping[str, str]) -> None:
        found = await self._deps.read(self._playlists.get, owner, number)
        kept = found.clip(clip).stretch
        if kept is None:
            raise RecordNotFound("the call of this clip was removed")
        detail = await self._deps.read(self._deps.store.call, kept.call_id)
        stretch = _stretch(given, kept.call_id, length(detail))
        # The form showed the turns of the clip as it was; what was silenced beside it stays so.
        asked = {turn.id for turn in turns_in(detail, kept)}
        beside = tuple(turn for turn in kept.hushed if turn not in asked)
        stretch = replace(stretch, hushed=(*stretch.hushed, *beside))
        example = given.get("example", "")
        await self._deps.read(self._playlists.edit, owner, number, clip, stretch, example)

    async def _create(
        self, request: Request, given: Mapping[str, str], title: str = "title"
    ) -> int:
        owner, shared = person_of(request).name, given.get("shared") == "yes"
        return await self._deps.read(
            self._playlists.create,
            owner,
            _words(given, title),
            _words(given, "goal"),
            shared=shared,
        )


def _words(given: Mapping[str, str], name: str) -> str:
    return clean_text(given.get(name, "")).strip()


def _stretch(given: Mapping[str, str], call_id: str, whole: float) -> Stretch:
    """Return what a form says of a clip.

    Raises:
        RequestRefused: its ends are no seconds of the call.
    """
    try:
        start, end = float(given.get("start", "")), float(given.get("end", ""))
    except ValueError as error:
        raise RequestRefused("a clip's ends are seconds of the call, as 12.5") from error
    if not end <= _grid(whole):
        raise RequestRefused(f"the call ends at second {whole:.1f}: end the clip before that")
    hushed = tuple(int(name[5:]) for name in given if re.fullmatch(r"hush-\d{1,9}", name))
    return Stretch(call_id, start, end, _words(given, "title"), _words(given, "note"), hushed)


def _grid(seconds: float) -> float:
    return math.ceil(seconds * 2) / 2


def _inside(address: str) -> str:
    """Return an address that one came from, where it is a page of ours to go back to."""
    known = address.startswith(("/search?", "/calls/", "/reviews/"))
    return address if known and "\\" not in address and len(address) < 2000 else ""


def _to(path: str, place: str = "", **asked: str) -> RedirectResponse:
    query = urlencode({name: value for name, value in asked.items() if value})
    address = path + (f"?{query}" if query else "") + (f"#{place}" if place else "")
    return RedirectResponse(address, HTTPStatus.SEE_OTHER)
