import pytest

from models.registry import load
from models.types import Channel, Label, Utterance
from pipeline.reading import Reading, holds
from pipeline.redact import Redactor
from qa_rules.live import RuleRun
from qa_rules.packs import load_packs
from qa_rules.types import CallFacts, HappenedEvent

A, C = Channel.AGENT, Channel.CUSTOMER
CARD = "four two four two four two four two"


@pytest.fixture
def packs():
    return load_packs(("card_payment", "complaint_resolution"))


@pytest.fixture
def reading(packs):
    return Reading(RuleRun(packs, CallFacts()), Redactor())


def utterance(number, channel, text, start=None):
    at = 4.0 * number if start is None else start
    return Utterance(number, channel, at, at + 3.0, text)


def kinds(events):
    return [event.type for event in events]


def test_words_are_redacted_before_they_are_told(reading):
    events, mutes, request = reading.say(utterance(0, C, f"my card number is {CARD} {CARD}"))
    assert request is None
    assert "four two" not in repr(events)
    assert "four two" not in repr(reading.utterances)
    assert [mute.channel for mute in mutes] == [C]


def test_a_number_over_two_utterances_redacts_the_earlier_too(reading):
    reading.say(utterance(0, A, "what is the long number on your card"))
    first, _, _ = reading.say(utterance(1, C, f"it is {CARD}"))
    second, mutes, _ = reading.say(utterance(2, C, CARD))
    told = repr([*first, *second])
    assert "UtteranceRedacted" in kinds(second) or "four two" not in repr(first)
    assert "four two" not in repr(reading.utterances)
    assert mutes
    assert "[card number]" in told


def test_an_instant_classifier_answers_at_once(packs):
    intents = {"manager": {"examples": ["speak to your manager"]}}
    engine = load("classify", "lexical", {"intents": intents})
    reading = Reading(RuleRun(packs, CallFacts()), Redactor(), engine)
    events, _, request = reading.say(utterance(0, C, "i want to speak to your manager"))
    assert request is None
    assert kinds(events)[:2] == ["UtteranceFinal", "LabelsAdded"]
    assert reading.labels[0][0].name == "manager"


def test_a_slow_classifier_is_asked_with_what_was_said_before(packs):
    class Slow:
        instant = False

    reading = Reading(RuleRun(packs, CallFacts()), Redactor(), Slow(), "key")
    for number in range(8):
        events, _, request = reading.say(utterance(number, C, f"line {number}"))
        assert kinds(events) == ["UtteranceFinal"]
        reading.label(number, ())
    assert request.text == "line 7"
    assert request.context == tuple(f"line {n}" for n in range(1, 7))
    assert request.context_channels == (C,) * 6
    assert request.fit == "key"
    told = reading.label(5, (Label("intent", "x", 1.0, "line", "slow"),))
    assert kinds(told)[0] == "LabelsAdded"


def test_rules_are_asked_only_when_something_is_due(reading):
    asked = []
    rules = reading.rules
    reading.rules = type(
        "Counting",
        (),
        {"next_due": 5.0, "advance": lambda self, at: asked.append(at) or rules.advance(at)},
    )()
    reading.advance(4.9)
    reading.advance(5.0)
    assert asked == [5.0]


def test_a_hint_is_previewed_once(reading):
    shown = set()
    said = utterance(0, C, "this is ridiculous i want to speak to your manager")
    first = reading.preview(said, shown)
    assert kinds(first) == ["HintPreviewed"] * len(shown)
    assert reading.preview(said, shown) == []


def test_what_is_no_plain_fact_counts_as_none(reading):
    assert isinstance(reading.tell("hold_start", 3.0, {"a": 1}), list)
    assert "hold_start" in {e.id for e in reading.rules.events()}


def test_holds_are_spans_and_an_open_one_ends_with_the_call():
    happened = [
        HappenedEvent("hold_end", 1.0),
        HappenedEvent("hold_start", 5.0),
        HappenedEvent("hold_start", 6.0),
        HappenedEvent("hold_end", 9.0),
        HappenedEvent("hold_start", 20.0),
    ]
    assert holds(happened, 30.0) == [(5.0, 9.0), (20.0, 30.0)]
