"""A stored call put through rules again: its words, labels and what the system told of it.

The labels are those of the time: a meaning that a pack has gained since is not in them, so an item
that rests on it is heard by its patterns alone.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

from models.types import Label, Utterance
from pipeline.errors import CallOpen
from pipeline.events import (
    Basis,
    CallEnded,
    CallScored,
    CallStarted,
    Event,
    LabelsAdded,
    TranscriptionFailed,
    UtteranceFinal,
    UtteranceRedacted,
)
from pipeline.placed import placed
from pipeline.reading import holds
from pipeline.scoring import turn_count
from pipeline.turns import metrics
from qa_rules.live import UNHEARD, RuleRun
from qa_rules.packs import PackSet
from qa_rules.types import Anger, CallFacts, Finding, HappenedEvent, RuleOutput

_OLD = "an earlier version kept no facts and no holds of this call: they count as unknown"


@dataclass(slots=True)
class StoredCall:
    """What a call's events say that rules are judged by; `basis` is None for an old call.

    `steps` are its utterances and the stretches that could not be read, in the order they came.
    """

    call_id: str
    steps: list[Utterance | TranscriptionFailed] = field(default_factory=list)
    labels: dict[int, tuple[Label, ...]] = field(default_factory=dict)
    seconds: float = 0.0
    started: CallStarted | None = None
    basis: Basis | None = None

    @property
    def said(self) -> list[Utterance]:
        """The utterances."""
        return [s for s in self.steps if isinstance(s, Utterance)]

    def redact(self, utterance_id: int, text: str) -> None:
        """Put masked words in the place of an utterance's; its timed words and quotes go.

        A log that is stored has them masked already, and keeps its timed words.
        """
        for n, step in enumerate(self.steps):
            if isinstance(step, Utterance) and step.id == utterance_id and step.text != text:
                self.steps[n] = replace(step, text=text, words=())
                self.labels[utterance_id] = tuple(
                    label if label.quote in text else replace(label, quote=text)
                    for label in self.labels.get(utterance_id, ())
                )

    @property
    def facts(self) -> CallFacts:
        """The facts that the call was judged by, or as much of them as its start says."""
        if self.basis is not None:
            return self.basis.facts
        start = self.started
        if start is None:
            return CallFacts()
        return CallFacts(start.direction, start.queue, start.language, agent=start.agent)


@dataclass(frozen=True, slots=True)
class Replayed:
    """What rules make of a stored call; `notes` say what they could not know."""

    findings: tuple[Finding, ...]
    happened: tuple[HappenedEvent, ...]
    facts: CallFacts
    seconds: float
    turns: int
    metrics: dict[str, float]
    notes: tuple[str, ...]
    anger: tuple[Anger, ...] = ()


def stored_call(call_id: str, events: Iterable[Event]) -> StoredCall:
    """Gather a call from its events.

    Raises:
        CallOpen: it has not ended.
    """
    call, ended = StoredCall(call_id), False
    for _, event in placed(list(enumerate(events))):
        match event:
            case CallStarted():
                call.started = event
            case UtteranceFinal(utterance=said):
                call.steps.append(said)
            case UtteranceRedacted(utterance_id=n, text=text):
                call.redact(n, text)
            case LabelsAdded(utterance_id=n, labels=labels):
                call.labels[n] = (*call.labels.get(n, ()), *labels)
            case TranscriptionFailed():
                call.steps.append(event)
            case CallEnded(seconds=seconds):
                call.seconds, ended = seconds, True
            case CallScored(basis=basis):
                call.basis = call.basis or basis
            case _:
                pass
    if not ended:
        raise CallOpen(f"call {call_id!r} is not over: score it once it is")
    return call


def replay(call: StoredCall, packs: PackSet) -> Replayed:
    """Judge a stored call by packs, from its first word to its end."""
    rules = RuleRun(packs, call.facts)
    told = list(call.basis.told) if call.basis is not None else []
    out: list[RuleOutput] = []
    for step, floor in zip(call.steps, _floors(call.steps), strict=True):
        while told and told[0].at < step.end:
            out += rules.tell(told[0].id, told[0].at, told[0].value)
            del told[0]
        out += rules.advance(floor)
        if isinstance(step, Utterance):
            out += rules.utterance(step, call.labels.get(step.id, ()))
        else:
            out += rules.tell(UNHEARD, step.end, (step.start, step.end))
    for event in told:
        out += rules.tell(event.id, event.at, event.value)
    notes = () if call.basis is not None else (_OLD,)
    waits = holds(rules.events(), call.seconds)
    measured = metrics(call.said, waits, call.seconds)
    out += rules.end(call.seconds, measured)
    return Replayed(
        rules.judged(),
        rules.events(),
        call.facts,
        call.seconds,
        turn_count([u.channel for u in call.said]),
        measured,
        notes,
        tuple(o for o in out if isinstance(o, Anger)),
    )


def _floors(steps: Sequence[Utterance | TranscriptionFailed]) -> list[float]:
    """Return, for each step, the second before which no speech is still to come."""
    floors: list[float] = []
    least = float("inf")
    for one in reversed(steps):
        least = min(least, one.start)
        floors.append(least)
    return floors[::-1]
