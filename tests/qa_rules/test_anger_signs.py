"""What signs of anger weigh together: words before voice, and no single reading is enough."""

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.types import Channel, Label, Utterance
from qa_rules.anger import AngerLadder
from qa_rules.anger_signs import RAISE, READING_EVEN, READING_MOST, SURE, reading_weight
from qa_rules.schema import MoodSpec

CUES = [
    {"id": "waiting", "level": 1, "match": "been waiting for hours"},
    {"id": "ridiculous", "level": 1, "match": "this is ridiculous"},
    {"id": "kidding", "level": 1, "match": "are you kidding"},
    {"id": "useless", "level": 2, "match": "you are useless"},
    {"id": "cheated", "level": 2, "match": "you lied to me"},
    {"id": "livid", "level": 2, "strong": True, "match": "absolutely livid"},
    {"id": "lawyer", "level": 3, "match": "talk to my lawyer"},
    {"id": "soothed", "level": -1, "match": "that is great"},
]  # fmt: skip
CALM = "the number is on the front of it"
LOUD = Label("prosody", "raised", 0.97)
LINES = (CALM, "yes", "that is great", *(c["match"] for c in CUES if c["level"] > 0))


def read(probability):
    return Label("mood", "anger", probability, "", "meaning")


def play(rows):
    """Return the ladder and its changes after (seconds from the last, text, labels)."""
    ladder = AngerLadder([MoodSpec.model_validate(c) for c in CUES])
    changes, at = [], 0.0
    for number, (pause, text, labels) in enumerate(rows):
        said = Utterance(number, Channel.CUSTOMER, at + pause, at + pause + 4.0, text)
        at = said.end
        changes += [ladder.advance(said.start), ladder.utterance(said, labels)]
    return ladder, [c for c in changes if c is not None]


def level(*rows):
    return play(rows)[0].level


def test_a_reading_of_one_utterance_is_never_enough_and_shows_nothing():
    assert level((1, CALM, [read(1.0)])) == 0
    assert READING_MOST < RAISE


def test_two_sure_readings_within_a_minute_raise_the_flag_and_quote_the_words():
    ladder, changes = play([(1, "where is my parcel then", [read(0.93)]), (9, CALM, [read(0.95)])])
    assert (ladder.level, ladder.flagged) == (2, True)
    assert [(e.quote, e.engine) for e in changes[-1].reasons] == [
        (CALM, "meaning"),
        ("where is my parcel then", "meaning"),
    ]
    assert [e.utterance_id for e in changes[-1].reasons] == [1, 0]
    assert all(e.end > e.start for e in changes[-1].reasons)


def test_two_sure_readings_more_than_a_minute_apart_raise_nothing():
    assert level((1, CALM, [read(0.95)]), (61, CALM, [read(0.95)])) == 0


def test_readings_that_are_not_sure_raise_nothing_however_many():
    assert level(*[(1, CALM, [read(SURE - 0.02)])] * 10) == 0


def test_a_reading_and_a_cue_of_irritation_in_one_utterance_raise_the_flag():
    assert level((1, "this is ridiculous", [read(0.97)])) == 2
    assert level((1, "this is ridiculous", [read(0.35)])) == 1


def test_a_reading_of_words_that_are_too_few_does_not_count():
    assert level((1, "yes", [read(0.99)]), (1, "no", [read(0.99)])) == 0


def test_laughter_takes_a_reading_back():
    assert level(*[(1, "ha ha ha you are killing me", [read(0.99)])] * 2) == 0


def test_a_model_alone_reaches_level_two_and_no_more():
    assert level(*[(1, CALM, [read(1.0)])] * 20) == 2


def test_threats_need_words_that_say_so():
    assert level((1, CALM, [read(1.0), LOUD]), (1, "talk to my lawyer", [read(0.01)])) == 3


def test_a_raised_voice_adds_to_words_of_the_same_utterance_only():
    assert level((1, CALM, [LOUD]), (1, CALM, [LOUD]), (1, CALM, [LOUD])) == 0
    assert level((1, CALM, [LOUD]), (1, "you are useless", [])) == 1
    assert level((1, "you are useless", [LOUD])) == 2


def test_a_raised_voice_and_one_sure_reading_are_not_enough():
    assert level((1, CALM, [read(0.99), LOUD])) == 0


def test_a_raised_voice_counts_once():
    assert level((1, "this is ridiculous", [LOUD]), (1, "this is ridiculous", [LOUD])) == 1


def test_two_cues_of_irritation_are_irritation_and_three_are_anger():
    rows = [(1, "been waiting for hours", []), (9, "this is ridiculous", [])]
    assert level(*rows) == 1
    assert level(*rows, (9, "are you kidding", [])) == 2


def test_cues_in_turns_that_follow_each_other_add_up():
    assert level((1, "you are useless", []), (12, "are you kidding", [])) == 2
    assert level((1, "you are useless", []), (12, "you lied to me", [])) == 2


def test_what_is_said_again_weighs_half_of_what_it_did_before():
    assert level(*[(1, "this is ridiculous", [])] * 8) == 1
    assert level(*[(1, "you are useless", [])] * 2) == 1
    assert level(*[(1, "you are useless", [])] * 3) == 2


def test_between_calm_and_sure_a_reading_neither_calms_nor_keeps_up():
    livid = (1, "absolutely livid", [])
    middle = [(1, CALM, [read((SURE + READING_EVEN) / 2)])] * 30
    calm = [(1, CALM, [read(READING_EVEN / 2)])] * 22
    assert level(livid, *middle) == 2
    assert level(livid, *calm) == 2
    assert level(livid, *calm, (1, CALM, [read(0.01)])) == 0
    assert level(livid, *calm[:11], *middle, *calm[:12]) == 0


def test_a_sure_reading_begins_the_calm_anew():
    calm = [(1, CALM, [read(0.01)])] * 20
    assert level((1, "absolutely livid", []), *calm, (1, CALM, [read(0.95)]), *calm) == 2


@pytest.mark.parametrize("probability", [0.0, READING_EVEN])
def test_what_says_nothing_weighs_nothing(probability):
    assert reading_weight(probability) == 0.0


@given(st.floats(0, 1), st.floats(0, 1))
def test_a_reading_weighs_more_the_surer_it_is(one, other):
    low, high = sorted((one, other))
    assert 0.0 <= reading_weight(low) <= reading_weight(high) <= READING_MOST


labels = st.lists(
    st.one_of(
        st.just(LOUD),
        st.floats(0, 1).map(read),
        st.just(Label("sentiment", "negative", 0.9, "", "meaning")),
    ),
    max_size=3,
)
rows = st.lists(
    st.tuples(st.floats(0.5, 40), st.sampled_from(LINES), labels), min_size=1, max_size=10
)


@settings(max_examples=150, deadline=None)
@given(rows)
def test_the_order_of_labels_does_not_matter(call):
    turned = [(pause, text, given_labels[::-1]) for pause, text, given_labels in call]
    assert play(call)[1] == play(turned)[1]


@settings(max_examples=150, deadline=None)
@given(rows)
def test_an_agent_is_never_angry(call):
    ladder = AngerLadder([MoodSpec.model_validate(c) for c in CUES])
    at = 0.0
    for number, (pause, text, given_labels) in enumerate(call):
        said = Utterance(number, Channel.AGENT, at + pause, at + pause + 4.0, text)
        at = said.end
        assert ladder.utterance(said, given_labels) is None
    assert ladder.level == 0


@settings(max_examples=150, deadline=None)
@given(rows)
def test_without_words_for_it_a_voice_raises_nothing(call):
    assert level(*[(pause, CALM, [LOUD]) for pause, _, _ in call]) == 0


@settings(max_examples=150, deadline=None)
@given(rows)
def test_levels_of_threat_come_from_cues_only(call):
    mild = [row for row in call if row[1] != "talk to my lawyer"]
    assert all(change.level <= 2 for change in play(mild)[1])


@settings(max_examples=150, deadline=None)
@given(rows)
def test_surer_readings_never_raise_less(call):
    surer = [
        (pause, text, [read(1.0) if x.name == "anger" else x for x in given_labels])
        for pause, text, given_labels in call
    ]
    up = [c.at for c in play(call)[1] if c.flagged]
    sooner = [c.at for c in play(surer)[1] if c.flagged]
    assert not up or (sooner and sooner[0] <= up[0])


@settings(max_examples=150, deadline=None)
@given(rows)
def test_a_flag_stays_up_a_while(call):
    changes = play(call)[1]
    pairs = list(pairwise([None, *changes]))
    ups = [c.at for one, c in pairs if c.flagged and not (one and one.flagged)]
    downs = [c.at for one, c in pairs if one and one.flagged and not c.flagged]
    assert all(down - up >= 15.0 for up, down in zip(ups, downs, strict=False))


@settings(max_examples=100, deadline=None)
@given(rows)
def test_every_rise_says_why(call):
    before = 0
    for change in play(call)[1]:
        if change.level > before:
            assert change.reasons
            assert all(e.quote and e.channel is Channel.CUSTOMER for e in change.reasons)
        before = change.level
