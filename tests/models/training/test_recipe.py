import numpy as np
import pytest

from models.training.lines import ScriptLines
from models.training.recipe import LONGEST, Batches, Classes, Corpus, IntentLine, Mix
from tests.models.training.tiny import tokenizer

LINES = tuple(
    [IntentLine(f"i want to cancel my card {n}", "cancel", "one") for n in range(10)]
    + [IntentLine(f"where is my order {n}", "order", "one") for n in range(10)]
    + [IntentLine(f"please pay the bill {n}", "pay", "two") for n in range(10)]
    + [IntentLine("thanks", "rare", "two"), IntentLine("hello", "", "two")]
)
CORPUS = Corpus(
    intents=LINES,
    scripts=(ScriptLines("recorded", ("calls are recorded", "we record"), ("not recorded",)),) * 2,
    emotions=(("i am angry", (0,)), ("thanks", (1, 2))),
    emotion_names=("anger", "joy", "love"),
    callers=(("never call again", "angry"), ("my order", "neutral")),
    caller_names=("angry", "neutral"),
    calm=("yes please",),
    heard={"i am angry": ("i am hungry",)},
)


@pytest.fixture(scope="module")
def batches():
    return Batches(CORPUS, tokenizer(), {"two": 0.0}, Mix(intents=20, emotions=2), seed=3)


def test_a_class_needs_enough_lines_and_competes_within_its_set():
    classes = Classes(LINES)
    assert set(classes.number) == {("one", "cancel"), ("one", "order"), ("two", "pay")}
    assert classes.of(LINES[0])[1:] == (0, 2)
    assert classes.of(LINES[20])[1:] == (2, 3)
    assert classes.of(IntentLine("thanks", "rare", "two")) == (-1, 0, 0)


def test_a_step_is_the_same_each_time_and_another_step_is_not(batches):
    one, again, other = batches.make(5), batches.make(5), batches.make(6)
    assert one.raw == again.raw
    assert one.clean == again.clean
    assert np.array_equal(one.classes, again.classes)
    assert one.raw != other.raw


def test_a_set_of_no_weight_is_never_drawn(batches):
    assert all(batches.make(step).classes.max() < 2 for step in range(5))


def test_targets_stand_in_the_order_of_their_lines(batches):
    batch = batches.make(0)
    assert len(batch.clean) == len(batch.broken) == len(batch.classes) == 20
    assert batch.emotions.shape == (2, 3)
    assert sorted(batch.emotions.sum(1)) == [1.0, 2.0]
    assert len(batch.said) == len(batch.callers) == len(batch.weights) == 3
    assert batch.callers[-1] == 1
    assert batch.weights[-1] < 1
    assert batch.meant.tolist() == [True, True, False] * 2


def test_a_long_line_is_cut_and_keeps_its_end_mark(batches):
    pieces = batches.pieces(["cancel " * 100])[0]
    assert len(pieces) == LONGEST
    assert pieces[-1] == tokenizer().token_to_id("[SEP]")
