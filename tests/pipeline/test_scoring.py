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


def soft(*lines, seconds=120.0):
    scored, _ = conclude(outcome(*lines, seconds=seconds))
    return {a.question_id: a for s in scored.scorecard.sections for a in s.answers}


def test_soft_skills_are_answered_from_words_and_measures_or_left_to_a_person():
    got = soft(
        (A, "thank you for calling northwind my name is dana how can i help you"),
        (C, "this is ridiculous i have been waiting forever i am furious"),
        (A, "i am so sorry about that so to check i understand when did it stop working"),
        (C, "on monday"),
        (A, "right i will chase the engineer for you today and call you back tomorrow"),
        (C, "that sounds good thank you"),
        (A, "is there anything else i can do for you"),
        (C, "no that is everything"),
        (A, "thank you for calling have a lovely day"),
        (C, "bye"),
        seconds=96.0,
    )
    answers = {name: got[name].answer for name in got if name.startswith("SOFT")}
    assert answers == {
        "SOFT-01": "yes",
        "SOFT-02": "yes",
        "SOFT-03": "open",
        "SOFT-04": "yes",
        "SOFT-05": "open",
        "SOFT-06": "open",
        "SOFT-07": "yes",
        "SOFT-08": "n/a",
        "SOFT-09": "open",
        "SOFT-10": "yes",
        "SOFT-11": "yes",
        "SOFT-12": "open",
    }
    suggested = {n: got[n].machine for n in ("SOFT-03", "SOFT-05", "SOFT-12")}
    assert suggested == dict.fromkeys(suggested, "yes")
    assert "when did it" in got["SOFT-03"].evidence[0].quote
    assert "the agent's words a minute: " in got["SOFT-07"].evidence[0].quote
    assert got["SOFT-04"].evidence[0].start == pytest.approx(20, abs=5)
    assert not {"CORE-06", "CORE-07", "CORE-08", "CORE-09", "CORE-10"} & set(got)


def test_an_insult_fails_the_call_by_the_items_name():
    scored, _ = conclude(
        outcome((A, "hello"), (C, "my bill is wrong"), (A, "oh shut up"), (C, "what"))
    )
    assert scored.scorecard.auto_fail_items == ("CORE-09",)


def test_what_the_system_told_is_kept_with_the_score():
    made = outcome((A, "hello"), (C, "hi"), (A, "one moment"), (C, "okay"))
    made.reading.tell("hold_start", 41.0)
    basis = conclude(made)[0].basis
    assert [(e.id, e.at) for e in basis.told] == [("hold_start", 41.0)]
    assert basis.facts == made.facts
