"""A playlist as its page shows it: clips with their words, and what is to be said of them."""

from dataclasses import dataclass, replace
from typing import Final

from pipeline.clips import ClipTurn, Consent, consent, turns_in
from pipeline.errors import CallNotFound
from pipeline.store.playlists import CLIPS_WISE, SECONDS_WISE, Clip, Playlist, Stretch
from pipeline.store.repo import Store
from pipeline.store.rows import CallDetail, CallRow

CONSENTS: Final = {
    Consent.TOLD: "",
    Consent.UNKNOWN: "No notice of the recording was heard in this call.",
    Consent.MISSING: "All parties must be told of the recording, and no notice was heard: "
    "the playlist cannot be exported with this clip.",
    Consent.REFUSED: "The caller did not want to be recorded: "
    "the playlist cannot be exported with this clip.",
}
NEAR_S: Final = 20.0
"""How much of the call around a clip its form shows."""


@dataclass(frozen=True, slots=True)
class ClipShown:
    """A clip with what its call says; `row` is None where the call was removed."""

    clip: Clip
    row: CallRow | None = None
    turns: tuple[ClipTurn, ...] = ()
    heard: bool = False
    caution: str = ""
    seconds_of_call: float = 0.0


@dataclass(frozen=True, slots=True)
class PlaylistShown:
    """A playlist, its clips, and what makes it less than it should be."""

    playlist: Playlist
    clips: tuple[ClipShown, ...]
    cautions: tuple[str, ...]

    @property
    def pair(self) -> tuple[str, str] | None:
        """The calls of the first good and the first bad example, where they are two."""
        firsts = [
            next((c.row.call_id for c in self.clips if c.row and c.clip.example == kind), "")
            for kind in ("good", "bad")
        ]
        return (firsts[0], firsts[1]) if all(firsts) and firsts[0] != firsts[1] else None


def shown(store: Store, playlist: Playlist, *, names: bool) -> PlaylistShown:
    """Read what the page of a playlist shows; blocks on the disk."""
    clips = tuple(_clip(store, clip, names=names) for clip in playlist.clips)
    return PlaylistShown(playlist, clips, tuple(_cautions(playlist)))


def length(detail: CallDetail) -> float:
    """Return how many seconds of a call there are to take clips from."""
    kept = detail.recording
    return kept.seconds if kept is not None else detail.row.seconds or detail.row.last_s


def recorded(detail: CallDetail) -> bool:
    """Return whether there is sound of a call."""
    return detail.recording is not None and bool(detail.recording.path)


def context(detail: CallDetail, stretch: Stretch) -> list[tuple[float, ClipTurn]]:
    """Return the turns in and around a stretch, each with its second in the call."""
    start = max(0.0, stretch.start_s - NEAR_S)
    near = turns_in(detail, replace(stretch, start_s=start, end_s=stretch.end_s + NEAR_S))
    return [(turn.at + start, turn) for turn in near]


def _clip(store: Store, clip: Clip, *, names: bool) -> ClipShown:
    if clip.stretch is None:
        return ClipShown(clip)
    try:
        detail = store.call(clip.stretch.call_id)
    except CallNotFound:  # removed between two questions
        return ClipShown(clip)
    turns = turns_in(detail, clip.stretch, names=names)
    caution = CONSENTS[consent(detail)]
    return ClipShown(clip, detail.row, tuple(turns), recorded(detail), caution, length(detail))


def _cautions(playlist: Playlist) -> list[str]:
    head = playlist.head
    out: list[str] = []
    if head.clips > CLIPS_WISE:
        out.append(f"{head.clips} clips: listeners take in {CLIPS_WISE} at most. Take some out.")
    if head.seconds > SECONDS_WISE:
        minutes = f"{head.seconds / 60:.1f}"
        out.append(f"{minutes} minutes long: over {SECONDS_WISE / 60:.0f} is too long. Cut some.")
    kinds = {clip.example for clip in playlist.clips if clip.stretch is not None}
    if len(kinds & {"good", "bad"}) == 1:
        there = "good" if "good" in kinds else "bad"
        lacking = "bad" if there == "good" else "good"
        out.append(f"A {there} example and no {lacking} one: show both of the same moment.")
    return out
