"""An encoder trained further: the meaning moves a little, the affect not at all, and a second run
with the same seed comes to the same numbers."""

import numpy as np
import pytest

from models.training.export import read_weights
from models.training.labelled import Line, read_labelled
from models.types import Channel, ClassifyRequest

pytestmark = pytest.mark.torch


@pytest.fixture
def continued():
    pytest.importorskip("safetensors.torch", reason="needs the torch extra")
    from models.training import continued

    return continued


@pytest.fixture
def train(continued, tiny_model, calls_file, make_calls, tmp_path):
    lines = read_labelled(calls_file(make_calls(20, turns=4))).lines

    def run(name, seed=5):
        course = continued.Course(steps=4, seed=seed, rate=1e-3, lines=12)
        start = read_weights(tiny_model.base / "model.safetensors")
        tokenizer = tiny_model.base / "tokenizer.json"
        out = tmp_path / name
        learned = continued.continue_training(start, 4, tokenizer, lines, course, out)
        return learned, start, read_weights(out)

    return run


def apart(one, other, name):
    return float(np.abs(one[name] - other[name]).max())


def test_the_meaning_moves_and_all_else_stays(train):
    learned, start, made = train("one")
    assert learned == 3
    assert made.keys() == start.keys()
    moved = {name for name in start if not np.array_equal(start[name], made[name])}
    assert "meaning.0.qkv.weight" in moved
    assert {name.partition(".")[0] for name in moved} == {"meaning"}


def test_two_runs_of_one_seed_come_to_the_same_numbers(train):
    _, start, one = train("one")
    _, _, same = train("same")
    _, _, other = train("other", seed=6)
    name = "meaning.0.qkv.weight"
    moved = apart(start, one, name)
    assert moved > 1e-3
    assert apart(one, same, name) < 0.05 * moved
    assert apart(one, other, name) > 0.2 * moved


def line(text, *wanted):
    return Line(ClassifyRequest(text, Channel.CUSTOMER), text, frozenset(wanted), None, None)


def test_lines_that_want_one_thing_teach_and_the_others_are_kept_in_place(continued):
    lines = [line("Stop it!", "cancel"), line("both", "a", "b"), line("Hello there"), line("?")]
    corpus = continued.corpus_of(lines)
    own = [(one.text, one.intent) for one in corpus.intents if one.set == continued.OWN]
    kept = {one.text for one in corpus.intents if one.set == continued.KEPT}
    assert own == [("stop it", "cancel")]
    assert {"both", "hello there"} <= kept
    assert "" not in kept
    assert len(kept) > 1000


def test_an_intent_is_learnable_from_eight_lines_on(continued):
    lines = [line(f"stop {n}", "cancel") for n in range(8)]
    lines += [line(f"back {n}", "refund") for n in range(7)]
    assert continued.learnable(lines) == 1
    assert continued.learnable([*lines, line("back", "refund")]) == 2
