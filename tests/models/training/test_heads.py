"""What teaches a want, and that fitted numbers are taken only where they do better."""

import numpy as np
import pytest

from models.classify.affect import AffectHead, feature_names
from models.classify.calibrator import Calibrator
from models.classify.exemplars import Exemplars
from models.classify.fewshot import FEATURES
from models.encode.minilm import MiniLmEncoder
from models.training.heads import Heads, exemplars
from models.training.labelled import Line, read_labelled, split_of
from models.types import Channel, ClassifyRequest


def line(text, *wanted, speaker="customer"):
    return Line(ClassifyRequest(text, Channel(speaker)), text, frozenset(wanted), None, None)


def test_lines_that_want_one_thing_teach_it_beside_the_packs():
    lines = [line("stop it", "cancel"), line("both", "cancel", "refund"), line("hello"),
             line("end it", "cancel"), line("give it back", "refund", speaker="agent")]  # fmt: skip
    given = {"cancel": Exemplars(("stop it", "close my account"), ("close the window",))}
    found = exemplars(lines, given, seed=0)
    assert found["cancel"].examples == ("stop it", "close my account", "end it")
    assert found["cancel"].not_examples == ("close the window",)
    assert found["refund"].examples == ("give it back",)
    assert found["refund"].speaker is None
    assert list(found) == ["cancel", "refund"]


def test_a_want_that_one_side_alone_says_is_that_sides():
    found = exemplars([line("stop", "cancel"), line("bye", "close", speaker="agent")], {}, 0)
    assert found["cancel"].speaker is Channel.CUSTOMER
    assert found["close"].speaker is Channel.AGENT


def test_so_many_lines_teach_a_want_and_the_seed_draws_them():
    lines = [line(f"line {n}", "cancel") for n in range(40)]
    one, same, other = (exemplars(lines, {}, seed, most=8)["cancel"].examples for seed in (0, 0, 1))
    assert one == same
    assert len(one) == 8
    assert set(one) != set(other)


@pytest.fixture(scope="module")
def heads(tiny_model):
    encoder = MiniLmEncoder(tiny_model.folder)
    return Heads(encoder, 0, lambda _: None)


@pytest.fixture
def split(calls_file, make_calls):
    return split_of(read_labelled(calls_file(make_calls(24, turns=3))).lines, 0)


def nothing(names, intercept=-2.0):
    return Calibrator(tuple(names), np.zeros(len(names)), intercept)


def test_numbers_for_wants_are_fitted_where_those_at_hand_tell_nothing(heads, split):
    found = heads.wants(split.train, split.dev, {}, nothing(FEATURES))
    assert found.names == FEATURES
    assert np.abs(found.weights).max() > 0.1
    assert heads.wants(split.train, split.dev, {}, found) is found


def test_numbers_that_do_no_better_are_not_taken(heads, split):
    held = nothing(FEATURES)
    assert heads.wants(split.train, (), {}, held) is held


def test_feelings_need_a_head_at_hand_or_labels_of_all(heads, split, tiny_model):
    made = heads.affect(split.train, split.dev, None)
    assert set(made.parts) == {"negative", "neutral", "positive", "anger"}
    calm = tuple(
        Line(one.request, one.call, one.intents, one.sentiment, None) for one in split.train
    )
    assert heads.affect(calm, split.dev, None) is None
    names = feature_names(made.affect)
    held = AffectHead(made.affect, {part: nothing(names) for part in made.parts})
    kept = heads.affect(calm, split.dev, held)
    assert kept.parts["anger"] is held.parts["anger"]
    assert kept.parts["negative"] is not held.parts["negative"]
