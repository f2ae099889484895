"""Scripted calls through the product: heard from their sound, or read as they were typed.

Both end in a stored call, to which is added what the system tells, and which the pipeline judges as
it judges any stored call again; live and stored judgements are the same (a property test holds it).
"""

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.call_scripts import FAULTS, CallScript, Told, told_at
from benchmarks.two_voices import PAUSE_S, Recording, Spoken
from benchmarks.wer import Errors, count
from models.text import wer_words
from models.types import Channel, Utterance
from pipeline.config import Settings, load_settings
from pipeline.events import Basis
from pipeline.live import CallStart
from pipeline.making import Maker
from pipeline.offline import STEREO, RecordedCall, RecordingReader
from pipeline.reading import Reading
from pipeline.redact import Redactor
from pipeline.replay import StoredCall, replay, stored_call
from pipeline.scoring import told
from qa_rules.live import RuleRun
from qa_rules.score import score
from qa_rules.types import Finding, HappenedEvent, Scorecard, State

WORDS_A_SECOND = 2.7
"""Of the voices that speak the scripts; typed calls take as long."""
TYPED_CONFIDENCE = 0.95
TYPED_RATE_HZ = 8000


@dataclass(frozen=True, slots=True)
class Judged:
    """A call with what was found of its script items; `errors` are of the recogniser's words."""

    script: CallScript
    findings: dict[str, Finding]
    card: Scorecard
    heard: tuple[Utterance, ...]
    turns: tuple[Spoken, ...]
    errors: Errors

    def state(self, item: str) -> State:
        """Return an item's state at the end of the call."""
        return self.findings[item].state

    @property
    def found(self) -> list[str]:
        """The items in the state that is expected of them."""
        return [i for i, s in self.script.expect.items() if self.state(i) == s]

    @property
    def in_review(self) -> list[str]:
        """The items that are left to a person, where the script is sure of them."""
        unsure = [i for i in self.script.expect if self.state(i) is State.NEEDS_REVIEW]
        return [i for i in unsure if self.script.expect[i] != State.NEEDS_REVIEW.value]

    @property
    def wrong(self) -> list[str]:
        """The items in another state than is expected."""
        right = {*self.found, *self.in_review}
        return [i for i in self.script.expect if i not in right]

    @property
    def faults_found(self) -> list[str]:
        """The planted faults that were found to be one."""
        return [i for i in self.script.planted if self.state(i) in FAULTS]

    @property
    def faults_lost(self) -> list[str]:
        """The planted faults that neither the rules nor a person, asked by them, would find."""
        planted = self.script.planted
        return [i for i in planted if i not in self.faults_found and i not in self.in_review]

    @property
    def false_auto_fails(self) -> list[str]:
        """The items that fail the call and are not planted."""
        failing = (f for f in self.findings.values() if f.severity.critical and f.state in FAULTS)
        return [f.rule_id for f in failing if f.rule_id not in self.script.planted]

    @property
    def unlisted_faults(self) -> list[str]:
        """The faults of items of which the script expects nothing."""
        at_fault = (f.rule_id for f in self.findings.values() if f.state in FAULTS)
        return [item for item in at_fault if item not in self.script.expect]


def call_settings(scripts: Sequence[CallScript], folder: Path) -> Settings:
    """Return the shipped settings with a queue for each call, named as it is."""
    queues = {script.id: script.queue for script in scripts}
    given: dict[str, object] = {"data_dir": folder, "queues": queues}
    if scripts:
        given["default_queue"] = scripts[0].queue
    return load_settings(overrides=given)


async def hear_call(script: CallScript, made: Recording, reader: RecordingReader) -> Judged:
    """Have a call's recording heard and judged."""
    recorded = RecordedCall((made.path,), queue=script.id, direction=script.direction)
    done = await reader.read(recorded, call_id=script.id)
    return _judged(script, stored_call(script.id, done.events), made.turns, reader.maker)


def read_typed(script: CallScript, maker: Maker) -> Judged:
    """Read a call as it is written, as if every word had been heard."""
    names, turns = script.packs, typed_turns(script)
    start = CallStart(script.id, STEREO, TYPED_RATE_HZ, queue=script.id, direction=script.direction)
    packs, facts = maker.packs(names), maker.facts(start)
    classifier = maker.classifier(names)
    rules = RuleRun(packs, facts)
    reading = Reading(rules, Redactor(), classifier, maker.fit(names))
    for number, turn in enumerate(turns):
        channel = Channel(turn.side)
        said = Utterance(number, channel, turn.start, turn.end, turn.text, TYPED_CONFIDENCE)
        reading.advance(said.start)
        _, _, request = reading.say(said)
        if request is not None and classifier is not None:
            reading.label(said.id, classifier.classify([request])[0])
    seconds = turns[-1].end + PAUSE_S[1]
    reading.end(seconds)
    call = StoredCall(script.id, list(reading.utterances.values()), reading.labels, seconds)
    call.basis = Basis(facts, told(rules.events(), packs))
    return _judged(script, call, turns, maker)


def typed_turns(script: CallScript) -> tuple[Spoken, ...]:
    """Return the turns of a call as they lie in time if nobody speaks them."""
    at, out = 0.0, []
    for number, turn in enumerate(script.turns, start=1):
        text = turn.agent or turn.customer
        start = at + (sum(PAUSE_S) / 2 if turn.pause_s is None else turn.pause_s)
        at = start + len(text.split()) / WORDS_A_SECOND
        side = Channel.AGENT if turn.agent else Channel.CUSTOMER
        out.append(Spoken(number, side.value, text, start, at))  # type: ignore[arg-type] # two of a StrEnum's values
    return tuple(out)


def _judged(
    script: CallScript, call: StoredCall, turns: tuple[Spoken, ...], maker: Maker
) -> Judged:
    packs = maker.packs(script.packs)
    ours = [_happened(one, at) for one, at in told_at(script.tell, turns)]
    before = call.basis or Basis(call.facts)
    call.basis = dataclasses.replace(
        before, told=tuple(sorted([*before.told, *ours], key=lambda e: e.at))
    )
    again = replay(call, packs)
    card = score(
        packs,
        again.findings,
        facts=again.facts,
        seconds=again.seconds,
        turns=again.turns,
        metrics=again.metrics,
    )
    items = {item.id for item in packs.items}
    findings = {f.rule_id: f for f in again.findings if f.rule_id in items}
    heard = tuple(call.said)
    return Judged(script, findings, card, heard, turns, _errors(turns, heard))


def _happened(one: Told, at: float) -> HappenedEvent:
    return HappenedEvent(one.event, at, value=one.value)


def _errors(turns: Sequence[Spoken], heard: Sequence[Utterance]) -> Errors:
    said: list[str] = []
    read: list[str] = []
    for channel in STEREO:
        said += wer_words(" ".join(t.text for t in turns if t.side == channel.value))
        read += wer_words(" ".join(u.text for u in heard if u.channel is channel))
    return count(said, read)
