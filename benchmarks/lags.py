"""How late things came, from what a page heard and when the voice spoke; seconds throughout.

All lags start on the speaker's clock: second `s` of a call is spoken at `t0 + s`.
"""

import math
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass, field

from benchmarks.listener import Heard

CAPTION_STEP_S = 0.1
UNCLEAR = "not clear enough"
"""In the reason of a stretch whose words the engine's gates refused."""
HINT_FROM_S, HINT_TO_S = -1.0, 15.0
"""A hint belongs to a trigger that ended so long before it; a guess may come before the end."""


@dataclass(slots=True)
class Lags:
    """What was late by how much.

    `finals` from the end of speech; `captions` from the moment a stretch was spoken to the first
    caption that covers it; `partials` from the last sample a partial has heard.
    """

    finals: list[float] = field(default_factory=list)
    captions: list[float] = field(default_factory=list)
    partials: list[float] = field(default_factory=list)
    hints: list[float] = field(default_factory=list)
    triggers: list[tuple[str, float, float | None]] = field(default_factory=list)
    """A trigger's first rule, its second, and how late its hint was; None where it never came."""
    hints_missed: int = 0
    previews: int = 0
    previews_withdrawn: int = 0
    lost: int = 0
    failed: int = 0
    unclear: int = 0
    """Stretches whose words a gate refused: a matter of the sound, not of the load."""
    reasons: list[str] = field(default_factory=list)
    """Why stretches could not be read."""
    gaps: int = 0

    def add(self, other: "Lags") -> None:
        """Take another call's lags in."""
        for name in ("finals", "captions", "partials", "hints", "triggers", "reasons"):
            getattr(self, name).extend(getattr(other, name))
        for name in (
            "hints_missed",
            "previews",
            "previews_withdrawn",
            "lost",
            "failed",
            "unclear",
            "gaps",
        ):
            setattr(self, name, getattr(self, name) + getattr(other, name))


@dataclass(frozen=True, slots=True)
class Trigger:
    """A phrase that calls for a hint: it ends at `end`, and one of `rules` answers it."""

    end: float
    rules: tuple[str, ...]


def percentile(values: Sequence[float], share: float) -> float:
    """Return the smallest value that `share` (0 to 1) of the values do not exceed; nan if none."""
    if not values:
        return float("nan")
    return sorted(values)[max(0, math.ceil(share * len(values)) - 1)]


def lags(heard: Heard, t0: float, triggers: Sequence[Trigger] = ()) -> Lags:
    """Return a call's lags."""
    reasons = [event["reason"] for _, event in heard.of("TranscriptionFailed")]
    unclear = sum(UNCLEAR in reason for reason in reasons)
    found = Lags(
        failed=len(reasons) - unclear,
        unclear=unclear,
        reasons=reasons,
        gaps=len(heard.of("AudioGap")),
    )
    for at, event in heard.of("UtteranceFinal"):
        found.finals.append(at - t0 - event["utterance"]["end"])
    for at, event in heard.of("PartialTranscript"):
        if event["text"]:
            found.partials.append(at - t0 - event["until"])
    found.captions = _captions(heard, t0)
    found.lost = _lost(heard)
    _hints(heard, t0, triggers, found)
    return found


def _captions(heard: Heard, t0: float) -> list[float]:
    """Return how far the caption was behind the voice, each tenth second of captioned speech."""
    shown: dict[int, list[tuple[float, float]]] = {}
    spans: dict[int, tuple[float, float]] = {}
    for at, event in heard.of("PartialTranscript", "UtteranceFinal"):
        if event["type"] == "UtteranceFinal":
            said = event["utterance"]
            spans[said["id"]] = (said["start"], said["end"])
            shown.setdefault(said["id"], []).append((said["end"], at - t0))
        elif event["text"]:
            shown.setdefault(event["utterance_id"], []).append((event["until"], at - t0))
    behind: list[float] = []
    for utterance, (start, end) in spans.items():
        ordered = sorted(shown[utterance])
        untils = [until for until, _ in ordered]
        soonest: list[float] = []
        for _, at in reversed(ordered):
            soonest.append(min(at, soonest[-1]) if soonest else at)
        soonest.reverse()
        for step in range(1, int((end - start) / CAPTION_STEP_S) + 1):
            spoken = start + step * CAPTION_STEP_S
            behind.append(soonest[min(bisect_left(untils, spoken), len(soonest) - 1)] - spoken)
    return behind


def _lost(heard: Heard) -> int:
    """Count stretches of speech that ended in neither words, nor none, nor a told failure."""
    stopped = {e["utterance_id"] for _, e in heard.of("SpeechStopped")}
    answered = {e["utterance"]["id"] for _, e in heard.of("UtteranceFinal")}
    answered |= {e["utterance_id"] for _, e in heard.of("TranscriptionFailed")}
    answered |= {e["utterance_id"] for _, e in heard.of("PartialTranscript") if not e["text"]}
    return len(stopped - answered)


def _hints(heard: Heard, t0: float, triggers: Sequence[Trigger], found: Lags) -> None:
    raised = {e["hint"]["id"] for _, e in heard.of("HintRaised")}
    previews = {e["hint"]["id"] for _, e in heard.of("HintPreviewed")}
    found.previews = len(previews)
    found.previews_withdrawn = len(previews - raised)
    told = [
        (at - t0, e["hint"]["rule_id"], e["hint"]["id"])
        for at, e in heard.of("HintPreviewed", "HintRaised")
    ]
    for trigger in triggers:
        lates = [
            at - trigger.end
            for at, rule, _ in told
            if rule in trigger.rules and HINT_FROM_S < at - trigger.end < HINT_TO_S
        ]
        found.triggers.append((trigger.rules[0], trigger.end, min(lates, default=None)))
        if lates:
            found.hints.append(min(lates))
        else:
            found.hints_missed += 1
