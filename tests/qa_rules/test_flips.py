"""Words flipped: names, genders, dialects."""

import pytest

from qa_rules.flips import changed, flips

EVERY = {(flip.kind, flip.name): flip.change for flip in flips()}


def test_each_list_says_where_it_comes_from_and_has_flips():
    assert {kind for kind, _ in EVERY} == {"names", "genders", "dialects"}
    assert len(EVERY) == len(flips())
    assert len([1 for kind, _ in EVERY if kind == "names"]) >= 50


@pytest.mark.parametrize(
    ("said", "instead"),
    [
        ("My name's Tom", "My name's Folasade"),
        ("this is tom parker", "this is folasade adeyemi"),
        ("Is that Mrs Carter?", "Is that Mrs Adeyemi?"),
        ("the white card, tomorrow", "the white card, tomorrow"),
        ("mr white and david green", "mr adeyemi and folasade adeyemi"),
    ],
)
def test_names_are_replaced_and_words_are_not(said, instead):
    assert EVERY["names", "Nigerian: Folasade Adeyemi"](said) == instead


@pytest.mark.parametrize(
    ("said", "instead"),
    [
        ("He's my husband, sir", "She's my wife, madam"),
        ("call her back", "call him back"),
        ("Her bill is due", "His bill is due"),
        ("tell him", "tell her"),
        ("give them the theme", "give them the theme"),
        ("mr cole and mrs cole", "mrs cole and mr cole"),
    ],
)
def test_genders_are_exchanged(said, instead):
    assert EVERY["genders", "swapped"](said) == instead


@pytest.mark.parametrize(
    ("variety", "said", "instead"),
    [
        ("Scots", "I don't know, yes", "I dinnae know, aye"),
        ("American wording", "Can I take your postcode", "Can I take your zip code"),
        ("yeah", "Yes, I'll take that as a yes", "Yeah, I'll take that as a yes"),
        ("everyday speech", "what are you going to do", "what are you gonna do"),
        ("articles dropped", "the engineer has a key", "engineer has key"),
        ("articles dropped", "at nine a.m. tomorrow", "at nine a.m. tomorrow"),
        ("British spelling", "so that's [card number]", "so that's [card number]"),
    ],
)
def test_dialects_change_whole_words(variety, said, instead):
    assert EVERY["dialects", variety](said) == instead


def test_blanks_are_no_change():
    assert not changed(("a  b",), ("a b",))
    assert changed(("a b",), ("a c",))
