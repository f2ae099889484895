"""Calls through the driver: paces by load, and what becomes of jobs."""

import asyncio
import itertools

import numpy as np
import pytest

from models.errors import EngineFailed
from models.registry import load
from models.types import AudioFrame
from pipeline.batcher import Urgency
from pipeline.driver import OPEN_JOBS, STEADY_S, Drive, LoadLadder
from pipeline.ear import Listener, hear_now
from pipeline.errors import Overloaded
from pipeline.events import Degraded, PartialTranscript, TranscriptionFailed, UtteranceFinal
from pipeline.reading import Reading
from pipeline.redact import Redactor
from pipeline.session import CallSession, Hearing
from qa_rules.live import RuleRun
from qa_rules.packs import load_packs
from qa_rules.types import CallFacts

RATE = 8000
STEP = 800


class Desk:
    """A transcriber without threads, which answers as told, and a sink that remembers."""

    def __init__(self, loads=(0.0,)):
        self._tone = load("stt", "tone", {})
        self._loads = itertools.chain(loads, itertools.repeat(loads[-1]))
        self.asked, self.events, self.heard, self.mutes, self.points = [], [], 0, [], []
        self.open = self.most_open = 0
        self.fault = None

    @property
    def load(self):
        return next(self._loads)

    async def transcribe(self, request, urgency, deadline=0.0, replace=None):
        self.asked.append((urgency, replace))
        self.open += 1
        self.most_open = max(self.most_open, self.open)
        await asyncio.sleep(0)
        self.open -= 1
        if self.fault is not None:
            raise self.fault
        return self._tone.transcribe([request])[0]

    def event(self, event):
        self.events.append(event)

    def audio(self, samples):
        self.heard += samples.shape[1]

    def mute(self, mute):
        self.mutes.append(mute)

    def settled(self, sample):
        self.points.append(sample)

    def of(self, kind):
        return [e for e in self.events if isinstance(e, kind)]


@pytest.fixture
def drive(channels):
    async def run(samples, desk, ladder=None, step=STEP):
        vad = load("vad", "energy", {})
        reading = Reading(RuleRun(load_packs(("core_call",)), CallFacts()), Redactor())
        session = CallSession(Hearing(channels, RATE, 256), reading)
        listener = Listener(vad, 2, RATE)

        async def hear(part):
            return hear_now(vad, listener, part)

        async def frames():
            for at in range(0, samples.shape[1], step):
                yield AudioFrame(at, samples[:, at : at + step])
                await asyncio.sleep(0)

        driven = Drive(session, hear, desk, desk, name="call-1", ladder=ladder)
        await driven.run(frames(), lambda: "completed")
        return session

    return run


def test_the_ladder_asks_for_less_the_busier_it_is():
    ladder = LoadLadder()
    paces = [ladder.pace(load) for load in (0.0, 0.3, 0.5, 0.7, 0.9)]
    assert [p.every_s for p in paces] == [0.35, 0.7, None, None, None]
    assert [bool(p.at_s) for p in paces] == [False, False, True, False, False]
    assert [p.speculate for p in paces] == [True, True, True, True, False]


def test_the_ladder_may_have_no_quick_steps():
    ladder = LoadLadder(quick_s=None, brisk_s=None)
    assert ladder.pace(0.0).at_s


async def test_a_call_is_driven_to_its_end(drive, script):
    desk = Desk()
    samples = script().agent("good morning").customer("hello there").samples()
    session = await drive(samples, desk, LoadLadder())
    assert session.ended
    assert [e.utterance.text for e in desk.of(UtteranceFinal)] == ["good morning", "hello there"]
    assert desk.heard == desk.points[-1] == samples.shape[1]
    assert desk.points == sorted(desk.points)
    assert {urgency for urgency, _ in desk.asked} == {Urgency.FINAL, Urgency.PARTIAL}
    assert {key[0] for _, key in desk.asked} == {"call-1"}


async def test_a_recording_asks_for_finals_only_and_not_for_all_at_once(drive, script):
    desk, spoken = Desk(), script()
    for number in range(3 * OPEN_JOBS // 2):
        spoken.agent(f"word {number}", 0.6)
    await drive(spoken.samples(), desk, step=10**7)
    assert {urgency for urgency, _ in desk.asked} == {Urgency.OFFLINE}
    assert len(desk.of(UtteranceFinal)) == len(desk.asked) == 3 * OPEN_JOBS // 2


async def test_shed_partials_are_no_failure(drive, script):
    desk = Desk()
    desk.fault = Overloaded("busy")

    async def only_partials(request, urgency, deadline=0.0, replace=None):
        desk.asked.append((urgency, replace))
        if urgency is Urgency.PARTIAL:
            raise Overloaded("busy")
        return desk._tone.transcribe([request])[0]

    desk.transcribe = only_partials
    await drive(script().agent("let me look into that").silence(1).samples(), desk, LoadLadder())
    assert [e.utterance.text for e in desk.of(UtteranceFinal)] == ["let me look into that"]
    assert all(e.stable == len(e.text) for e in desk.of(PartialTranscript))


async def test_an_engine_that_fails_is_told_as_failed_stretches(drive, script):
    desk = Desk()
    desk.fault = EngineFailed("tone failed: no")
    await drive(script().agent("good morning").samples(), desk, LoadLadder())
    (failed,) = desk.of(TranscriptionFailed)
    assert "tone failed" in failed.reason


async def test_falling_quality_is_told_once_and_withdrawn_once(drive):
    steps = int(STEADY_S * RATE / STEP)
    flicker = [0.1, 0.9, 0.9, 0.1] * 10
    desk = Desk(flicker + [0.9] * (steps + 2) + flicker + [0.1])
    await drive(np.zeros((2, (3 * steps + 100) * STEP), np.float32), desk, LoadLadder())
    told = desk.of(Degraded)
    assert [(e.what, e.active) for e in told] == [("partials", True), ("partials", False)]
    assert "busy" in told[0].detail


async def test_a_load_that_flickers_is_not_told(drive):
    desk = Desk([0.1, 0.9, 0.9, 0.9, 0.1] * 40)
    await drive(np.zeros((2, 200 * STEP), np.float32), desk, LoadLadder())
    assert desk.of(Degraded) == []


async def test_a_fault_in_the_call_ends_its_drive(drive, script):
    desk = Desk()
    desk.fault = ZeroDivisionError("a bug")
    with pytest.raises(ExceptionGroup) as failed:
        await drive(script().agent("good morning").samples(), desk)
    assert failed.value.subgroup(ZeroDivisionError)
