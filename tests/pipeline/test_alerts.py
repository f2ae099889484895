"""What a supervisor is called for, and how signs become few alerts."""

from datetime import UTC, datetime, timedelta

import pytest

from models.types import Channel, Label, Utterance
from pipeline.alerts import (
    REMOVED,
    Alert,
    AlertKind,
    AlertState,
    AlertWatch,
    Sign,
    answered,
    hidden,
    joined,
)
from pipeline.errors import RequestRefused
from pipeline.events import (
    AngerChanged,
    CallStarted,
    ChecklistChanged,
    LabelsAdded,
    SpeechStarted,
    SpeechStopped,
    UtteranceFinal,
)
from qa_rules.types import Anger, Evidence, Finding, HappenedEvent, Severity, State

A, C = Channel.AGENT, Channel.CUSTOMER
STARTED = CallStarted("c", "2026-05-01T12:00:00Z", "Ana", "Parcels", "inbound", "en", (A, C), 8000)
NOW = datetime(2026, 5, 1, 12, tzinfo=UTC)
PROOF = Evidence("I will go to the ombudsman", 44.0, 46.0, 9, C)


def watch():
    return AlertWatch(STARTED)


def said(channel, start, end, text="words"):
    return UtteranceFinal(Utterance(int(start), channel, start, end, text))


def feel(level, at=10.0, flagged=True):
    return AngerChanged(Anger(level, flagged, at, (PROOF,) if level else ()))


def kinds(signs):
    return [(s.kind, s.level) for s in signs]


def test_anger_is_told_when_the_flag_goes_up_and_when_it_rises_not_again():
    one = watch()
    assert one.take(feel(1, flagged=False)) == []
    (first,) = one.take(feel(2))
    assert (first.level, first.quote, first.second) == (2, "I will go to the ombudsman", 10.0)
    assert one.take(feel(2, 12.0)) == []
    assert kinds(one.take(feel(3, 13.0))) == [(AlertKind.ANGER, 3)]
    assert one.take(feel(2, 20.0)) == []
    assert one.take(feel(0, 30.0, flagged=False)) == []
    assert kinds(one.take(feel(2, 60.0))) == [(AlertKind.ANGER, 2)], "it came back"


@pytest.mark.parametrize(
    ("name", "kind", "level"),
    [
        ("supervisor_request", AlertKind.SUPERVISOR, 2),
        ("regulator_threat", AlertKind.OUTSIDE, 3),
        ("self_harm", AlertKind.SELF_HARM, 4),
    ],
)
def test_what_the_rules_heard_is_told_once_with_its_words(name, kind, level):
    one, heard = watch(), HappenedEvent(name, 46.0, (PROOF,))
    (sign,) = one.look(25.0, [HappenedEvent("call_start", 0.0), heard])
    assert (sign.kind, sign.level, sign.quote, sign.second) == (kind, level, PROOF.quote, 46.0)
    assert one.look(26.0, [HappenedEvent("call_start", 0.0), heard]) == []


def test_a_classifier_s_word_counts_only_where_it_is_sure_and_the_customer_spoke():
    labels = LabelsAdded(1, (Label("intent", "abuse", 0.95, "you idiots", "lexical"),))
    unsure = LabelsAdded(1, (Label("intent", "abuse", 0.6, "you idiots", "lexical"),))
    one = watch()
    one.take(said(A, 1, 2))
    assert one.take(labels) == []
    one.take(said(C, 3, 4, "you idiots"))
    assert one.take(unsure) == []
    assert [(s.kind, s.quote) for s in one.take(labels)] == [(AlertKind.ABUSE, "you idiots")]


def test_a_silence_is_told_once_and_not_while_the_call_is_held():
    one = watch()
    one.take(SpeechStarted(A, 1, 5.0))
    assert one.look(60.0) == []
    one.take(SpeechStopped(A, 1, 61.0))
    one.take(said(A, 5, 61, "One moment please."))
    assert one.look(90.0) == []
    (sign,) = one.look(92.0)
    assert (sign.kind, sign.second, sign.quote) == (AlertKind.SILENCE, 61.0, "One moment please.")
    assert one.look(93.0) == []
    held = [HappenedEvent("hold_start", 100.0)]
    two = watch()
    two.take(SpeechStarted(A, 1, 90.0))
    two.take(SpeechStopped(A, 1, 99.0))
    assert two.look(200.0, held) == []
    held.append(HappenedEvent("hold_end", 210.0))
    assert two.look(230.0, held) == []
    assert kinds(two.look(241.0, held)) == [(AlertKind.SILENCE, 1)]


def test_an_agent_who_does_the_talking_for_three_minutes_is_told_once():
    one = watch()
    for at in range(0, 200, 10):
        one.take(said(A, at, at + 8))
        one.take(said(C, at + 8, at + 9))
    assert one.look(150.0) == [], "three minutes are not over"
    assert kinds(one.look(200.0)) == [(AlertKind.TALK, 1)]
    assert one.look(201.0) == []
    quiet = watch()
    quiet.take(said(A, 100, 120))
    assert quiet.glance.talk.agent_share(200.0) is None, "too little speech says nothing"


def test_only_critical_items_that_are_missed_or_broken_are_told():
    def found(severity, state):
        return ChecklistChanged(Finding("R", "Verify", severity, state, at=73.0))

    one = watch()
    assert one.take(found(Severity.REQUIRED, State.MISSED)) == []
    assert one.take(found(Severity.AUTO_FAIL, State.DUE)) == []
    (sign,) = one.take(found(Severity.AUTO_FAIL, State.MISSED))
    assert (sign.kind, sign.title, sign.second) == (AlertKind.MISSED, "Missed: Verify", 73.0)
    assert one.take(found(Severity.AUTO_FAIL, State.MISSED)) == []


def alert(**more):
    values = {
        "id": "a", "call_id": "c", "agent": "Ana", "queue": "Parcels", "kind": AlertKind.ANGER,
        "level": 2, "title": "Angry", "quote": "third time", "second": 33.0, "utterance_id": 7,
        "raised_at": NOW.isoformat(),
    }  # fmt: skip
    return Alert(**values | more)


def sign(level=2, kind=AlertKind.LEAVING):
    return Sign(kind, level, "I am leaving", 40.0, "Threatens to leave", 8)


def test_an_unanswered_alert_takes_in_what_follows_and_rises_with_it():
    same = joined(alert(), sign(2), NOW + timedelta(hours=1))
    assert (same.id, same.level, same.quote) == ("a", 2, "third time")
    assert [s.quote for s in same.also] == ["I am leaving"]
    risen = joined(alert(), sign(3), NOW + timedelta(seconds=1))
    assert (risen.id, risen.level, risen.kind) == ("a", 3, AlertKind.LEAVING)
    assert [s.quote for s in risen.also] == ["third time"]
    many = alert()
    for n in range(20):
        many = joined(many, Sign(AlertKind.ANGER, 1, f"q{n}", 1.0, ""), NOW)
    assert len(many.also) == 5


@pytest.mark.parametrize("state", [AlertState.ACKNOWLEDGED, AlertState.RESOLVED, AlertState.FALSE])
def test_after_an_answer_alerts_are_three_minutes_apart_unless_the_level_rises(state):
    taken = alert(state=state)
    soon, late = NOW + timedelta(seconds=170), NOW + timedelta(seconds=181)
    kept = joined(taken, sign(2), soon)
    assert kept is not None
    assert (kept is taken) == (state is not AlertState.ACKNOWLEDGED)
    assert joined(taken, sign(3), soon) is None
    assert joined(taken, sign(2), late) is None


def test_a_person_answers_an_alert_and_the_first_answer_is_timed():
    read = answered(alert(), "open", "Sam", "t1")
    assert (read.state, read.opened_by) == (AlertState.RAISED, "Sam")
    taken = answered(read, "acknowledge", "Kim", "t2")
    assert (taken.opened_at, taken.acknowledged_at, taken.acknowledged_by) == ("t1", "t2", "Kim")
    done = answered(taken, "resolve", "Sam", "t3", "took over")
    assert (done.state, done.closed_by, done.why) == (AlertState.RESOLVED, "Sam", "took over")
    assert done.acknowledged_at == "t2"
    with pytest.raises(RequestRefused, match="closed already"):
        answered(done, "false", "Sam", "t4", "no")
    with pytest.raises(RequestRefused, match="why"):
        answered(alert(), "false", "Sam", "t1", "  ")
    with pytest.raises(RequestRefused, match="no such deed"):
        answered(alert(), "shout", "Sam", "t1")
    wrong = answered(alert(), "false", "Sam", "t1", "misheard")
    assert (wrong.state, wrong.opened_at, wrong.acknowledged_at) == (AlertState.FALSE, "t1", "t1")


def test_words_that_held_a_secret_leave_the_alert():
    one = joined(alert(), sign(2), NOW)
    assert [s.quote for s in hidden(one, 8).also] == [REMOVED]
    assert hidden(one, 7).quote == REMOVED
    assert hidden(one, 99) == one
