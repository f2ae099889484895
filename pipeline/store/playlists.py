"""Playlists of clips that trainers keep: each with a goal, in an order, with good and bad examples.

Only the owner changes a playlist; a shared one is seen by everybody who searches. A clip names a
stretch of a call and holds no sound of its own, so it never has what the recording has not.
Every method blocks on the disk and belongs in an executor.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Connection, delete, func, insert, or_, select, update

from pipeline.errors import RecordNotFound, RequestRefused
from pipeline.store.database import Database
from pipeline.store.schema_playlists import clip, clip_source, playlist
from pipeline.store.users import now

CLIPS_WISE: Final = 5
SECONDS_WISE: Final = 480.0
"""More than these a playlist should not have (rule TRN-02); it is told, not refused."""
CLIPS_MOST: Final = 40
CLIP_SECONDS_MOST: Final = 600.0
TITLE_MOST: Final = 120
TEXT_MOST: Final = 1000
EXAMPLES: Final = ("", "good", "bad")


@dataclass(frozen=True, slots=True)
class Stretch:
    """What a clip shows: a call from second to second, under a title, with a note.

    `hushed` are turns (utterance ids) that are neither heard nor read in it.
    """

    call_id: str
    start_s: float
    end_s: float
    title: str
    note: str = ""
    hushed: tuple[int, ...] = ()

    @property
    def seconds(self) -> float:
        """How long it is."""
        return self.end_s - self.start_s


@dataclass(frozen=True, slots=True)
class Clip:
    """A clip in its place; `stretch` is None once its call was removed."""

    id: int
    example: str
    stretch: Stretch | None


@dataclass(frozen=True, slots=True)
class PlaylistHead:
    """A playlist as a list shows it; times are ISO 8601 in UTC, `seconds` of all clips."""

    id: int
    owner: str
    title: str
    goal: str
    shared: bool
    created_at: str
    changed_at: str
    clips: int
    seconds: float


@dataclass(frozen=True, slots=True)
class Playlist:
    """A playlist with its clips in order."""

    head: PlaylistHead
    clips: tuple[Clip, ...]

    def clip(self, number: int) -> Clip:
        """Return the clip of that number.

        Raises:
            RecordNotFound: it has none.
        """
        for one in self.clips:
            if one.id == number:
                return one
        raise RecordNotFound(f"this playlist has no clip {number}")


class Playlists:
    """The playlists in a database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def create(self, owner: str, title: str, goal: str, *, shared: bool = False) -> int:
        """Make an empty playlist; return its number.

        Raises:
            RequestRefused: title or goal is missing or too long.
        """
        values = _named(title, goal) | {"owner": owner, "shared": shared}
        at = now()
        with self._database.write() as connection:
            put = insert(playlist).values(**values, created_at=at, changed_at=at)
            return int(connection.execute(put.returning(playlist.c.id)).scalar_one())

    def change(self, owner: str, number: int, title: str, goal: str, *, shared: bool) -> None:
        """Give a playlist another title and goal, share it or keep it to oneself.

        Raises:
            RequestRefused: title or goal is missing or too long.
            RecordNotFound: they own no playlist of that number.
        """
        values = _named(title, goal)
        with self._database.write() as connection:
            _owned(connection, owner, number)
            _touch(connection, number, **values, shared=shared)

    def remove(self, owner: str, number: int) -> None:
        """Remove a playlist and its clips.

        Raises:
            RecordNotFound: they own no playlist of that number.
        """
        with self._database.write() as connection:
            _owned(connection, owner, number)
            connection.execute(delete(playlist).where(playlist.c.id == number))

    def listed(self, person: str) -> list[PlaylistHead]:
        """Return a person's own playlists and the shared ones, the last changed first."""
        with self._database.read() as connection:
            seen = or_(playlist.c.owner == person, playlist.c.shared)
            query = _HEADS.where(seen).order_by(playlist.c.changed_at.desc(), playlist.c.id.desc())
            return [_head(row) for row in connection.execute(query)]

    def get(self, person: str, number: int) -> Playlist:
        """Return a playlist that a person owns or that is shared.

        Raises:
            RecordNotFound: there is none such.
        """
        seen = (playlist.c.id == number) & or_(playlist.c.owner == person, playlist.c.shared)
        query = (
            select(clip.c.id, clip.c.example, clip_source)
            .select_from(clip.outerjoin(clip_source))
            .where(clip.c.playlist_id == number)
            .order_by(clip.c.position, clip.c.id)
        )
        with self._database.read() as connection:
            found = connection.execute(_HEADS.where(seen)).first()
            if found is None:
                raise RecordNotFound(f"there is no playlist {number}, or it is not shared with you")
            return Playlist(_head(found), tuple(_clip(row) for row in connection.execute(query)))

    def add(self, owner: str, number: int, stretch: Stretch, example: str = "") -> int:
        """Put a clip at the end of a playlist; return the clip's number.

        Raises:
            RequestRefused: the stretch or its words do not do, or the playlist is full.
            RecordNotFound: they own no playlist of that number.
        """
        _check(stretch, example)
        with self._database.write() as connection:
            _owned(connection, owner, number)
            held = clip.c.playlist_id == number
            query = select(func.count(), func.max(clip.c.position)).where(held)
            count, last = connection.execute(query).one()
            if count >= CLIPS_MOST:
                raise RequestRefused(f"a playlist holds at most {CLIPS_MOST} clips: begin another")
            values = {"playlist_id": number, "position": (last or 0) + 1, "example": example}
            put = insert(clip).values(**values, added_at=now()).returning(clip.c.id)
            added = int(connection.execute(put).scalar_one())
            connection.execute(insert(clip_source).values(clip_id=added, **_row(stretch)))
            _touch(connection, number)
            return added

    def edit(self, owner: str, number: int, one: int, stretch: Stretch, example: str) -> None:
        """Move the ends of a clip, or change what is said of it; its call stays.

        Raises:
            RequestRefused: the stretch or its words do not do.
            RecordNotFound: they own no such clip, or its call was removed.
        """
        _check(stretch, example)
        source = clip_source.c
        with self._database.write() as connection:
            _owned(connection, owner, number, one)
            mine = (source.clip_id == one) & (source.call_id == stretch.call_id)
            if not connection.execute(
                update(clip_source).where(mine).values(**_row(stretch))
            ).rowcount:
                raise RecordNotFound("the call of this clip was removed")
            connection.execute(update(clip).where(clip.c.id == one).values(example=example))
            _touch(connection, number)

    def drop(self, owner: str, number: int, one: int) -> None:
        """Take a clip out.

        Raises:
            RecordNotFound: they own no such clip.
        """
        with self._database.write() as connection:
            _owned(connection, owner, number, one)
            connection.execute(delete(clip).where(clip.c.id == one))
            _touch(connection, number)

    def move(self, owner: str, number: int, one: int, by: int) -> None:
        """Move a clip `by` places down, up where it is below 0; it stops at the ends.

        Raises:
            RecordNotFound: they own no such clip.
        """
        held = select(clip.c.id).where(clip.c.playlist_id == number)
        with self._database.write() as connection:
            _owned(connection, owner, number, one)
            order = list(connection.scalars(held.order_by(clip.c.position, clip.c.id)))
            at = order.index(one)
            order.insert(min(max(at + by, 0), len(order) - 1), order.pop(at))
            _place(connection, order)
            _touch(connection, number)


_HEADS = (
    select(
        playlist,
        func.count(clip.c.id).label("clips"),
        func.coalesce(func.sum(clip_source.c.end_s - clip_source.c.start_s), 0.0).label("seconds"),
    )
    .select_from(playlist.outerjoin(clip).outerjoin(clip_source))
    .group_by(playlist.c.id)
)


def _place(connection: Connection, order: Sequence[int]) -> None:
    for position, number in enumerate(order, 1):
        connection.execute(update(clip).where(clip.c.id == number).values(position=position))


def _owned(connection: Connection, owner: str, number: int, one: int | None = None) -> None:
    mine = (playlist.c.id == number) & (playlist.c.owner == owner)
    if connection.scalar(select(playlist.c.id).where(mine)) is None:
        raise RecordNotFound(f"you own no playlist {number}")
    if one is not None:
        held = (clip.c.id == one) & (clip.c.playlist_id == number)
        if connection.scalar(select(clip.c.id).where(held)) is None:
            raise RecordNotFound(f"this playlist has no clip {one}")


def _touch(connection: Connection, number: int, **values: object) -> None:
    changed = update(playlist).where(playlist.c.id == number)
    connection.execute(changed.values(**values, changed_at=now()))


def _named(title: str, goal: str) -> dict[str, str]:
    title, goal = title.strip(), goal.strip()
    if not title or len(title) > TITLE_MOST:
        raise RequestRefused(f"give the playlist a title of at most {TITLE_MOST} characters")
    if not goal or len(goal) > TEXT_MOST:
        raise RequestRefused(
            f"say what the playlist is to teach, in at most {TEXT_MOST} characters: "
            "a playlist without a goal is only sound"
        )
    return {"title": title, "goal": goal}


def _check(stretch: Stretch, example: str) -> None:
    if example not in EXAMPLES:
        raise RequestRefused("an example is good, bad, or neither")
    if not stretch.title or len(stretch.title) > TITLE_MOST:
        raise RequestRefused(f"give the clip a title of at most {TITLE_MOST} characters")
    if len(stretch.note) > TEXT_MOST or len(stretch.hushed) > TEXT_MOST:
        raise RequestRefused(f"a note has at most {TEXT_MOST} characters")
    if not 0 <= stretch.start_s < stretch.end_s:
        raise RequestRefused("a clip ends after it begins, and begins in the call")
    if stretch.seconds > CLIP_SECONDS_MOST:
        raise RequestRefused(f"a clip lasts at most {CLIP_SECONDS_MOST / 60:.0f} minutes")


def _row(stretch: Stretch) -> dict[str, object]:
    return {
        "call_id": stretch.call_id,
        "start_s": stretch.start_s,
        "end_s": stretch.end_s,
        "title": stretch.title,
        "note": stretch.note,
        "hushed": " ".join(map(str, stretch.hushed)),
    }


def _head(row: Any) -> PlaylistHead:  # a row of _HEADS
    return PlaylistHead(
        row.id,
        row.owner,
        row.title,
        row.goal,
        bool(row.shared),
        row.created_at,
        row.changed_at,
        int(row.clips),
        float(row.seconds),
    )


def _clip(row: Any) -> Clip:  # a row of clip with clip_source
    if row.call_id is None:
        return Clip(row.id, row.example, None)
    hushed = tuple(int(number) for number in row.hushed.split())
    ends = row.call_id, row.start_s, row.end_s
    return Clip(row.id, row.example, Stretch(*ends, row.title, row.note, hushed))
