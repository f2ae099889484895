import numpy as np
import pytest
from tiny import TinyEncoder

from models.classify.exemplars import Exemplars
from models.classify.likeness import FEATURES, UNKNOWN, evidence, learn

ENCODER = TinyEncoder()
RECORDED = Exemplars(
    ("this call is recorded", "we record every call"),
    ("a record of your purchase",),
    None,
    ("recorded", "taped"),
)


def item(exemplars=RECORDED):
    texts = [*exemplars.examples, *exemplars.not_examples]
    made = ENCODER.encode(texts)
    return learn(
        exemplars, dict(zip(texts, zip(made.vectors, made.affect, strict=True), strict=True))
    )


def look(text, exemplars=RECORDED):
    row = evidence([item(exemplars)], [text], ENCODER.encode([text]))[0, 0]
    return dict(zip(FEATURES, row.tolist(), strict=True))


def test_a_denial_is_as_near_and_is_put_otherwise():
    said, denied = look("this call is recorded"), look("this call is not recorded")
    assert denied["best"] > 0.6
    assert (said["denied_added"], denied["denied_added"]) == (0.0, 1.0)


def test_what_the_item_is_not_counts_against():
    near = look("a record of your purchase today")
    assert near["counter"] > 0 > near["away"]
    assert look("this call is recorded")["counter"] == 0.0


def test_key_words_are_met_in_any_form_and_none_are_neither_here_nor_there():
    assert look("everything is being taped")["keyword"] == 1.0
    assert look("we keep what you say")["keyword"] == 0.0
    assert look("hello", Exemplars(RECORDED.examples))["keyword"] == UNKNOWN


def test_an_example_put_as_a_question_wants_a_question():
    ask = Exemplars(("may i have your name", "can i take your name"))
    assert look("your name is smith", ask)["asked_missing"] == 1.0
    assert look("could i have your name", ask)["asked_missing"] == 0.0


def test_a_difference_in_feeling_is_seen_where_the_encoder_feels():
    assert (
        look("this furious call is recorded")["feeling"] > look("this call is recorded")["feeling"]
    )
    blind = TinyEncoder(affect=())
    texts = list(RECORDED.examples)
    made = blind.encode(texts)
    known = dict(zip(texts, zip(made.vectors, made.affect, strict=True), strict=True))
    bare = learn(Exemplars(RECORDED.examples), known)
    rows = evidence([bare], ["recorded"], blind.encode(["recorded"]))
    assert rows[0, 0, FEATURES.index("feeling")] == 0.0
    assert np.isfinite(rows).all()


@pytest.mark.parametrize("text", ["hello", "it rains"])
def test_what_is_far_off_is_said_to_be(text):
    assert look(text)["far"] > 0.1
