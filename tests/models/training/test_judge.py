"""Figures against what they are by hand, their intervals, and who is better."""

import numpy as np
import pytest

from models.training.judge import (
    SENTIMENTS,
    Answers,
    Figure,
    answers,
    auroc,
    better,
    differences,
    figures,
)
from models.training.labelled import Line
from models.types import Channel, ClassifyRequest, Label


def given(chances, truth, names=("a", "b"), calls=None):
    chances = np.array(chances, float)
    calls = tuple(calls or map(str, range(len(chances))))
    return Answers(names, chances, np.array(truth, bool), calls)


def value(task, one, name):
    return figures({task: one}, 0)[task][name].value


def test_auroc_is_the_chance_that_a_true_one_stands_above_a_false_one():
    chances, truth = np.array([0.9, 0.4, 0.4, 0.1]), np.array([True, True, False, False])
    assert auroc(chances, truth) == pytest.approx(3.5 / 4)
    assert np.isnan(auroc(chances, np.ones(4, bool)))


def test_a_want_is_right_where_it_is_told_and_none_where_nothing_is():
    one = given([[0.9, 0.1], [0.2, 0.1], [0.6, 0.7], [0.4, 0.1]], [[1, 0], [0, 0], [1, 0], [1, 0]])
    assert value("intents", one, "accuracy") == 0.5
    # a: two right, one missed; b: one false and never true, so that it does not occur.
    assert value("intents", one, "macro_f1") == pytest.approx(0.8)


def test_a_sentiment_that_nobody_tells_is_wrong():
    one = given([[0.8, 0, 0], [0, 0, 0]], [[1, 0, 0], [1, 0, 0]], SENTIMENTS)
    assert value("sentiment", one, "accuracy") == 0.5
    assert value("sentiment", one, "macro_f1") == pytest.approx(2 / 3, abs=1e-3)


def test_calibration_is_the_gap_of_what_is_said_and_what_is():
    sure = given([[0.95, 0.0]] * 10, [[1, 0]] * 5 + [[0, 1]] * 5)
    fair = given([[0.55, 0.0]] * 10, [[1, 0]] * 5 + [[0, 1]] * 5)
    assert value("intents", sure, "ece") == pytest.approx(0.45)
    assert value("intents", fair, "ece") == pytest.approx(0.05)


def test_an_interval_holds_its_value_and_is_wider_where_lines_share_a_call():
    draw = np.random.default_rng(0)
    said = np.repeat(draw.random(30) < 0.7, 4)
    chances = np.where(said[:, None], [[0.9, 0.1]], [[0.1, 0.9]])
    truth = [[True, False]] * 120
    alone = figures({"intents": given(chances, truth)}, 0)["intents"]["accuracy"]
    calls = [str(n // 4) for n in range(120)]
    together = figures({"intents": given(chances, truth, calls=calls)}, 0)["intents"]["accuracy"]
    assert alone.low < alone.value < alone.high
    assert together.high - together.low > 1.5 * (alone.high - alone.low)


def test_two_readers_are_compared_on_the_same_draws():
    draw = np.random.default_rng(1)
    truth = np.array([[n % 2 == 0, n % 2 == 1] for n in range(60)])
    noise = draw.random((60, 2))
    worse, good = given(0.7 * truth + 0.6 * noise, truth), given(truth * 0.9, truth)
    same = differences({"intents": worse}, {"intents": worse}, 0)["intents"]
    assert (same.low, same.value, same.high) == (0, 0, 0)
    grown = differences({"intents": worse}, {"intents": good}, 0)
    assert grown["intents"].low > 0
    assert better(grown)
    assert not better(differences({"intents": good}, {"intents": worse}, 0))


@pytest.mark.parametrize(
    ("one", "other", "is_better"),
    [((0.1, 0.2), (-0.1, 0.1), True), ((-0.1, 0.3), (-0.1, 0.1), False),
     ((0.1, 0.2), (-0.3, -0.1), False)],
)  # fmt: skip
def test_better_is_surely_so_at_one_task_and_surely_worse_at_none(one, other, is_better):
    grown = {"intents": Figure(0, *one), "anger": Figure(0, *other)}
    assert better(grown) is is_better


class Parrot:
    """Tells the labels that stand for a text."""

    instant = True

    def classify(self, batch):
        told = {
            "stop": (Label("intent", "cancel", 0.8), Label("mood", "anger", 0.7)),
            "fine": (Label("sentiment", "positive", 0.6), Label("mood", "joy", 0.9)),
        }
        return [told.get(request.text, ()) for request in batch]


def line(text, speaker="customer", **labels):
    held = {"intents": None, "sentiment": None, "angry": None} | labels
    return Line(ClassifyRequest(text, Channel(speaker)), text, **held)


def test_answers_are_taken_by_task_from_lines_that_have_its_label():
    lines = [
        line("stop", intents=frozenset({"cancel"}), angry=True),
        line("fine", sentiment="positive", angry=False),
        line("thanks", "agent", sentiment="positive"),
    ]
    found = answers(Parrot(), lines, ["cancel", "move"])
    assert found["intents"].chances.tolist() == [[0.8, 0.0]]
    assert found["intents"].truth.tolist() == [[True, False]]
    assert found["anger"].chances.tolist() == [[0.7], [0.0]]
    assert found["sentiment"].chances.tolist() == [[0.0, 0.0, 0.6]]
    assert found["sentiment"].calls == ("fine",)
