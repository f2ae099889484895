from itertools import pairwise

import numpy as np
import pytest

from models.registry import load
from models.types import AudioFrame
from pipeline.ear import Listener, hear_now
from pipeline.errors import FrameOutOfOrder
from pipeline.events import PartialTranscript, SpeechStarted, SpeechStopped, UtteranceFinal
from pipeline.jobs import NO_PARTIALS, Kind, Mute, Pace, TranscribeJob, Withdraw
from pipeline.reading import Reading
from pipeline.redact import Redactor
from pipeline.session import CallSession, Hearing
from qa_rules.live import RuleRun
from qa_rules.packs import load_packs
from qa_rules.types import CallFacts

RATE = 8000


class Playing:
    """A session fed in frames of 32 ms, its jobs answered by the tone engine when asked to."""

    def __init__(self, channels, pace, packs=("core_call",)):
        self.vad, self.stt = load("vad", "energy", {}), load("stt", "tone", {})
        reading = Reading(RuleRun(load_packs(packs), CallFacts()), Redactor())
        self.session = CallSession(Hearing(channels, RATE, 256), reading)
        self.session.pace = pace
        self.listener = Listener(self.vad, len(channels), RATE)
        self.outputs, self.jobs, self.at = [], {}, 0

    def hear(self, samples, answer=True):
        for i in range(0, samples.shape[1], 256):
            part = samples[:, i : i + 256]
            self.act(
                self.session.feed(
                    AudioFrame(self.at, part), hear_now(self.vad, self.listener, part)
                )
            )
            self.at += part.shape[1]
            if answer:
                self.answer()

    def answer(self):
        while self.jobs:
            job = self.jobs.pop(min(self.jobs))
            self.act(self.session.deliver(job.id, self.stt.transcribe([job.request])[0]))

    def act(self, outputs):
        self.outputs += outputs
        for output in outputs:
            if isinstance(output, TranscribeJob):
                self.jobs[output.id] = output
            elif isinstance(output, Withdraw):
                self.jobs.pop(output.job_id)

    def of(self, kind):
        return [o for o in self.outputs if isinstance(o, kind)]


@pytest.fixture
def playing(channels):
    def make(pace=NO_PARTIALS, **options):
        return Playing(channels, pace, **options)

    return make


def test_a_frame_out_of_place_is_refused(playing):
    call = playing()
    call.hear(np.zeros((2, 256), np.float32))
    with pytest.raises(FrameOutOfOrder, match="300, not at 256"):
        call.session.feed(
            AudioFrame(300, np.zeros((2, 256), np.float32)), np.zeros((2, 1), np.float32)
        )


def test_words_carry_the_seconds_at_which_they_were_spoken(playing, script):
    call = playing()
    call.hear(script().silence(1.0).customer("where is my order").silence(1.0).samples())
    (final,) = call.of(UtteranceFinal)
    assert final.utterance.text == "where is my order"
    assert final.utterance.start == pytest.approx(1.0, abs=0.04)
    assert final.utterance.end == pytest.approx(1.0 + 17 * 0.05, abs=0.04)
    (started,), (stopped,) = call.of(SpeechStarted), call.of(SpeechStopped)
    assert (started.at, stopped.at) == (final.utterance.start, final.utterance.end)


def test_a_speculative_answer_is_the_final_when_the_silence_lasts(playing, script):
    call = playing(Pace(speculate=True))
    call.hear(script().customer("where is my order").silence(1.0).samples())
    assert [j.kind for j in call.of(TranscribeJob)] == [Kind.SPECULATIVE]
    assert [f.utterance.text for f in call.of(UtteranceFinal)] == ["where is my order"]


def test_a_speculation_is_withdrawn_when_speech_goes_on(playing, script):
    call = playing(Pace(speculate=True))
    spoken = script().customer("where is", pause=0.4).customer("my order").silence(1.0).samples()
    call.hear(spoken, answer=False)
    kinds = [j.kind for j in call.of(TranscribeJob)]
    assert kinds == [Kind.SPECULATIVE, Kind.SPECULATIVE]
    assert len(call.of(Withdraw)) == 1
    call.answer()
    assert [f.utterance.text for f in call.of(UtteranceFinal)] == ["where is my order"]


def test_captions_grow_and_say_how_far_they_have_heard(playing, script):
    call = playing(Pace(every_s=0.4))
    call.hear(script().agent("let me look into that for you right now").silence(1.0).samples())
    partials = [p for p in call.of(PartialTranscript) if p.text]
    assert len(partials) >= 3
    untils = [p.until for p in partials]
    assert untils == sorted(untils)
    assert all(later.text.startswith(earlier.text[:-2]) for earlier, later in pairwise(partials))
    assert partials[-1].stable > 0


def test_silence_holds_no_audio_and_asks_for_nothing(playing):
    call = playing(Pace(every_s=0.35))
    call.hear(np.zeros((2, 60 * RATE), np.float32))
    assert call.of(TranscribeJob) == []
    for leg in call.session._legs.values():
        assert leg._audio.end - leg._audio.start < RATE


def test_what_is_settled_grows_to_the_end(playing, script):
    call = playing()
    samples = script().customer("my card number is").silence(0.2).samples()
    call.hear(samples, answer=False)
    begun = call.session.settled
    assert begun < 1000
    call.act(call.session.end())
    assert call.session.settled == begun
    call.answer()
    assert call.session.settled == samples.shape[1]


def test_card_digits_are_muted_over_the_whole_utterance(playing, script):
    call = playing(packs=("card_payment",))
    line = (
        "my card number is four two four two four two four two four two four two four two four two"
    )
    call.hear(script().silence(0.5).customer(line).silence(1.0).samples())
    (mute,) = call.of(Mute)
    (final,) = call.of(UtteranceFinal)
    assert "four two" not in final.utterance.text
    assert final.redacted == ("card",)
    assert mute.start <= 0.5 * RATE
    assert mute.stop >= (0.5 + len(line) * 0.05) * RATE


def test_both_sides_at_once_are_both_heard(playing, script):
    call = playing()
    call.hear(
        script()
        .agent("may i just explain what happened", pause=0)
        .over("no you may not", 0.8)
        .silence(1)
        .samples()
    )
    assert sorted(f.utterance.text for f in call.of(UtteranceFinal)) == [
        "may i just explain what happened",
        "no you may not",
    ]
