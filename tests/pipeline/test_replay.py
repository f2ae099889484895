"""A stored call judged again gives what it gave when it was on."""

import dataclasses
import textwrap

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.types import Channel, Label, Utterance
from pipeline.errors import CallOpen
from pipeline.events import (
    CallEnded,
    CallScored,
    CallStarted,
    LabelsAdded,
    TranscriptionFailed,
    UtteranceRedacted,
)
from pipeline.reading import Reading
from pipeline.redact import Redactor
from pipeline.replay import replay, stored_call
from pipeline.scoring import Outcome, conclude
from qa_rules.live import RuleRun
from qa_rules.packs import load_packs
from qa_rules.types import CallFacts

A, C = Channel.AGENT, Channel.CUSTOMER
PACK = """
pack: t
title: T
form:
  exclude: {min_seconds: 1, min_turns: 1}
  sections: {opening: {title: O, weight: 50}, compliance: {title: C, weight: 50}}
  questions:
    - {id: Q-01, title: Owns it, section: opening, rule: {match: i will do it}}
    - id: Q-02
      title: Talks less than the caller
      section: opening
      metric: {name: talk_ratio, bands: [{answer: yes, at_most: 0.5}]}
intents: [{id: cancel, title: Cancel, examples: [cancel it]}]
events:
  - {id: complaint, speaker: customer, match: complain}
  - {id: complaint_2, of: complaint, nth: 2}
items:
  - {id: T-01, title: A, severity: REQ, section: opening, when: {within_s: 10}, match: hello there}
  - {id: T-02, title: B, severity: AF, section: compliance, when: {before: [hold_start]},
     match: one moment}
  - {id: T-03, title: C, severity: REQ, section: opening, when: {after: hold_end, within_s: 15},
     match: thank you for waiting}
  - {id: T-04, title: D, severity: P, section: compliance, match: your fault}
  - {id: T-05, title: E, severity: REQ, section: opening, applies_if: {event: silence_10s},
     match: still here}
  - {id: T-06, title: F, severity: REQ, section: compliance, fact: {name: masked, equals: true}}
  - {id: T-07, title: G, severity: REQ, section: opening, applies_if: {intent: cancel},
     match: sorry to see you go}
  - {id: T-08, title: H, severity: REQ, section: opening,
     metric: {name: hold_max_s, op: "<=", value: 5}}
  - {id: T-10, title: J, severity: REQ, section: opening, applies_if: {event: hold_30s},
     match: still here}
  - {id: T-11, title: K, severity: P, section: opening, applies_if: {event: hold_60s},
     match: one moment}
  - {id: T-12, title: L, severity: REQ, section: opening, when: {after: call_start, within_s: 20},
     match: hello there}
  - {id: T-09, title: I, severity: REQ, section: opening, applies_if: {event: complaint_2},
     match: i am sorry}
"""
LINES = [
    "hello there",
    "i want to complain",
    "one moment",
    "thank you for waiting",
    "it is your fault",
    "still here",
    "i am sorry",
    "i will do it",
    "cancel it",
    "my card is four two four two four two four two four two four two four two four two",
]
TOLD = [
    *[("hold_start", None), ("hold_end", None), ("hold_30s", None)],
    *[("masked", True), ("masked", False)],
]


@pytest.fixture(scope="module")
def packs(tmp_path_factory):
    folder = tmp_path_factory.mktemp("packs")
    (folder / "t.yaml").write_text(textwrap.dedent(PACK))
    return load_packs(["t"], [folder])


class Reader:
    """A classifier that hears one want."""

    instant = True

    def classify(self, batch):
        heard = [r.text.startswith("cancel") for r in batch]
        return [(Label("intent", "cancel", 0.9),) if h else () for h in heard]


@st.composite
def calls(draw):
    """Return utterances in the order of their ends, failed ones among them, and what is told."""
    steps, at = [], {A: 0.0, C: 0.0}
    for n in range(draw(st.integers(1, 10))):
        channel = draw(st.sampled_from([A, C]))
        start = at[channel] + draw(st.integers(0, 140)) / 10
        end = start + draw(st.integers(5, 60)) / 10
        at[channel] = end + 0.1
        if draw(st.integers(0, 7)) == 0:
            steps.append(TranscriptionFailed(n, channel, start, end, "engine"))
        else:
            sure = draw(st.sampled_from([None, 0.2, 0.9]))
            steps.append(Utterance(n, channel, start, end, draw(st.sampled_from(LINES)), sure))
    steps.sort(key=lambda s: s.end)
    last = steps[-1].end
    told = [
        (draw(st.integers(0, 100)) / 100 * last, *draw(st.sampled_from(TOLD)))
        for _ in range(draw(st.integers(0, 4)))
    ]
    return steps, sorted(told, key=lambda t: t[0])


def live(packs, steps, told, facts):
    """Play a call as it comes, and return its events and what was found."""
    reading = Reading(RuleRun(packs, facts), Redactor(), Reader())
    events = [
        CallStarted(
            "c", "2026-05-01T12:00:00Z", "", "", facts.direction, "en", (A, C), 8000, ("t",)
        )
    ]
    told = list(told)
    for k, step in enumerate(steps):
        while told and told[0][0] < step.end:
            at, name, value = told.pop(0)
            events += reading.tell(name, at, value)
        events += reading.advance(min(s.start for s in steps[k:]))
        if isinstance(step, Utterance):
            events += reading.say(step)[0]
        else:
            events += [step, *reading.unheard(step.start, step.end)]
    for at, name, value in told:
        events += reading.tell(name, at, value)
    seconds = steps[-1].end + 20
    events += [*reading.end(seconds), CallEnded(seconds, "completed")]
    events += conclude(Outcome(reading, packs, facts, seconds, "2026-05-01T12:00:00+00:00"))
    return events, reading.rules.judged()


@settings(max_examples=120, deadline=None)
@given(calls(), st.sampled_from(["inbound", "outbound"]))
def test_a_call_judged_again_by_its_packs_gives_the_same(packs, made, direction):
    events, found = live(packs, *made, CallFacts(direction=direction, values={"masked": True}))
    again = replay(stored_call("c", events), packs)
    quiet = [dataclasses.replace(f, near_miss=None) for f in found]
    assert [dataclasses.replace(f, near_miss=None) for f in again.findings] == quiet


def test_a_call_of_an_earlier_version_says_what_is_not_known(packs):
    steps = [Utterance(0, A, 0, 2, "hello there")]
    events, _ = live(packs, steps, [], CallFacts(direction="outbound"))
    old = [CallScored(e.scorecard) if isinstance(e, CallScored) else e for e in events]
    again = replay(stored_call("c", old), packs)
    assert again.facts.direction == "outbound"
    assert "kept no facts" in again.notes[0]
    assert replay(stored_call("c", events), packs).notes == ()


def test_a_call_that_goes_on_is_not_judged(packs):
    events, _ = live(packs, [Utterance(0, A, 0, 2, "hello there")], [], CallFacts())
    with pytest.raises(CallOpen):
        stored_call("c", [e for e in events if not isinstance(e, CallEnded)])


def test_measures_are_taken_again_with_holds(packs):
    steps = [Utterance(0, A, 0, 2, "one moment"), Utterance(1, A, 40, 42, "thank you for waiting")]
    told = [(3.0, "hold_start", None), (39.0, "hold_end", None)]
    events, _ = live(packs, steps, told, CallFacts())
    again = replay(stored_call("c", events), packs)
    assert again.metrics["hold_max_s"] == 36
    assert {f.rule_id: f.state.value for f in again.findings}["T-08"] == "missed"


def test_words_masked_later_are_not_judged_again_as_they_were(packs):
    said = Utterance(0, A, 0, 3, "it is your fault four two four two")
    events, _ = live(packs, [said, Utterance(1, C, 4, 6, "cancel it")], [], CallFacts())
    at = next(n for n, e in enumerate(events) if getattr(e, "utterance", None) == said)
    label = Label("intent", "cancel", 0.9, "four two four two")
    masked = UtteranceRedacted(0, "it is your fault [card number]", ("card",))
    events[at + 1 : at + 1] = [LabelsAdded(0, (label,)), masked]
    call = stored_call("c", events)
    assert [u.text for u in call.said] == ["it is your fault [card number]", "cancel it"]
    assert "four" not in str(call.labels[0])
    again = replay(call, packs)
    (found,) = [f for f in again.findings if f.rule_id == "T-04"]
    assert found.state == "violated"
    assert "four" not in str(again)
