"""The three promises of a session: frame size, order of answers, live and recorded."""

import functools
import random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.errors import EngineFailed
from models.registry import load
from models.stt.tone import say
from models.types import AudioFrame, Channel, ClassifyRequest
from pipeline.ear import Listener, hear_now
from pipeline.events import durable
from pipeline.jobs import NO_PARTIALS, SCHEDULE_S, ClassifyJob, Pace, TranscribeJob, Withdraw
from pipeline.reading import Reading
from pipeline.redact import Redactor
from pipeline.session import CallSession, Hearing
from qa_rules.live import RuleRun
from qa_rules.packs import load_packs
from qa_rules.types import CallFacts

RATE = 8000
SIDES = (Channel.AGENT, Channel.CUSTOMER)
LINES = [
    (0, 0.3, "thank you for calling northwind my name is dana"),
    (1, 3.0, "i have called three times about this and it is ridiculous"),
    (0, 6.4, "i am so sorry about that how can i help"),
    (1, 8.9, "i want to speak to your manager"),
    (0, 9.6, "of course"),
    (
        1,
        11.8,
        "my card number is four two four two four two four two four two four two four two four two",
    ),
    (0, 18.0, "thank you is there anything else i can do for you today"),
    (1, 22.5, "no thanks goodbye"),
]


@functools.cache
def call():
    whole = np.zeros((2, 25 * RATE), np.float32)
    for channel, start, text in LINES:
        sound = say(text, rate_hz=RATE)
        first = int(start * RATE)
        whole[channel, first : first + len(sound)] += sound
    return whole


@functools.cache
def engines():
    return load("vad", "energy", {}), load("stt", "tone", {})


@functools.cache
def packs():
    return load_packs(("complaint_resolution", "card_payment"))


class Slow:
    """The lexical classifier, told to be one that takes time."""

    instant = False

    def __init__(self):
        self._engine = load(
            "classify", "lexical", {"intents": {"manager": {"examples": ["speak to your manager"]}}}
        )
        self.info = self._engine.info

    def classify(self, batch):
        return self._engine.classify(batch)


@functools.cache
def classifier():
    return Slow()


def new_session():
    vad, _ = engines()
    reading = Reading(RuleRun(packs(), CallFacts(company="Northwind")), Redactor(), classifier())
    return CallSession(Hearing(SIDES, RATE, vad.window(RATE)), reading)


def answered(session, job, fail=()):
    _, stt = engines()
    if isinstance(job, ClassifyJob):
        assert isinstance(job.request, ClassifyRequest)
        return session.label(job.id, classifier().classify([job.request])[0])
    if job.utterance_id in fail:
        return session.fail(job.id, EngineFailed("no"))
    return session.deliver(job.id, stt.transcribe([job.request])[0])


def play(sizes, pick=lambda waiting: 0, pace=NO_PARTIALS, fail=()):
    """Run the call; `pick` chooses which open job is answered next, None to hear on."""
    session, events, jobs = new_session(), [], []
    vad, _ = engines()
    listener = Listener(vad, 2, RATE)
    session.pace = pace

    def act(outputs):
        for output in outputs:
            match output:
                case TranscribeJob() | ClassifyJob():
                    jobs.append(output)
                case Withdraw(job_id):
                    jobs[:] = [j for j in jobs if j.id != job_id]
                case _:
                    events.append(output)

    samples, at, number = call(), 0, 0
    while at < samples.shape[1]:
        size = sizes[number % len(sizes)]
        number += 1
        part = samples[:, at : at + size]
        act(session.feed(AudioFrame(at, part), hear_now(vad, listener, part)))
        at += part.shape[1]
        while jobs and (chosen := pick(len(jobs))) is not None:
            act(answered(session, jobs.pop(chosen), fail))
    act(session.end())
    while jobs:
        act(answered(session, jobs.pop(0), fail))
    assert session.ended
    return [
        e
        for e in events
        if not isinstance(e, TranscribeJob) and e.__class__.__name__ != "Mute" and durable(e)
    ]


@functools.cache
def reference(fail=()):
    return play([4000], fail=fail)


def texts(events):
    return [e.utterance.text for e in events if e.type == "UtteranceFinal"]


def test_the_call_is_heard_as_it_was_said():
    heard = texts(reference())
    assert len(heard) == len(LINES)
    assert heard[0] == LINES[0][2]
    assert "[card number]" in " ".join(heard)
    kinds = {e.type for e in reference()}
    assert {"LabelsAdded", "HintRaised", "ChecklistChanged", "AngerChanged", "CallEnded"} <= kinds


@pytest.mark.parametrize("size", [97, 160, 513, 1600, 16_000, 10**6])
def test_frame_size_does_not_matter(size):
    assert play([size]) == reference()


PACES = (
    NO_PARTIALS,
    Pace(every_s=0.35),
    Pace(at_s=SCHEDULE_S),
    Pace(every_s=0.8, speculate=False),
)


@settings(max_examples=25, deadline=None)
@given(
    seed=st.integers(0, 2**32),
    eager=st.floats(0, 1),
    pace=st.sampled_from(PACES),
    sizes=st.lists(st.sampled_from([160, 400, 800, 3200, 20_000]), min_size=1, max_size=5),
)
def test_neither_order_nor_lateness_of_answers_nor_pace_matters(seed, eager, pace, sizes):
    rng = random.Random(seed)

    def pick(waiting):
        return rng.randrange(waiting) if rng.random() < eager else None

    assert play(sizes, pick, pace) == reference()


@pytest.mark.parametrize("fail", [(0,), (2, 3), tuple(range(8))])
def test_a_failed_utterance_is_told_in_its_place(fail):
    events = reference(fail)
    failed = [e.utterance_id for e in events if e.type == "TranscriptionFailed"]
    assert sorted(failed) == list(fail)
    assert play([777], lambda n: n - 1, Pace(every_s=0.5), fail) == events


def test_no_card_digits_leave_the_session_in_any_caption_or_event():
    for event in play([800], lambda n: 0, Pace(every_s=0.35)):
        assert "four two four two" not in repr(event)
