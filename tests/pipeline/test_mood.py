"""The customer's mood over a call."""

from models.types import Channel, Label, Utterance
from pipeline.mood import mood_over
from qa_rules.types import Anger


def test_a_calm_call_has_a_flat_mood():
    mood = mood_over([], {}, [], 60.0)
    assert (mood.start, mood.peak, mood.end, mood.trend, mood.levels) == (0, 0, 0, "same", ())


def test_a_level_holds_until_it_changes():
    mood = mood_over([], {}, [Anger(2, True, 10.0), Anger(1, False, 70.0)], 100.0)
    assert [q.level for q in mood.quarters] == [2, 2, 2, 1]


def test_a_call_that_ends_angrier_than_it_began_went_worse():
    assert mood_over([], {}, [Anger(3, True, 95.0)], 100.0).trend == "worse"
    assert mood_over([], {}, [Anger(3, True, 5.0), Anger(1, False, 95.0)], 100.0).trend == "better"


def test_the_agents_words_say_nothing_of_the_customers_mood():
    said = [
        Utterance(1, Channel.AGENT, 1, 2, "sorry"),
        Utterance(2, Channel.CUSTOMER, 3, 4, "fine"),
    ]
    labels = {n: [Label("sentiment", "negative", 0.9)] for n in (1,)}
    labels[2] = [Label("sentiment", "positive", 0.6), Label("intent", "thanks_done", 0.9)]
    assert mood_over(said, labels, [], 100.0).quarters[0].sentiment == 0.6


def test_a_call_of_no_length_has_a_mood_too():
    assert mood_over([], {}, [], 0.0).end == 0
