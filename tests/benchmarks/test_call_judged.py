"""Scripted calls through the product: from their sound in tones, and as they are written."""

import pytest

from benchmarks.call_judged import call_settings, hear_call, read_typed, typed_turns
from benchmarks.call_scripts import CallScript, speak_call
from benchmarks.inside import reader
from models.registry import load
from models.stt import tone
from pipeline.config import load_settings
from pipeline.fit import classifier_for
from pipeline.making import Maker
from qa_rules.types import State

PACK = """
pack: toy
title: Toy
form:
  exclude: {min_seconds: 1, min_turns: 1}
  sections: {opening: {title: O, weight: 50}, compliance: {title: C, weight: 50}}
  questions:
    - {id: Q-01, title: Owns it, section: opening, mode: suggest, rule: {match: leave it with me}}
items:
  - {id: TOY-01, title: A, severity: AF, section: compliance, match: this call is recorded}
  - {id: TOY-02, title: B, severity: REQ, section: opening, match: "my name is {agent}"}
  - {id: TOY-03, title: C, severity: REQ, section: opening, when: {after: hold_end, within_s: 10},
     match: thank you for waiting}
  - {id: TOY-04, title: D, severity: P-AF, section: compliance, match: that is your fault}
  - {id: TOY-05, title: E, severity: REQ, section: opening, match: have a nice day}
  - {id: TOY-06, title: F, severity: REQ, section: opening, fact: {name: rings, equals: 2}}
"""


def call(**changes):
    return CallScript.model_validate(
        {
            "id": "toy_call",
            "about": "faults",
            "packs": ["toy"],
            "facts": {"company": "Northwind", "agent": "sam", "rings": 2},
            "voices": {"agent": "rms", "customer": "rms_high"},
            "tell": [
                {"after_turn": 2, "event": "hold_start"},
                {"after_turn": 2, "event": "hold_end"},
            ],
            "turns": [
                {"agent": "hello my name is sam"},
                {"customer": "it does not work"},
                {"agent": "thank you for waiting that is your fault"},
                {"customer": "it is not"},
            ],
            "expect": {
                "TOY-01": "missed",
                "TOY-02": "done",
                "TOY-03": "done",
                "TOY-04": "done",
                "TOY-06": "done",
            },
            **changes,
        }
    )


@pytest.fixture
def settings(tmp_path):
    """The shipped settings, but tones for speech, words alone for meaning, and the toy pack."""
    (tmp_path / "packs").mkdir()
    (tmp_path / "packs" / "toy.yaml").write_text(PACK)
    made = call_settings([call()], tmp_path)
    return load_settings(
        overrides={
            **made.model_dump(include={"data_dir", "queues", "default_queue"}),
            "pack_dirs": (tmp_path / "packs",),
            "stt": {"engine": "tone"},
            "vad": {"engine": "energy"},
            "classify": {"engine": "lexical"},
        }
    )


def check(judged):
    assert judged.found == ["TOY-01", "TOY-02", "TOY-03", "TOY-06"]
    assert judged.wrong == ["TOY-04"]
    assert judged.in_review == []
    assert judged.faults_found == ["TOY-01"]
    assert judged.faults_lost == []
    assert judged.false_auto_fails == ["TOY-04"]
    assert judged.unlisted_faults == ["TOY-05"]
    assert judged.card.auto_fail
    assert "Q-01" not in judged.findings
    assert judged.errors.total == 0


def speak(voice, turn):
    return tone.say(turn.agent or turn.customer, level=0.1)


async def test_a_call_is_heard_told_of_and_judged(settings, tmp_path):
    made = speak_call(call(), tmp_path, speak)
    engine = load("stt", "tone", {})
    async with reader(settings, engine) as reading:
        check(await hear_call(call(), made, reading))


def test_the_same_call_as_it_is_written(settings):
    check(read_typed(call(), Maker(settings, classifier_for)))


def test_what_a_person_must_decide_is_counted_apart(settings):
    said = [
        {"agent": "this call is not recorded my name is sam have a nice day"},
        {"customer": "yes"},
    ]
    wanted = {"TOY-01": "missed", "TOY-03": "n/a", "TOY-04": "done"}
    judged = read_typed(call(turns=said, tell=[], expect=wanted), Maker(settings, classifier_for))
    assert judged.state("TOY-01") is State.NEEDS_REVIEW
    assert judged.in_review == ["TOY-01"]
    assert (judged.faults_found, judged.faults_lost, judged.wrong) == ([], [], [])


def test_an_event_that_is_not_told_leaves_its_item_out(settings):
    judged = read_typed(call(tell=[]), Maker(settings, classifier_for))
    assert judged.state("TOY-03") is State.NOT_APPLICABLE
    assert judged.wrong == ["TOY-03", "TOY-04"]


def test_typed_turns_take_as_long_as_their_words():
    first, second, *_ = typed_turns(call())
    assert (first.side, second.side) == ("agent", "customer")
    assert first.end - first.start == pytest.approx(5 / 2.7)
    assert second.start - first.end == pytest.approx(0.7)


def test_every_call_has_the_queue_of_its_name(tmp_path):
    made = call_settings([call(), call(id="other", packs=["core_call"])], tmp_path)
    assert made.queue("toy_call").packs == ("toy",)
    assert made.queue("other").packs == ("core_call",)
    assert call_settings([], tmp_path).queues == {}
