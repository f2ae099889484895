import numpy as np
import pytest

from benchmarks import make_affect
from benchmarks.make_affect import Example
from models.classify.affect import ANGER
from models.training.lines import Excerpt, Turn
from tests.benchmarks.test_affect import NAMES, Words

CALLS = [
    Excerpt((Turn("agent", "hello"), Turn("customer", "anger now")), "negative", 3),
    Excerpt((Turn("customer", "joy"), Turn("agent", "hi"), Turn("customer", "joy")), "positive", 0),
    Excerpt((Turn("agent", "hello"), Turn("customer", "neutral fact")), "neutral", 0),
    Excerpt((Turn("agent", "hello"), Turn("customer", "hm")), "negative", 1),
] * 20


@pytest.fixture
def given(monkeypatch):
    monkeypatch.setattr(make_affect, "excerpts", lambda: CALLS)
    monkeypatch.setattr(make_affect, "BROKEN_RATE", 0.0)
    breaker = make_affect.Breaker(seed=1)
    return [one for n in range(len(CALLS)) for one in make_affect._forms(n, breaker)]


def test_an_excerpt_is_learnt_as_written_and_as_broken_and_weighs_one(given):
    first = [one for one in given if one.source == 0]
    assert len(first) == 1 + make_affect.BROKEN_FORMS
    assert sum(one.weight for one in first) == pytest.approx(1.0)
    assert first[0] == Example("anger now", (), "hello", "negative", True, 0.25, 0)
    assert next(one for one in given if one.source == 1).customer == ("joy",)


def test_an_irritated_turn_answers_no_question_of_anger(given):
    assert {one.angry for one in given if one.source == 3} == {None}


def test_the_head_tells_what_the_affect_tells(given):
    head = make_affect.fit_parts(NAMES, given, make_affect.rows(Words(), given))
    logits = Words().encode(["anger", "joy", "neutral"]).affect
    angry, glad, flat = (head.feel(row) for row in logits)
    assert angry.anger > 0.5 > glad.anger + 0.1
    felt = {"negative": angry, "positive": glad, "neutral": flat}
    for name, own in felt.items():
        assert own.sentiment[name] == max(one.sentiment[name] for one in felt.values())
    assert set(head.parts) == {"negative", "neutral", "positive", ANGER}


def test_figures_are_of_excerpts_that_the_fit_had_not_seen(given):
    x = make_affect.rows(Words(), given)
    figures = make_affect.unseen(NAMES, given, x, seed=1)
    assert figures["excerpts"] == len(CALLS)
    assert figures["anger_auroc"][0] > 90
    shuffled = make_affect.unseen(NAMES, given, np.random.default_rng(0).normal(size=x.shape), 1)
    assert shuffled["anger_auroc"][0] < 75
