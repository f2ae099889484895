"""What a clip of a call may show: where it begins and ends, its turns, what is silenced in it.

Pure. A recording is muted as the call is heard. What the transcript masks is silenced here once
more, so that a clip is never louder than its transcript, whatever was masked after the recording.
"""

import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from models.types import Channel, Utterance, Word
from pipeline.audio.cut import Mute
from pipeline.masks import MARGIN_S
from pipeline.store.playlists import Stretch
from pipeline.store.rows import CallDetail
from qa_rules.types import State

STEP_S: Final = 0.5
"""Ends of clips stand on this grid."""
TOUCH_S: Final = 0.25
"""A turn that a clip holds no more of than this is not shown."""
NOTICE_ITEMS: Final = frozenset({"CORE-03", "SUR-04"})
"""Items by which packs look for the notice that the call is recorded."""
HUSHED: Final = "[silenced]"
REFUSAL: Final = "recording_refused"
_MASK = re.compile(r"\[[^\[\]]*\]")


class Consent(StrEnum):
    """What is known of the caller's consent to the recording."""

    TOLD = "told"
    UNKNOWN = "unknown"
    MISSING = "missing"
    REFUSED = "refused"

    @property
    def bars(self) -> bool:
        """Whether a clip must not leave the house."""
        return self in (Consent.MISSING, Consent.REFUSED)


@dataclass(frozen=True, slots=True)
class ClipTurn:
    """A turn in a clip: `at` seconds from the clip's start; `cut` where the clip cuts into it.

    `hushed` where it is left out on purpose: its text is gone then.
    """

    id: int
    channel: Channel
    at: float
    text: str
    masked: bool
    cut: bool
    hushed: bool = False


def around(detail: CallDetail, turn: int) -> tuple[float, float] | None:
    """Return the ends of a clip of a turn with the one before and the one after it.

    None where the call has no such turn.
    """
    said = detail.utterances
    at = next((n for n, one in enumerate(said) if one.id == turn), None)
    if at is None:
        return None
    near = said[max(0, at - 1) : at + 2]
    start, end = min(one.start for one in near), max(one.end for one in near)
    return math.floor(start / STEP_S) * STEP_S, math.ceil(end / STEP_S) * STEP_S


def turns_in(detail: CallDetail, stretch: Stretch, *, names: bool = False) -> list[ClipTurn]:
    """Return the turns that a stretch holds; without `names`, the agent's is taken out of them."""
    start_s, end_s = stretch.start_s, stretch.end_s
    out: list[ClipTurn] = []
    for said in detail.utterances:
        held = min(said.end, end_s) - max(said.start, start_s)
        if held < min(TOUCH_S, (said.end - said.start) / 2) or held <= 0:
            continue
        at, cut = max(0.0, said.start - start_s), _cuts(said, start_s, end_s)
        if said.id in stretch.hushed:
            out.append(ClipTurn(said.id, said.channel, at, HUSHED, False, cut, True))
            continue
        text = said.text if names else unnamed(said.text, detail.row.agent)
        out.append(ClipTurn(said.id, said.channel, at, text, said.id in detail.redacted, cut))
    return out


def unnamed(text: str, agent: str) -> str:
    """Return the text without the agent's name, where it stands as the name is written."""
    parts = [re.escape(part) for part in re.split(r"[\s._-]+", agent) if len(part) > 2]
    return re.sub(rf"\b(?:{'|'.join(parts)})\b", "[agent]", text) if parts else text


def mutes_of(detail: CallDetail, hushed: Sequence[int] = ()) -> list[Mute]:
    """Return what of a recording must be silent: what its transcript masks, and hushed turns."""
    kept = detail.recording
    apart = kept is not None and kept.channels == len(detail.legs)
    out: list[Mute] = []
    for said in detail.utterances:
        known = apart and said.channel in detail.legs
        channel = detail.legs.index(said.channel) if known else None
        if said.id in hushed:
            out.append(Mute(channel, *_whole(said)))
        elif said.id in detail.redacted:
            out += [Mute(channel, start, end) for start, end in _masked(said)]
    return out


def consent(detail: CallDetail) -> Consent:
    """Return what the call itself says of the consent to its recording."""
    labels = (label for of_turn in detail.labels.values() for label in of_turn)
    if any(label.name == REFUSAL for label in labels):
        return Consent.REFUSED
    if detail.facts.get("recording_notice_played") is True:
        return Consent.TOLD
    heard = {f.state for f in detail.findings if f.rule_id in NOTICE_ITEMS}
    if heard & {State.DONE, State.LATE, State.NOT_APPLICABLE}:
        return Consent.TOLD
    return Consent.MISSING if detail.facts.get("all_party") is True else Consent.UNKNOWN


def _masked(said: Utterance) -> Iterator[tuple[float, float]]:
    """Yield the seconds under a text's masks: from the word kept before to the one kept after.

    Words that were masked late are no longer timed, so their own times cannot be asked.
    """
    masks = [match.span() for match in _MASK.finditer(said.text)]
    placed = _placed(said)
    if not masks or placed is None:
        yield _whole(said)
        return
    for first, last in masks:
        start = max((w.end for w, _, stop in placed if stop <= first), default=said.start)
        end = min((w.start for w, begin, _ in placed if begin >= last), default=said.end)
        yield max(0.0, start - MARGIN_S), max(start, end) + MARGIN_S


def _whole(said: Utterance) -> tuple[float, float]:
    return max(0.0, said.start - MARGIN_S), said.end + MARGIN_S


def _cuts(said: Utterance, start_s: float, end_s: float) -> bool:
    return said.start < start_s - TOUCH_S or said.end > end_s + TOUCH_S


def _placed(said: Utterance) -> list[tuple[Word, int, int]] | None:
    """Return the words that were kept, each with its place in the text; None where they do not fit.

    A stretch of text that is neither mask nor timed word leaves open where it was said.
    """
    bare = _MASK.sub(lambda mask: "[" * len(mask.group()), said.text)
    out: list[tuple[Word, int, int]] = []
    at = 0
    for word in said.words:
        text = word.text.strip()
        if text.startswith("["):
            continue
        first = bare.find(text, at)
        if not text or first < 0 or any(c.isalnum() for c in bare[at:first]):
            return None
        at = first + len(text)
        out.append((word, first, at))
    return None if not out or any(c.isalnum() for c in bare[at:]) else out
