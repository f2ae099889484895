"""What is done with a call's words: redacted, labelled, judged by the rules, told as events.

Pure like the session that owns it, and unaware of audio but for the seconds it stands on.
"""

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass

from models.engines import Classifier
from models.types import Channel, ClassifyRequest, Label, Utterance
from pipeline import events as ev
from pipeline.events import Event
from pipeline.redact import Redactor
from pipeline.turns import metrics
from qa_rules.live import RuleRun
from qa_rules.types import Anger, Finding, HappenedEvent, Hint, HintEnd, RuleOutput

CONTEXT_TURNS = 6
"""Turns before an utterance that classifiers are told."""


@dataclass(frozen=True, slots=True)
class MuteSpan:
    """Seconds of a channel that the recording must not hold."""

    channel: Channel
    start: float
    end: float


class Reading:
    """A call's transcript so far, and what its rules make of it."""

    def __init__(
        self,
        rules: RuleRun,
        redactor: Redactor,
        classifier: Classifier | None = None,
        fit: str = "",
    ) -> None:
        """Begin; `fit` names what the classifier has learned from the call's packs."""
        self.rules, self._redactor, self._classifier = rules, redactor, classifier
        self._fit = fit
        self.utterances: dict[int, Utterance] = {}
        self.labels: dict[int, tuple[Label, ...]] = {}
        self.anger: list[Anger] = []
        self._beside: tuple[Label, ...] = ()

    def say(
        self, heard: Utterance, beside: tuple[Label, ...] = ()
    ) -> tuple[list[Event], list[MuteSpan], ClassifyRequest | None]:
        """Take a final: return its events, what to mute, and what to have classified elsewhere.

        Where a request is returned, `label` must follow before the next final. `beside` are labels
        that do not come from the words; they join those that do.
        """
        self._beside = beside
        hidden = self._redactor.final(heard)
        said = hidden.utterance
        out: list[Event] = []
        for earlier_id, text, kinds in hidden.earlier:
            old = self.utterances.get(earlier_id)
            if old is not None:
                self.utterances[earlier_id] = dataclasses.replace(old, text=text, words=())
                out.append(ev.UtteranceRedacted(earlier_id, text, tuple(kinds)))
        self.utterances[said.id] = said
        out.append(ev.UtteranceFinal(said, tuple(hidden.kinds)))
        if hidden.card_digits:
            out += self.events(self.rules.tell("card_digits", said.start))
        mutes = [MuteSpan(c, start, end) for c, start, end in hidden.mute]
        if self._classifier is None:
            return out + self.label(said.id, ()), mutes, None
        recent = list(self.utterances.values())[-CONTEXT_TURNS - 1 : -1]
        request = ClassifyRequest(
            said.text,
            said.channel,
            tuple(u.text for u in recent),
            tuple(u.channel for u in recent),
            self._fit,
        )
        if not self._classifier.instant:
            return out, mutes, request
        labels = self._classifier.classify([request])[0]
        return out + self.label(said.id, labels), mutes, None

    def label(self, utterance_id: int, labels: tuple[Label, ...]) -> list[Event]:
        """Take an utterance's labels and judge it."""
        out: list[Event] = []
        labels = (*labels, *self._beside)
        if labels:
            self.labels[utterance_id] = labels
            out.append(ev.LabelsAdded(utterance_id, labels))
        return out + self.events(self.rules.utterance(self.utterances[utterance_id], labels))

    def hide(self, channel: Channel, text: str) -> str:
        """Return a partial's text fit to be shown."""
        return self._redactor.partial(channel, text)

    def preview(self, said: Utterance, shown: set[str]) -> list[Event]:
        """Return the hints a partial calls for; adds their ids to `shown`, which it skips."""
        out: list[Event] = []
        for hint in self.rules.preview(said):
            if hint.id not in shown:
                shown.add(hint.id)
                out.append(ev.HintPreviewed(hint, said.id))
        return out

    def tell(self, event: str, at: float, value: object = None) -> list[Event]:
        """Take what the telephony knows; a value that is no plain fact counts as none."""
        known = value if isinstance(value, str | int | float | bool) else None
        return self.events(self.rules.tell(event, at, known))

    def unheard(self, start: float, end: float) -> list[Event]:
        """Note that speech between these seconds could not be read."""
        return self.events(self.rules.tell("unheard", end, (start, end)))

    def hush(self, channel: Channel, start: float, end: float) -> list[MuteSpan]:
        """Return what to mute of speech that gave no words."""
        return [MuteSpan(*mute) for mute in self._redactor.unheard(channel, start, end)]

    def advance(self, at: float) -> list[Event]:
        """Judge what is due by `at`; every utterance that begins before it has been said."""
        if at < self.rules.next_due:
            return []
        return self.events(self.rules.advance(at))

    def metrics(self, seconds: float) -> dict[str, float]:
        """Return the call's measures by name, from its utterances and its holds."""
        return metrics(self.utterances.values(), holds(self.rules.events(), seconds), seconds)

    def end(self, seconds: float) -> list[Event]:
        """Close every window: the call is over."""
        return self.events(self.rules.end(seconds, self.metrics(seconds)))

    def events(self, outputs: Sequence[RuleOutput]) -> list[Event]:
        """Return what the rules say, as events."""
        out: list[Event] = []
        for output in outputs:
            match output:
                case Finding():
                    out.append(ev.ChecklistChanged(output))
                case Hint():
                    out.append(ev.HintRaised(output))
                case HintEnd(hint_id, reason, at):
                    out.append(ev.HintCleared(hint_id, reason, at))
                case Anger():
                    self.anger.append(output)
                    out.append(ev.AngerChanged(output))
        return out


def holds(happened: Sequence[HappenedEvent], seconds: float) -> list[tuple[float, float]]:
    """Return a call's holds as (start, end) seconds; one still open ends with the call."""
    spans: list[tuple[float, float]] = []
    since: float | None = None
    for event in happened:
        if event.id == "hold_start" and since is None:
            since = event.at
        elif event.id == "hold_end" and since is not None:
            spans.append((since, event.at))
            since = None
    if since is not None:
        spans.append((since, seconds))
    return spans
