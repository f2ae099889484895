"""The promises about voices: the customer's only, and the same however the call is heard."""

import functools
import random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.prosody.head import read_head
from models.prosody.measure import measure
from models.registry import load
from models.types import AudioFrame, Channel, Transcription
from pipeline.ear import Listener, hear_now
from pipeline.events import durable
from pipeline.jobs import NO_PARTIALS, SCHEDULE_S, Pace, TranscribeJob, Withdraw
from pipeline.reading import Reading
from pipeline.redact import Redactor
from pipeline.session import CallSession, Hearing
from qa_rules.live import RuleRun
from qa_rules.packs import load_packs
from qa_rules.types import CallFacts

RATE = 8000
SIDES = (Channel.AGENT, Channel.CUSTOMER)
CALM, SHOUTED = (105.0, 4.0, 0.05, 1.0), (165.0, 5.5, 0.16, 2.0)
"""Pitch in Hz, syllables a second, level, and the gain above 1 kHz."""
TURNS = [
    (0, 0.3, 1.8, CALM),
    (1, 2.8, 2.6, CALM),
    (0, 6.2, 2.0, SHOUTED),
    (1, 9.0, 2.8, CALM),
    (1, 12.7, 2.5, CALM),
    (0, 15.9, 1.6, SHOUTED),
    (1, 18.3, 2.4, SHOUTED),
    (1, 21.6, 2.2, CALM),
]
"""Channel, start, seconds and manner: the agent shouts too."""
RAISED_TURN = 6


def voice(hz, per_s, level, effort, seconds):
    at = np.arange(int(seconds * RATE)) / RATE
    glide = hz * 2 ** (0.12 * np.sin(2 * np.pi * 0.7 * at))
    phase = 2 * np.pi * np.cumsum(glide) / RATE
    out = np.zeros(len(at))
    for number in range(1, int(3400 / (hz * 1.1)) + 1):
        if number * hz >= 300:
            loud = (effort if number * hz > 1000 else 1.0) / number
            out += loud * np.cos(number * phase + number**2)
    out *= 0.08 + 0.5 - 0.5 * np.cos(2 * np.pi * per_s * at)
    out += 0.01 * out.std() * np.random.default_rng(1).standard_normal(len(at))
    return (level * out / np.sqrt(np.mean(out**2))).astype(np.float32)


@functools.cache
def call():
    whole = np.zeros((2, 25 * RATE), np.float32)
    for channel, start, seconds, manner in TURNS:
        sound = voice(*manner, seconds)
        first = int(start * RATE)
        whole[channel, first : first + len(sound)] += sound
    return whole


@functools.cache
def packs():
    return load_packs(("complaint_resolution",))


def play(sizes, pick=lambda waiting: 0, pace=NO_PARTIALS, channels=SIDES, head=True):
    """Run the call; return its durable events, and the channels whose clips were measured."""
    vad = load("vad", "energy", {})
    reading = Reading(RuleRun(packs(), CallFacts()), Redactor())
    voice_head = read_head() if head else None
    hearing = Hearing(channels, RATE, vad.window(RATE), voice=voice_head)
    session = CallSession(hearing, reading)
    session.pace = pace
    listener = Listener(vad, len(channels), RATE)
    events, jobs, measured = [], [], []

    def act(outputs):
        for output in outputs:
            match output:
                case TranscribeJob():
                    jobs.append(output)
                case Withdraw(job_id):
                    jobs[:] = [j for j in jobs if j.id != job_id]
                case _:
                    events.append(output)

    def answer(job):
        found = None
        if job.voice:
            measured.append(job.channel)
            found = measure(job.request.samples, RATE)
        act(session.deliver(job.id, Transcription(f"what about it then {job.utterance_id}"), found))

    samples = call() if len(channels) == 2 else call().sum(axis=0, keepdims=True)
    at, number = 0, 0
    while at < samples.shape[1]:
        part = samples[:, at : at + sizes[number % len(sizes)]]
        number += 1
        act(session.feed(AudioFrame(at, part), hear_now(vad, listener, part)))
        at += part.shape[1]
        while jobs and (chosen := pick(len(jobs))) is not None:
            answer(jobs.pop(chosen))
    act(session.end())
    while jobs:
        answer(jobs.pop(0))
    assert session.ended
    return [e for e in events if e.__class__.__name__ != "Mute" and durable(e)], set(measured)


@functools.cache
def reference():
    return play([4000])[0]


def raised(events):
    return [
        (e.utterance_id, label.name)
        for e in events
        if e.type == "LabelsAdded"
        for label in e.labels
        if label.kind == "prosody"
    ]


def test_the_shouted_turn_of_the_customer_is_labelled_and_no_other():
    finals = [e.utterance for e in reference() if e.type == "UtteranceFinal"]
    assert len(finals) == len(TURNS)
    shouted = [u.id for u in finals if abs(u.start - TURNS[RAISED_TURN][1]) < 0.2]
    assert raised(reference()) == [(shouted[0], "raised")]


@pytest.mark.parametrize("size", [97, 160, 513, 1600, 16_000, 10**6])
def test_the_size_of_a_frame_changes_nothing(size):
    assert play([size])[0] == reference()


PACES = (
    NO_PARTIALS,
    Pace(every_s=0.35),
    Pace(at_s=SCHEDULE_S),
    Pace(every_s=0.8, speculate=False),
)


@settings(max_examples=20, deadline=None)
@given(
    seed=st.integers(0, 2**32),
    eager=st.floats(0, 1),
    pace=st.sampled_from(PACES),
    sizes=st.lists(st.sampled_from([160, 400, 800, 3200, 20_000]), min_size=1, max_size=5),
)
def test_only_the_customer_is_measured_and_the_outcome_is_one_for_any_order(
    seed, eager, pace, sizes
):
    rng = random.Random(seed)

    def pick(waiting):
        return rng.randrange(waiting) if rng.random() < eager else None

    events, measured = play(sizes, pick, pace)
    assert measured == {Channel.CUSTOMER}
    assert events == reference()


@pytest.mark.parametrize("pace", PACES)
def test_a_mixed_recording_is_never_measured(pace):
    events, measured = play([1600], pace=pace, channels=(Channel.MIXED,))
    assert measured == set()
    assert raised(events) == []


def test_the_role_of_a_channel_decides_and_not_its_place():
    """With the sides exchanged the same shouts are the agent's, and nothing is said of them."""
    events, measured = play([1600], channels=(Channel.CUSTOMER, Channel.AGENT))
    assert measured == {Channel.CUSTOMER}
    shouted = {
        e.utterance.id
        for e in events
        if e.type == "UtteranceFinal" and e.utterance.channel is Channel.AGENT
    }
    assert not {utterance for utterance, _ in raised(events)} & shouted


def test_switched_off_nothing_is_measured():
    events, measured = play([1600], head=False)
    assert measured == set()
    assert raised(events) == []


def test_a_voice_alone_never_raises_the_flag():
    """The words of this call are harmless, so however the customer shouts, no anger is told."""
    assert raised(reference())
    assert not [e for e in reference() if e.type == "AngerChanged"]
