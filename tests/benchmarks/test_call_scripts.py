"""The scripted calls of every role: they hold together and fit their packs."""

import pytest
import yaml

from benchmarks.call_scripts import (
    FAULTS,
    CallScript,
    Told,
    load_calls,
    speak_call,
    told_at,
)
from benchmarks.labelled import SetInvalid
from benchmarks.two_voices import Spoken
from models.stt import tone
from qa_rules.packs import load_packs
from qa_rules.references import SYSTEM_EVENTS
from qa_rules.types import State

CALLS = load_calls()
SHORT = {
    "id": "short",
    "about": "one line each",
    "packs": ["core_call"],
    "direction": "outbound",
    "jurisdiction": "UK",
    "facts": {"company": "Northwind", "agent": "Sam", "customer": "Mary Green", "rings": 2},
    "voices": {"agent": "rms", "customer": "rms_high"},
    "tell": [{"after_turn": 1, "event": "hold_start"}],
    "turns": [{"agent": "hello"}, {"customer": "hi"}],
    "expect": {"CORE-01": "done", "CORE-03": "missed"},
}


def speak(voice, turn):
    return tone.say(turn.agent or turn.customer, level=0.1)


@pytest.mark.parametrize("call", CALLS, ids=lambda c: c.id)
def test_a_shipped_call_fits_its_packs(call):
    packs = load_packs(call.packs)
    items = {item.id: item for item in packs.items}
    assert set(call.expect) <= set(items)
    known = {event.id for event in packs.events} | set(SYSTEM_EVENTS)
    assert {one.event for one in call.tell} <= known
    for item, state in call.expect.items():
        assert (state != "violated") or items[item].severity.prohibited, item
        assert (state != "missed") or not items[item].severity.prohibited, item
    assert 15 <= len(call.turns) <= 40
    assert call.voices["agent"] != call.voices["customer"]


def severities(item):
    return [item.severity, *item.severity_if.values()]


def test_every_role_has_a_good_call_and_one_with_faults():
    by_role = {}
    for call in CALLS:
        role, _, kind = call.id.rpartition("_")
        by_role.setdefault(role, {})[kind] = call
    for role, calls in by_role.items():
        assert set(calls) == {"good", "faulty"}, role
        assert not calls["good"].planted, role
        assert len(calls["faulty"].planted) >= 4, role
        packs = load_packs(calls["faulty"].packs)
        failing = {i.id for i in packs.items if any(s.critical for s in severities(i))}
        assert failing & set(calls["faulty"].planted), f"{role} plants no auto-fail"


def test_a_call_says_what_is_planted_and_what_its_queue_knows():
    call = CallScript.model_validate(SHORT)
    assert call.planted == {"CORE-03": State.MISSED}
    assert State.LATE in FAULTS
    queue = call.queue
    assert (queue.packs, queue.jurisdiction, queue.company) == (("core_call",), "UK", "Northwind")
    assert queue.facts == {"agent_name": "Sam", "customer_name": "Mary Green", "rings": 2}


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"voices": {"agent": "rms", "customer": "nobody"}}, "voices"),
        ({"tell": [{"after_turn": 0, "event": "hold_start"}]}, "from 1|equal to 1"),
        ({"tell": [{"after_turn": 3, "event": "hold_start"}]}, "after_turn counts from 1 to 2"),
        ({"expect": {"CORE-01": "well done"}}, "well done"),
        ({"expects": {}}, "expects"),
        ({"turns": [{"agent": "a", "customer": "b"}, {"agent": "c"}]}, "either"),
    ],
)
def test_a_call_that_does_not_hold_together_is_refused_by_place(tmp_path, change, why):
    (tmp_path / "short.yaml").write_text(yaml.safe_dump({**SHORT, **change}))
    with pytest.raises(SetInvalid, match=why) as refused:
        load_calls(tmp_path)
    assert refused.value.faults[0].line >= 1


def test_a_call_is_named_as_its_file(tmp_path):
    (tmp_path / "other.yaml").write_text(yaml.safe_dump(SHORT))
    with pytest.raises(SetInvalid, match="holds the call 'short'"):
        load_calls(tmp_path)


def test_what_is_expected_may_change_without_speaking_again(tmp_path):
    call = CallScript.model_validate(SHORT)
    first = speak_call(call, tmp_path, speak)
    other = call.model_copy(update={"expect": {"CORE-01": "missed"}})
    assert speak_call(other, tmp_path, speak) == first
    turns = [{"agent": "hello"}, {"customer": "hello"}]
    changed = CallScript.model_validate({**SHORT, "turns": turns})
    assert speak_call(changed, tmp_path, speak).path != first.path


def test_a_call_can_be_spoken_in_each_others_voices(tmp_path):
    call = CallScript.model_validate(SHORT)
    assert call.swapped.voices == {"agent": "rms_high", "customer": "rms"}
    assert call.swapped.swapped == call
    assert speak_call(call.swapped, tmp_path, speak).path != speak_call(call, tmp_path, speak).path


def test_events_are_told_in_order_in_the_pause_after_their_turn():
    turns = (Spoken(1, "agent", "a", 1.0, 2.0), Spoken(2, "customer", "b", 2.9, 4.0))
    tell = [
        Told(after_turn=2, event="transfer_start"),
        Told(after_turn=1, event="hold_start"),
        Told(after_turn=1, event="hold_end"),
    ]
    told = [(one.event, at) for one, at in told_at(tell, turns)]
    assert [event for event, _ in told] == ["hold_start", "hold_end", "transfer_start"]
    assert [at for _, at in told] == pytest.approx([2.3, 2.6, 4.5])


def test_a_call_is_short_enough_to_be_heard_often():
    for call in CALLS:
        words = sum(len((turn.agent or turn.customer).split()) for turn in call.turns)
        assert words <= 520, call.id
