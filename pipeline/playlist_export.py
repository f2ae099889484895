"""A playlist as a file to take along: its clips in one sound, and what is said in them by time.

Blocks on the disk. Nothing is left behind: the archive is made in memory, from the recordings as
they are at that moment.
"""

import io
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from models.types import Channel
from pipeline.audio.cut import Format, Sound, cut, encode, join
from pipeline.clips import ClipTurn, Consent, consent, mutes_of, turns_in
from pipeline.errors import AudioUnreadable, CallNotFound, RequestRefused
from pipeline.store.playlists import Clip, Playlist, Stretch
from pipeline.store.repo import Store
from pipeline.store.rows import CallDetail

SILENCE_S: Final = 1.0
"""What lies between two clips: enough to hear that another call begins."""
SECONDS_MOST: Final = 1200.0
WHO: Final = {Channel.AGENT: "Agent", Channel.CUSTOMER: "Customer", Channel.MIXED: "Speaker"}


@dataclass(frozen=True, slots=True)
class Export:
    """What was made: the ZIP, and the calls that sound in it."""

    body: bytes
    call_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Part:
    clip: Clip
    stretch: Stretch
    detail: CallDetail
    sound: Sound


def clip_sound(detail: CallDetail, folder: Path, stretch: Stretch) -> Sound:
    """Return what a clip sounds like, cut from its call's recording in `folder`.

    Raises:
        AudioUnreadable: there is no recording, or it does not read.
    """
    kept = detail.recording
    root = folder.resolve()
    path = (root / kept.path).resolve() if kept is not None and kept.path else None
    if path is None or not path.is_relative_to(root):
        raise AudioUnreadable("nothing of this call is recorded")
    return cut(path, stretch.start_s, stretch.end_s, mutes_of(detail, stretch.hushed))


def export(
    store: Store, folder: Path, wanted: Playlist, form: Format, *, names: bool = False
) -> Export:
    """Make a ZIP of a playlist: one sound file and its transcript; without agents' names.

    Clips whose call or recording is gone are left out, and the transcript says so.

    Raises:
        RequestRefused: nothing is left to hear, it is too long, or a caller's consent is lacking.
    """
    parts, left_out = _gather(store, folder, wanted)
    sound, starts = join([part.sound for part in parts], SILENCE_S)
    name = f"playlist-{wanted.head.id}.{form}"
    text = _transcript(wanted, parts, starts, left_out, names=names)
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as archive:
        archive.writestr(name, encode(sound, form))
        archive.writestr(f"playlist-{wanted.head.id}.md", text)
    return Export(out.getvalue(), tuple(dict.fromkeys(p.stretch.call_id for p in parts)))


def _gather(store: Store, folder: Path, wanted: Playlist) -> tuple[list[_Part], list[str]]:
    if wanted.head.seconds > SECONDS_MOST:
        raise RequestRefused(f"at most {SECONDS_MOST / 60:.0f} minutes go into one file")
    parts: list[_Part] = []
    left_out: list[str] = []
    barred: list[str] = []
    for number, clip in enumerate(wanted.clips, 1):
        try:
            stretch, detail = _source(store, clip)
            found = consent(detail)
            if found.bars:
                barred.append(f"clip {number} ({WHY_BARRED[found]})")
                continue
            parts.append(_Part(clip, stretch, detail, clip_sound(detail, folder, stretch)))
        except CallNotFound:
            left_out.append(f"Clip {number} is left out: its call was removed.")
        except AudioUnreadable as error:
            left_out.append(f"Clip {number} is left out: {error}.")
    if barred:
        raise RequestRefused(f"take these out first: {', '.join(barred)}")
    if not parts:
        raise RequestRefused("this playlist holds nothing that can be heard: add a clip")
    return parts, left_out


WHY_BARRED: Final = {
    Consent.REFUSED: "the caller did not want to be recorded",
    Consent.MISSING: "all parties must be told of the recording, and no notice was heard",
}


def _source(store: Store, clip: Clip) -> tuple[Stretch, CallDetail]:
    if clip.stretch is None:
        raise CallNotFound("removed")
    return clip.stretch, store.call(clip.stretch.call_id)


def _transcript(
    wanted: Playlist,
    parts: Sequence[_Part],
    starts: Sequence[float],
    left_out: Sequence[str],
    *,
    names: bool,
) -> str:
    head = wanted.head
    out = [f"# {_line(head.title)}", "", f"Goal: {_line(head.goal)}", ""]
    out += ["Times are those of the sound file. Masked and silenced words are not in it.", ""]
    for number, (part, start) in enumerate(zip(parts, starts, strict=True), 1):
        stretch, example = part.stretch, part.clip.example
        kind = f" ({example} example)" if example else ""
        out += [f"## {stamp(start)} {number}. {_line(stretch.title)}{kind}", ""]
        if names and part.detail.row.agent:
            out += [f"Agent: {_line(part.detail.row.agent)}", ""]
        if stretch.note:
            out += [_line(stretch.note), ""]
        turns = turns_in(part.detail, stretch, names=names)
        out += [_said(turn, start) for turn in turns]
        out.append("")
    if left_out:
        out += [*left_out, ""]
    return "\n".join(out)


def _said(turn: ClipTurn, start: float) -> str:
    cut_off = " (cut)" if turn.cut else ""
    return f"- {stamp(start + turn.at)} {WHO[turn.channel]}: {_line(turn.text)}{cut_off}"


def stamp(seconds: float) -> str:
    """Return seconds as minutes and seconds, "1:05"."""
    return f"{int(seconds) // 60}:{int(seconds) % 60:02}"


def _line(text: str) -> str:
    """Return people's words on one line, with nothing that Markdown takes for its own."""
    flat = " ".join(text.split())
    return "".join(f"\\{c}" if c in "\\`*_<>#|!" else c for c in flat)
