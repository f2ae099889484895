"""A live call as the wall shows it."""

from models.types import Channel, Utterance
from pipeline.events import (
    AngerChanged,
    CallStarted,
    ChecklistChanged,
    HintCleared,
    HintRaised,
    SpeechStarted,
    SpeechStopped,
    UtteranceFinal,
    UtteranceRedacted,
)
from pipeline.glance import Glance
from qa_rules.types import Anger, ChecklistItem, Evidence, Finding, Hint, Severity, State

A, C = Channel.AGENT, Channel.CUSTOMER


def item(name, severity=Severity.REQUIRED, conditional=False):
    return ChecklistItem(name, name, name, severity, "Opening", conditional=conditional)


def glance(*items):
    return Glance(
        CallStarted("c", "", "Ana", "Parcels", "inbound", "en", (A, C), 8000, (), tuple(items))
    )


def found(name, severity, state):
    return ChecklistChanged(Finding(name, name, severity, state))


def test_the_checklist_is_counted_as_the_desk_counts_it():
    af, p = Severity.AUTO_FAIL, Severity.PROHIBITED_AUTO_FAIL
    one = glance(item("a"), item("b"), item("m", af), item("if", conditional=True), item("no", p))
    assert one.checklist() == (0, 3)
    assert one.critical() == (["m"], [])
    one.take(found("a", Severity.REQUIRED, State.DONE))
    one.take(found("b", Severity.REQUIRED, State.NOT_APPLICABLE))
    one.take(found("if", Severity.REQUIRED, State.DUE))
    assert one.checklist() == (1, 3)
    one.take(found("m", af, State.MISSED))
    one.take(found("no", p, State.VIOLATED))
    assert one.critical() == ([], ["m", "no"])


def test_silence_and_overtalk_run_while_they_last():
    one = glance()
    assert one.talk.silence_s(4.0) == 4.0
    one.take(SpeechStarted(A, 1, 5.0))
    assert one.data(6.0)["quiet_at"] is None
    one.take(SpeechStarted(C, 2, 7.0))
    assert one.data(8.0)["both_at"] == 7.0
    one.take(SpeechStopped(A, 1, 9.5))
    assert (one.data(10.0)["both_at"], one.data(10.0)["overtalk_s"]) == (None, 2.5)
    one.take(SpeechStopped(C, 2, 12.0))
    assert one.talk.silence_s(20.0) == 8.0


def test_the_mood_has_a_trend_and_its_words_until_they_are_removed():
    one = glance()
    proof = Evidence("third time I'm calling", 33.0, 34.0, 7, C)
    one.take(AngerChanged(Anger(3, True, 40.0, (proof,))))
    shown = one.data(41.0)
    assert (shown["anger"], shown["trend"]) == (3, 1)
    assert shown["why"] == [{"quote": "third time I'm calling", "at": 33.0}]
    assert one.trend(101.0) == 0
    one.take(AngerChanged(Anger(1, False, 102.0, (proof,))))
    assert one.trend(103.0) == -1
    one.take(UtteranceRedacted(7, "[card number]", ("card",)))
    assert one.data(104.0)["why"] == []


def test_the_last_hint_goes_when_it_is_over_and_last_words_stay():
    one = glance()
    one.take(HintRaised(Hint("h1", "h", "Say sorry", 2.0, 20.0)))
    one.take(HintCleared("h0", "said", 3.0))
    assert one.data(3.0)["hint"]["text"] == "Say sorry"
    one.take(HintCleared("h1", "said", 4.0))
    assert one.data(4.0)["hint"] is None
    one.take(UtteranceFinal(Utterance(3, C, 4.0, 5.0, "Hello?")))
    assert one.last_words.quote == "Hello?"
