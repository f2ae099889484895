"""One channel of a call: its recent audio, and the utterance that is open on it."""

from dataclasses import dataclass, replace

from models.types import Channel, Samples, Transcription, Utterance
from pipeline.buffer import AudioBuffer
from pipeline.endpoint import Change, Endpointer, Endpointing


@dataclass(frozen=True, slots=True)
class Cut:
    """An utterance as audio: clip [start, stop) and the speech in it, in samples of the call clock.

    `voiced_s` is how much of it the voice activity engine took for speech.
    """

    utterance_id: int
    start: int
    stop: int
    speech_start: int
    speech_stop: int
    voiced_s: float

    def utterance(self, channel: Channel, heard: Transcription, rate_hz: int) -> Utterance:
        """Return what was heard in the clip as an utterance of the call, its words shifted."""
        offset = seconds(self.start, rate_hz)
        words = (replace(w, start=w.start + offset, end=w.end + offset) for w in heard.words)
        return Utterance(
            self.utterance_id,
            channel,
            seconds(self.speech_start, rate_hz),
            seconds(self.speech_stop, rate_hz),
            heard.text,
            heard.confidence,
            tuple(words),
        )

    def covering(self, start_s: float, end_s: float, rate_hz: int) -> tuple[int, int]:
        """Return seconds of the call in samples; what covers the speech takes the whole clip."""
        start, stop = int(start_s * rate_hz), int(end_s * rate_hz) + 1
        if start <= self.speech_start and stop >= self.speech_stop:
            start, stop = min(start, self.start), max(stop, self.stop)
        return max(0, start), stop


def seconds(samples: int, rate_hz: int) -> float:
    """Return samples of the call clock as the seconds that events tell."""
    return round(samples / rate_hz, 4)


class Leg:
    """Follows one channel, window by window."""

    def __init__(self, channel: Channel, rate_hz: int, window: int, config: Endpointing) -> None:
        self.channel = channel
        self._window, self._rate = window, rate_hz
        self._preroll = int(config.preroll_s * rate_hz)
        self._tail = int(config.tail_s * rate_hz)
        self._keep = int((config.preroll_s + config.min_speech_s) * rate_hz) + 2 * window
        self._endpointer = Endpointer(config, window / rate_hz)
        self._audio = AudioBuffer()
        self._heard = 0
        self._free = 0
        self.utterance_id: int | None = None
        self.clip_start = self.speech_start = 0
        self.partial_at = 0
        self.partial_job: int | None = None
        self.partial_until = 0
        self.partial_text = ""
        self.speculative_job: int | None = None
        self.previewed: set[str] = set()
        self.previewed_text = ""

    def append(self, samples: Samples) -> None:
        """Hear the next samples."""
        self._audio.append(samples)

    def step(self, probability: float) -> Change | None:
        """Take the next window's probability."""
        self._heard += self._window
        change = self._endpointer.step(probability)
        if change is None:
            self._audio.forget(self.clip_start if self.speaking else self._heard - self._keep)
        return change

    def begin(self, utterance_id: int) -> int:
        """Open the utterance that START announced; return its first speech sample."""
        self.speech_start = self._endpointer.first * self._window
        self.clip_start = max(self._free, self.speech_start - self._preroll)
        self._open(utterance_id)
        return self.speech_start

    def split(self, utterance_id: int) -> Cut:
        """Close the open utterance where SPLIT says, and open the next one there."""
        at = self._endpointer.cut * self._window
        cut = self._cut(at, at, self._endpointer.cut_voiced)
        self._free = self.clip_start = self.speech_start = at
        self._open(utterance_id)
        return cut

    def close(self, limit: int | None = None) -> Cut:
        """Close the open utterance; `limit` is the end of the call where that comes first."""
        speech_stop = (self._endpointer.last + 1) * self._window
        stop = speech_stop + self._tail
        stop = min(stop, limit) if limit is not None else stop
        cut = self._cut(stop, speech_stop, self._endpointer.voiced)
        self._free = cut.stop
        self.utterance_id = None
        return cut

    def so_far(self) -> Cut:
        """Return the open utterance as it would be if the silence lasted."""
        speech_stop = (self._endpointer.last + 1) * self._window
        return self._cut(speech_stop + self._tail, speech_stop, self._endpointer.voiced)

    def partial(self) -> Cut:
        """Return the open utterance up to the last window heard."""
        return self._cut(self._heard, self._heard, self._endpointer.voiced)

    def clip(self, start: int, stop: int) -> Samples:
        """Return a copy of the samples [start, stop)."""
        return self._audio.clip(start, stop)

    @property
    def speaking(self) -> bool:
        """Whether an utterance is open."""
        return self.utterance_id is not None

    @property
    def voiced(self) -> bool:
        """Whether the open utterance has held any speech."""
        return self._endpointer.voiced > 0 and self._endpointer.last >= self._endpointer.first

    @property
    def heard(self) -> int:
        """Samples whose windows are decided."""
        return self._heard

    def _open(self, utterance_id: int) -> None:
        self.utterance_id = utterance_id
        self.partial_at = self.clip_start
        self.partial_job = self.speculative_job = None
        self.partial_until, self.partial_text = 0, ""
        self.previewed, self.previewed_text = set(), ""

    def _cut(self, stop: int, speech_stop: int, voiced: int) -> Cut:
        if self.utterance_id is None:
            raise RuntimeError("no utterance is open")
        return Cut(
            self.utterance_id,
            self.clip_start,
            stop,
            self.speech_start,
            max(speech_stop, self.speech_start),
            voiced * self._window / self._rate,
        )
