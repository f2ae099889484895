"""Rules under any order of time: small steps or large, the same outputs, and nothing taken back."""

import textwrap

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.types import Channel, Utterance
from qa_rules.live import RuleRun
from qa_rules.packs import load_packs
from qa_rules.types import CallFacts, Finding, Hint, State

PACK = """
pack: t
title: T
form: {sections: {opening: {title: O, weight: 50}, compliance: {title: C, weight: 50}}}
events:
  - {id: complaint, speaker: customer, match: complain}
  - {id: paid, speaker: agent, match: gone through}
items:
  - {id: T-01, title: A, severity: REQ, section: opening, when: {within_s: 10}, match: hello there,
     hint: {text: Greet, lead_s: 4}}
  - {id: T-02, title: B, severity: AF, section: compliance, when: {before: [paid]},
     match: ten pounds}
  - {id: T-03, title: C, severity: REQ, section: opening, when: {after: complaint, within_s: 15},
     match: i am sorry, hint: {text: Say sorry, cooldown_s: 5}}
  - {id: T-04, title: D, severity: P-AF, section: compliance, match: your fault}
  - {id: T-05, title: E, severity: REQ, section: opening, applies_if: {anger: 1},
     match: {all_of: [i am sorry, put it right]}, hint: {text: Own it}}
  - {id: T-06, title: F, severity: REQ, section: opening, when: {last_s: 20}, match: take care}
  - {id: T-07, title: G, severity: REQ, section: opening, applies_if: {event: silence_10s},
     match: one moment}
hints:
  - {id: quiet, on: {silence_s: 5}, text: Speak}
  - {id: cross, on: {anger: 1}, text: Slow down, topic: mood}
mood:
  - {id: silly, level: 1, match: ridiculous}
  - {id: livid, level: 2, strong: true, match: livid}
  - {id: soothed, level: -1, match: thank you}
"""
LINES = [
    "hello there",
    "hello",
    "there",
    "i want to complain",
    "it has gone through",
    "that is ten pounds",
    "i am sorry",
    "i'll put it right",
    "it is not your fault",
    "it is your fault",
    "this is ridiculous",
    "i am livid",
    "okay thank you",
    "one moment",
    "take care",
]


@pytest.fixture(scope="module")
def packs(tmp_path_factory):
    folder = tmp_path_factory.mktemp("packs")
    (folder / "t.yaml").write_text(textwrap.dedent(PACK))
    return load_packs(["t"], [folder])


@st.composite
def calls(draw):
    """Return utterances in the order of their ends, and for each how far time had come before."""
    said, at = [], {Channel.AGENT: 0.0, Channel.CUSTOMER: 0.0}
    for n in range(draw(st.integers(1, 12))):
        channel = draw(st.sampled_from([Channel.AGENT, Channel.CUSTOMER]))
        start = at[channel] + draw(st.integers(0, 140)) / 10
        end = start + draw(st.integers(5, 60)) / 10
        at[channel] = end + 0.1
        sure = draw(st.sampled_from([None, 0.2, 0.9]))
        said.append(Utterance(n, channel, start, end, draw(st.sampled_from(LINES)), sure))
    said.sort(key=lambda u: (u.end, u.id))
    floors = [min(u.start for u in said[k:]) for k in range(len(said))]
    return said, floors


def play(packs, said, floors, steps):
    """Play a call; time comes in `steps` pieces before each utterance."""
    run, out, now = RuleRun(packs, CallFacts()), [], 0.0
    for utterance, floor in zip(said, floors, strict=True):
        for k in range(1, steps):
            out += run.advance(now + (floor - now) * k / steps)
        out += run.advance(floor)
        now = max(now, floor)
        out += run.utterance(utterance)
    end = max(u.end for u in said) + 30
    for k in range(1, steps):
        out += run.advance(now + (end - now) * k / steps)
    out += run.advance(end)
    return out + run.end(end), run


@settings(max_examples=150, deadline=None)
@given(calls(), st.integers(2, 37))
def test_time_in_small_steps_gives_what_time_in_one_gives(packs, made, steps):
    said, floors = made
    one, first = play(packs, said, floors, 1)
    many, second = play(packs, said, floors, steps)
    assert one == many
    assert first.findings() == second.findings()


@settings(max_examples=100, deadline=None)
@given(calls())
def test_what_is_decided_is_not_taken_back(packs, made):
    said, floors = made
    outputs, run = play(packs, said, floors, 1)
    kept = {}
    for finding in (o for o in outputs if isinstance(o, Finding)):
        assert kept.get(finding.rule_id) in (None, finding)
        if finding.state in (State.DONE, State.VIOLATED):
            kept[finding.rule_id] = finding
    final = {f.rule_id: f for f in run.findings()}
    assert all(final[rule].state is f.state for rule, f in kept.items())
    open_states = (State.WAITING, State.DUE)
    assert not any(f.state in open_states for f in run.findings())


@settings(max_examples=100, deadline=None)
@given(calls())
def test_hints_have_their_own_ids_and_all_end(packs, made):
    said, floors = made
    outputs, _ = play(packs, said, floors, 1)
    ids = [o.id for o in outputs if isinstance(o, Hint)]
    assert len(ids) == len(set(ids))
    ended = [o.hint_id for o in outputs if hasattr(o, "hint_id")]
    assert sorted(ended) == sorted(ids)


@settings(max_examples=100, deadline=None)
@given(calls())
def test_a_look_ahead_changes_nothing(packs, made):
    said, floors = made
    plain, _ = play(packs, said, floors, 1)
    run, out, now = RuleRun(packs, CallFacts()), [], 0.0
    for utterance, floor in zip(said, floors, strict=True):
        out += run.advance(floor)
        now = max(now, floor)
        ahead = run.preview(utterance)
        got = run.utterance(utterance)
        raised = [o.id for o in got if isinstance(o, Hint)]
        assert [h.id for h in ahead] == raised
        out += got
    end = max(u.end for u in said) + 30
    out += run.advance(end)
    assert out + run.end(end) == plain
