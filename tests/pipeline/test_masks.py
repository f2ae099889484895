"""Hiding stretches of text, words and sound."""

from models.types import Channel, Utterance, Word
from pipeline.masks import Mask, hide, muted, redact, settle


def mask(start, end, kind="card", shown="[card number]"):
    return Mask(start, end, kind, shown)


def said(text, *words):
    timed = tuple(Word(w, i, i + 0.5) for i, w in enumerate(words))
    return Utterance(1, Channel.CUSTOMER, 0, 10, text, 0.9, timed)


def test_masks_that_overlap_become_one_named_by_the_longer():
    assert settle([mask(5, 20), mask(3, 8, "pin", "[pin]")]) == [mask(3, 20)]


def test_neighbours_of_one_kind_share_a_replacement():
    assert hide("a 12 34 b", [mask(2, 4), mask(5, 7)]) == "a [card number] b"
    assert hide("a 12 or 34 b", [mask(2, 4), mask(8, 10)]).count("[card number]") == 2


def test_a_text_without_masks_is_the_same_object():
    one = said("hello")
    assert redact(one, []) is one
    assert muted(one, []) == []


def test_words_under_a_mask_become_one_word():
    shown = redact(said("is 12 34 ok", "is", "12", "34", "ok"), [mask(3, 8)])
    assert [(w.text, w.start, w.end) for w in shown.words][1] == ("[card number]", 1, 2.5)
    assert len(shown.words) == 3


def test_stretches_close_together_are_silenced_as_one():
    text = "12 and 34 then a long while 56"
    one = said(text, *text.split())
    assert muted(one, [mask(0, 2), mask(7, 9), mask(28, 30)]) == [(0.0, 2.75), (6.75, 7.75)]


def test_without_word_times_all_is_silenced():
    assert muted(said("12 34"), [mask(0, 5)]) == [(0, 10)]
