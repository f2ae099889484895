"""One call, without input or output.

Audio goes in by `feed`, answers come back by `deliver`, `label`, `refuse` and `fail`; all return
what to do next. The session never waits, reads no clock and touches no thread, so live calls,
recordings and tests run the very same code.

Finals are released in the order in which their utterances were cut. An utterance's labels are
waited for before the next final is released, and rules whose time is up are judged as soon as no
utterance that began earlier can still come. So the durable events are the same for any size of
frame and any order of answers.
"""

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from models.errors import ModelError
from models.prosody.head import Head
from models.prosody.measure import Measures
from models.types import (
    AudioFrame,
    Channel,
    Label,
    Samples,
    SttRequest,
    Transcription,
    Utterance,
)
from pipeline import events as ev
from pipeline.endpoint import Change, Endpointing
from pipeline.errors import FrameOutOfOrder
from pipeline.jobs import (
    NO_PARTIALS,
    ClassifyJob,
    Kind,
    Mute,
    Output,
    Pace,
    TranscribeJob,
    Withdraw,
)
from pipeline.leg import Cut, Leg, seconds
from pipeline.reading import MuteSpan, Reading
from pipeline.stabilise import stable_prefix
from pipeline.voice import VoiceWatch

DOUBTED = frozenset({"loop", "cap", "packed", "unlikely"})
"""Gates that doubt the reading of what was speech; the others say that there was none."""
DOUBTED_S = 1.0


@dataclass(frozen=True, slots=True)
class Hearing:
    """How a call is heard: `window` samples per voice activity decision.

    `hot_words` are names to expect; `voice` weighs the customer's voice, never another's.
    """

    channels: tuple[Channel, ...]
    rate_hz: int
    window: int
    language: str = "en"
    words: bool = False
    endpointing: Endpointing = field(default_factory=Endpointing)
    voice: Head | None = None
    hot_words: tuple[str, ...] = ()


@dataclass(slots=True)
class _Pending:
    """A cut utterance that waits for its text."""

    channel: Channel
    cut: Cut
    answer: Transcription | ModelError | None = None
    voice: Measures | None = None


class CallSession:
    """The state of one call."""

    def __init__(self, hearing: Hearing, reading: Reading) -> None:
        self._h, self.reading = hearing, reading
        self._legs = {
            c: Leg(c, hearing.rate_hz, hearing.window, hearing.endpointing)
            for c in hearing.channels
        }
        self._jobs: dict[int, TranscribeJob | ClassifyJob] = {}
        self._order: deque[_Pending] = deque()
        self._by_utterance: dict[int, _Pending] = {}
        self._early: dict[int, tuple[Transcription, Measures | None]] = {}
        self._voice = VoiceWatch(hearing.voice)
        self._labelling: Cut | None = None
        self._next_job = self._next_utterance = 0
        self._end = 0
        self._ending = ""
        self._lag = (
            int(
                (hearing.endpointing.min_speech_s + hearing.endpointing.preroll_s) * hearing.rate_hz
            )
            + 2 * hearing.window
        )
        self.pace: Pace = NO_PARTIALS
        self.ended = False

    def feed(self, frame: AudioFrame, speech: Samples) -> list[Output]:
        """Hear a frame; `speech` has shape [channels, windows], the windows this frame completes.

        Raises:
            FrameOutOfOrder: the frame does not start where the last one stopped.
        """
        if frame.start != self._end:
            raise FrameOutOfOrder(f"a frame starts at sample {frame.start}, not at {self._end}")
        self._end += frame.samples.shape[1]
        legs = list(self._legs.values())
        for leg, samples in zip(legs, frame.samples, strict=True):
            leg.append(samples)
        out: list[Output] = []
        for window in np.ascontiguousarray(speech.T).tolist():
            for leg, probability in zip(legs, window, strict=True):
                out += self._window(leg, probability)
        return out + self._judge_time()

    def deliver(
        self, job_id: int, answer: Transcription, voice: Measures | None = None
    ) -> list[Output]:
        """Take a transcription, and the voice's measures where the job asked for them.

        One that is no longer wanted is dropped.
        """
        job = self._jobs.pop(job_id, None)
        if not isinstance(job, TranscribeJob):
            return []
        if job.kind is Kind.PARTIAL:
            return self._partial(job, answer)
        pending = self._by_utterance.get(job.utterance_id)
        if pending is None:
            self._early[job_id] = answer, voice
            return self._partial(job, answer)
        pending.answer, pending.voice = answer, voice
        return self._release()

    def label(self, job_id: int, labels: Sequence[Label]) -> list[Output]:
        """Take an utterance's labels."""
        job = self._jobs.pop(job_id, None)
        if not isinstance(job, ClassifyJob) or self._labelling is None:
            return []
        self._labelling = None
        return [*self.reading.label(job.utterance_id, tuple(labels)), *self._release()]

    def refuse(self, job_id: int) -> list[Output]:
        """The job was shed: a partial is forgotten."""
        job = self._jobs.pop(job_id, None)
        if isinstance(job, TranscribeJob) and job.kind is Kind.PARTIAL:
            self._forget_partial(job)
        return []

    def fail(self, job_id: int, error: ModelError) -> list[Output]:
        """The job could not be done: a final becomes a failed stretch, labels become none."""
        job = self._jobs.get(job_id)
        if isinstance(job, ClassifyJob):
            return self.label(job_id, ())
        self._jobs.pop(job_id, None)
        if job is None:
            return []
        if job.kind is Kind.PARTIAL:
            self._forget_partial(job)
            return []
        pending = self._by_utterance.get(job.utterance_id)
        if pending is None:
            self._legs[job.channel].speculative_job = None
            return []
        pending.answer = error
        return self._release()

    def tell(self, event: str, value: object = None) -> list[Output]:
        """Take what the telephony knows, at the point of the call clock now reached."""
        return list(self.reading.tell(event, self._seconds(self._end), value))

    def gap(self, channel: Channel, start: int, stop: int, reason: str) -> list[Output]:
        """Note that samples [start, stop) never came and are silence."""
        return [ev.AudioGap(channel, self._seconds(start), self._seconds(stop), reason)]

    def dismiss(self, hint_id: str) -> list[Output]:
        """Note that the agent sent a hint away."""
        gone = self.reading.rules.dismiss(hint_id, self._seconds(self._end))
        return list(self.reading.events(gone))

    def end(self, reason: str = "completed") -> list[Output]:
        """The audio is over: close what is open."""
        self._ending = reason
        out: list[Output] = []
        for leg in self._legs.values():
            if leg.speaking:
                out += self._stop(leg, leg.close(self._end))
        return out + self._release()

    @property
    def seconds(self) -> float:
        """How much of the call was heard."""
        return self._seconds(self._end)

    @property
    def settled(self) -> int:
        """The sample before which everything is read, redacted and published."""
        starts = [p.cut.start for p in self._order]
        starts += [leg.clip_start for leg in self._legs.values() if leg.speaking]
        if self._ending:
            return min(starts, default=self._end)
        return max(0, min([*starts, self._heard() - self._lag]))

    # -- audio in -------------------------------------------------------------------------------

    def _window(self, leg: Leg, probability: float) -> list[Output]:
        match leg.step(probability):
            case Change.START:
                at = leg.begin(self._number())
                return [ev.SpeechStarted(leg.channel, self._next_utterance - 1, self._seconds(at))]
            case Change.PAUSE:
                return self._speculate(leg)
            case Change.RESUME:
                return self._withdraw(leg)
            case Change.STOP:
                return self._stop(leg, leg.close())
            case Change.SPLIT:
                out = self._withdraw(leg)
                return out + self._stop(leg, leg.split(self._number()))
        return self._ask_partial(leg) if leg.speaking and leg.voiced else []

    def _speculate(self, leg: Leg) -> list[Output]:
        if not self.pace.speculate or not leg.voiced:
            return []
        job = self._job(leg, leg.so_far(), Kind.SPECULATIVE)
        leg.speculative_job = job.id
        return [job]

    def _withdraw(self, leg: Leg) -> list[Output]:
        job_id, leg.speculative_job = leg.speculative_job, None
        if job_id is None:
            return []
        self._early.pop(job_id, None)
        return [] if self._jobs.pop(job_id, None) is None else [Withdraw(job_id)]

    def _stop(self, leg: Leg, cut: Cut) -> list[Output]:
        out: list[Output] = []
        if leg.partial_job is not None and self._jobs.pop(leg.partial_job, None) is not None:
            out.append(Withdraw(leg.partial_job))
        at = self._seconds(cut.speech_stop)
        out.append(ev.SpeechStopped(leg.channel, cut.utterance_id, at))
        if cut.voiced_s <= 0 or cut.stop <= cut.start:
            return [*out, self._nothing(leg.channel, cut)]
        pending = _Pending(leg.channel, cut)
        self._order.append(pending)
        self._by_utterance[cut.utterance_id] = pending
        early, leg.speculative_job = leg.speculative_job, None
        if early is not None and early in self._early:
            pending.answer, pending.voice = self._early.pop(early)
            return out + self._release()
        if early is None or early not in self._jobs:
            out.append(self._job(leg, cut, Kind.FINAL))
        return out

    def _ask_partial(self, leg: Leg) -> list[Output]:
        due = self.pace.due(leg.partial_at - leg.clip_start, self._h.rate_hz)
        if due is None or leg.heard - leg.clip_start < due:
            return []
        leg.partial_at = leg.heard
        job = self._job(leg, leg.partial(), Kind.PARTIAL)
        leg.partial_job = job.id
        return [job]

    def _job(self, leg: Leg, cut: Cut, kind: Kind) -> TranscribeJob:
        request = SttRequest(
            leg.clip(cut.start, cut.stop),
            self._h.rate_hz,
            self._h.language,
            words=self._h.words and kind is not Kind.PARTIAL,
            speech_s=cut.voiced_s,
            width=1 if kind is Kind.PARTIAL else None,
            hot_words=self._h.hot_words,
        )
        at, voice = (cut.start, cut.stop), self._voice.wants(leg.channel, kind)
        job = TranscribeJob(
            self._next_job, cut.utterance_id, leg.channel, kind, *at, request, voice
        )
        self._next_job += 1
        self._jobs[job.id] = job
        return job

    def _number(self) -> int:
        self._next_utterance += 1
        return self._next_utterance - 1

    # -- answers --------------------------------------------------------------------------------

    def _partial(self, job: TranscribeJob, answer: Transcription) -> list[Output]:
        leg = self._legs[job.channel]
        if leg.partial_job == job.id:
            leg.partial_job = None
        if leg.utterance_id != job.utterance_id or job.stop <= leg.partial_until:
            return []
        leg.partial_until = job.stop
        text = self.reading.hide(job.channel, answer.text)
        stable = stable_prefix(leg.partial_text, text)
        if job.kind is Kind.SPECULATIVE:
            stable = len(text)
        leg.partial_text = text
        start, until = self._seconds(leg.speech_start), self._seconds(job.stop)
        partial = ev.PartialTranscript(job.channel, job.utterance_id, start, until, text, stable)
        sure = text if stable == len(text) else text.rpartition(" ")[0]
        if not sure or sure == leg.previewed_text:
            return [partial]
        leg.previewed_text = sure
        said = Utterance(job.utterance_id, job.channel, start, until, sure)
        return [partial, *self.reading.preview(said, leg.previewed)]

    def _forget_partial(self, job: TranscribeJob) -> None:
        leg = self._legs[job.channel]
        if leg.partial_job == job.id:
            leg.partial_job = None

    def _release(self) -> list[Output]:
        out: list[Output] = []
        while self._labelling is None and self._order and self._order[0].answer is not None:
            out += self._judge_time()
            pending = self._order.popleft()
            del self._by_utterance[pending.cut.utterance_id]
            out += self._publish(pending)
        out += self._judge_time()
        if self._ending and not self._order and self._labelling is None and not self.ended:
            self.ended = True
            out += self.reading.end(self.seconds)
            out.append(ev.CallEnded(self.seconds, self._ending))
        return out

    def _publish(self, pending: _Pending) -> list[Output]:
        cut, answer, channel = pending.cut, pending.answer, pending.channel
        start, end = self._seconds(cut.speech_start), self._seconds(cut.speech_stop)
        if isinstance(answer, ModelError):
            failed = ev.TranscriptionFailed(cut.utterance_id, channel, start, end, str(answer))
            return [failed, *self.reading.unheard(start, end), *self._hush(channel, cut)]
        if answer is None or not answer.text:
            return self._no_words(channel, cut, answer)
        heard = cut.utterance(channel, answer, self._h.rate_hz)
        return self._say(heard, cut, self._voice.labels(pending.voice, answer.text))

    def _say(self, heard: Utterance, cut: Cut, beside: tuple[Label, ...]) -> list[Output]:
        told, mutes, request = self.reading.say(heard, beside)
        out: list[Output] = [self._mute(span, cut) for span in mutes]
        out += told
        if request is not None:
            job = ClassifyJob(self._next_job, heard.id, request)
            self._next_job += 1
            self._jobs[job.id] = job
            self._labelling = cut
            out.append(job)
        return out

    # -- time and rules -------------------------------------------------------------------------

    def _judge_time(self) -> list[Output]:
        """Judge the rules whose time is up, where nothing said earlier can still come."""
        if self._labelling is not None:
            return []
        starts = [p.cut.speech_start for p in self._order]
        starts += [leg.speech_start for leg in self._legs.values() if leg.speaking]
        floor = min([*starts, self._end if self._ending else self._heard() - self._lag])
        return list(self.reading.advance(self._seconds(floor)))

    def _mute(self, span: MuteSpan, cut: Cut) -> Mute:
        return Mute(span.channel, *cut.covering(span.start, span.end, self._h.rate_hz))

    def _no_words(self, channel: Channel, cut: Cut, answer: Transcription | None) -> list[Output]:
        """Tell a doubted reading of speech as failed; the rest was no speech."""
        reason = "" if answer is None else answer.rejected or ""
        hushed = self._hush(channel, cut)
        if reason not in DOUBTED or cut.voiced_s < DOUBTED_S:
            return [self._nothing(channel, cut), *hushed]
        start, end = self._seconds(cut.speech_start), self._seconds(cut.speech_stop)
        why = f"the words were not clear enough to write down ({reason})"
        failed = ev.TranscriptionFailed(cut.utterance_id, channel, start, end, why)
        return [failed, *self.reading.unheard(start, end), *hushed]

    def _hush(self, channel: Channel, cut: Cut) -> list[Output]:
        """Mute speech that gave no words where a card number may have been said in it."""
        start, end = self._seconds(cut.speech_start), self._seconds(cut.speech_stop)
        return [self._mute(span, cut) for span in self.reading.hush(channel, start, end)]

    def _nothing(self, channel: Channel, cut: Cut) -> Output:
        start, end = self._seconds(cut.speech_start), self._seconds(cut.speech_stop)
        return ev.PartialTranscript(channel, cut.utterance_id, start, end, "")

    def _heard(self) -> int:
        return min(leg.heard for leg in self._legs.values())

    def _seconds(self, samples: int) -> float:
        return seconds(samples, self._h.rate_hz)
