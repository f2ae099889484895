import pytest

from models.types import Channel, Utterance
from pipeline.reading import Reading
from pipeline.redact import Redactor
from pipeline.scoring import Outcome, conclude, turn_count
from qa_rules.live import RuleRun
from qa_rules.packs import load_packs
from qa_rules.types import CallFacts

A, C = Channel.AGENT, Channel.CUSTOMER


@pytest.mark.parametrize(
    ("channels", "turns"), [([], 0), ([A], 1), ([A, A], 1), ([A, C], 2), ([A, C, C, A], 3)]
)
def test_a_turn_is_a_change_of_the_floor(channels, turns):
    assert turn_count(channels) == turns


def outcome(*lines, seconds=60.0):
    packs, facts = load_packs(("core_call",)), CallFacts()
    reading = Reading(RuleRun(packs, facts), Redactor())
    for number, (channel, text) in enumerate(lines):
        reading.say(Utterance(number, channel, 10.0 * number, 10.0 * number + 5, text))
    reading.end(seconds)
    return Outcome(reading, packs, facts, seconds, "2026-05-01T12:00:00+00:00")


def test_a_call_ends_with_its_score_and_its_work():
    events = conclude(
        outcome(
            (A, "thank you for calling northwind my name is dana how can i help"),
            (C, "where is my order"),
            (A, "i will call you back tomorrow"),
            (C, "fine thank you"),
        )
    )
    assert [e.type for e in events] == ["CallScored", "WrapupReady"]
    assert events[0].scorecard.status == "scored"
    (promise,) = events[1].wrapup["promises"]
    assert "2026-05-02" in repr(promise)


def test_a_short_call_is_not_scored_and_says_why():
    scored, _ = conclude(outcome((A, "hello"), seconds=8.0))
    assert scored.scorecard.status == "not_scored"
    assert "8 s" in scored.scorecard.reason
