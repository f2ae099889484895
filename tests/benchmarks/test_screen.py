"""What was painted is matched with what was heard."""

import os
import shutil
from typing import Any

import numpy as np
import pytest

from benchmarks.lags import Trigger, lags
from benchmarks.listener import Heard
from benchmarks.load import LoadPlan
from benchmarks.screen import CHROMIUM_VARIABLE, Note, on_screen, watch
from benchmarks.sounds import STEREO
from models.stt.tone import pause, say
from streaming.client import Sound

AHEAD = 1000.0
"""The epoch's clock less the listener's."""


def partial(channel: str, number: int, until: float, text: str) -> dict[str, Any]:
    return {
        "type": "PartialTranscript",
        "channel": channel,
        "utterance_id": number,
        "until": until,
        "text": text,
    }


def final(number: int, start: float, end: float) -> dict[str, Any]:
    said = {"id": number, "start": start, "end": end, "text": "hello there"}
    return {"type": "UtteranceFinal", "utterance": said}


def test_a_caption_is_painted_when_the_page_first_shows_its_text() -> None:
    events = [(1.0, partial("agent", 0, 0.9, "hello")), (2.0, final(0, 0.5, 1.5))]
    notes: list[Note] = [
        (1001.02, "partial", "customer", "hello"),
        (1001.05, "partial", "agent", " hello\n"),
        (1002.10, "final", "0", "hello there"),
    ]
    painted = on_screen(Heard("c", events), notes, AHEAD)
    assert [at for at, _ in painted.events] == [1001.05, 1002.10]


def test_what_was_never_painted_is_left_out() -> None:
    events = [
        (1.0, partial("agent", 0, 0.9, "hello")),
        (1.1, partial("agent", 0, 1.0, "hello you")),
    ]
    notes: list[Note] = [(1001.2, "partial", "agent", "hello you")]
    painted = on_screen(Heard("c", events), notes, AHEAD)
    assert [event["until"] for _, event in painted.events] == [1.0]


def test_the_same_words_said_before_are_not_taken_for_this_caption() -> None:
    events = [(50.0, partial("agent", 7, 49.9, "yes"))]
    notes: list[Note] = [
        (1010.0, "partial", "agent", "yes"),
        (1050.1, "partial", "agent", "yes"),
    ]
    painted = on_screen(Heard("c", events), notes, AHEAD)
    assert [at for at, _ in painted.events] == [1050.1]


def test_a_final_that_is_not_painted_stays_lost_on_the_screen() -> None:
    events = [(2.0, {"type": "SpeechStopped", "utterance_id": 0}), (2.1, final(0, 0.5, 1.5))]
    assert lags(on_screen(Heard("c", events), [], AHEAD), 1000.0).lost == 1


def test_a_hint_counts_from_its_first_painting() -> None:
    events = [
        (1.0, {"type": "HintPreviewed", "hint": {"id": "a", "rule_id": "r"}}),
        (2.0, {"type": "HintRaised", "hint": {"id": "a", "rule_id": "r"}}),
    ]
    notes: list[Note] = [(1001.1, "hint", "a", ""), (1005.0, "hint", "a", "")]
    painted = on_screen(Heard("c", events), notes, AHEAD)
    assert [at for at, _ in painted.events] == [1001.1, 1001.1]


@pytest.mark.browser
@pytest.mark.skipif(
    not (os.environ.get(CHROMIUM_VARIABLE) or shutil.which("chromium")), reason="no Chromium"
)
async def test_the_desk_shows_captions_and_the_hint_soon_after_the_socket() -> None:
    wish = say("let me speak to your manager")
    customer = np.concatenate([pause(1.0), wish, pause(1.0)])
    sound = Sound(np.stack([np.zeros_like(customer), customer]), 8_000, STEREO)
    trigger = Trigger(1.0 + len(wish) / 8_000, ("offer_supervisor",))
    config = '[stt]\nengine = "tone"\n[vad]\nengine = "energy"\n'
    plan = LoadPlan(1, sound.seconds, hints=True, config=config)
    on_socket, shown = await watch(plan, [(sound, (trigger,))])
    assert len(on_socket.finals) == len(shown.finals) == 1
    assert len(on_socket.hints) == len(shown.hints) == 1
    assert -0.05 < shown.finals[0] - on_socket.finals[0] < 3.0
    assert -0.05 < shown.hints[0] - on_socket.hints[0] < 6.0
    assert shown.captions
