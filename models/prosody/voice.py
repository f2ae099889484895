"""One caller's voice over a call: is it raised, against how this caller usually speaks?

It supports what the words say and never decides alone: loud is not angry, and quiet is not calm.
"""

from dataclasses import dataclass

from models.prosody.baseline import Baseline, Usual
from models.prosody.head import Head
from models.prosody.measure import Measures
from models.types import Label

ENGINE = "prosody"
RAISED = 0.8
"""The least probability of a raised voice, as the anger ladder asks of any label."""
CALM = 0.25
"""Below it a clip counts as the caller's usual voice from then on."""
_TELLING_DB, _TELLING_ST, _TELLING_PART, _TELLING_TILT_DB = 3.0, 2.0, 0.15, 3.0
"""Changes worth a word: a difference of 3 dB or two semitones is plainly heard."""


@dataclass(frozen=True, slots=True)
class VoiceReading:
    """An utterance's voice beside the caller's usual one.

    `words_s` and `usual_words_s` are the words in a second, 0 where they are not known.
    """

    measures: Measures
    usual: Usual
    probability: float
    words_s: float = 0.0
    usual_words_s: float = 0.0

    @property
    def raised(self) -> bool:
        """Whether the voice is raised, in a way that can be told."""
        return self.probability >= RAISED and bool(self.said)

    @property
    def scores(self) -> dict[str, float]:
        """The change of each measure, in the caller's own spreads."""
        return self.usual.scores(self.measures)

    @property
    def said(self) -> str:
        """What a supervisor is told of it, "" where nothing is worth telling."""
        change = self.usual.change(self.measures)
        parts: list[str] = []
        if change["level"] >= _TELLING_DB:
            parts.append(f"louder by {change['level']:.0f} dB")
        if change["pitch"] >= _TELLING_ST:
            parts.append(f"higher by {change['pitch']:.0f} semitones")
        faster = self._faster(change["pace"])
        if faster >= _TELLING_PART:
            parts.append(f"faster by {faster:.0%}")
        if change["tilt"] >= _TELLING_TILT_DB:
            parts.append(f"sharper by {change['tilt']:.0f} dB")
        if not parts:
            return ""
        listed = " and ".join([", ".join(parts[:-1]), parts[-1]] if len(parts) > 1 else parts)
        return f"{listed} than this caller's usual"

    def label(self) -> Label | None:
        """Return the label of a raised voice, None where it is not."""
        if not self.raised:
            return None
        return Label("prosody", "raised", round(self.probability, 3), engine=ENGINE)

    def _faster(self, pace: float) -> float:
        if self.words_s and self.usual_words_s:
            return self.words_s / self.usual_words_s - 1
        return pace / max(self.usual.middle["pace"], 0.5)


class CallerVoice:
    """Follows one caller through a call, utterance by utterance, in the order they were said."""

    def __init__(self, head: Head) -> None:
        self._head = head
        self._baseline = Baseline(head.spread)
        self._words = self._spoken_s = 0.0

    def take(self, measures: Measures | None, text: str = "") -> VoiceReading | None:
        """Take an utterance; return its reading once the caller's usual voice is known."""
        if measures is None:
            return None
        words = len(text.split())
        usual = self._baseline.usual
        if usual is None:
            self._calm(measures, words)
            return None
        louder_db = usual.change(measures)["level"]
        probability = self._head.probability(usual.scores(measures), louder_db)
        usual_words_s = self._words / self._spoken_s if self._spoken_s else 0.0
        reading = VoiceReading(
            measures, usual, probability, words / measures.seconds, usual_words_s
        )
        if probability < CALM:
            self._calm(measures, words)
        return reading

    def _calm(self, measures: Measures, words: int) -> None:
        self._baseline.add(measures)
        if words:
            self._words += words
            self._spoken_s += measures.seconds
