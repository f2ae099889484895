"""The pattern language: what reads, and what is refused with advice."""

import pytest

from qa_rules.pattern import (
    Choice,
    Gap,
    PatternError,
    Place,
    Prefix,
    Slot,
    Word,
    parse_pattern,
    parse_phrase,
)


def test_every_kind_of_part_reads():
    assert parse_pattern("(calling|ring you) ~6 sell* (now)? <digits:4+> {company}") == (
        Choice(((Word("calling"),), (Word("ring"), Word("you")))),
        Gap(6),
        Prefix("sell"),
        Choice(((Word("now"),),), optional=True),
        Slot("digits", 4),
        Place("company"),
    )


def test_words_are_normalised_like_speech():
    assert parse_pattern("I'm CANCELLING") == (Word("i"), Word("am"), Word("canceling"))
    assert parse_pattern("e mail") == (Word("email"),)


def test_choices_may_stand_in_choices():
    (choice,) = parse_pattern("(a (b|c)|d)")
    assert choice.ways[0] == (Word("a"), Choice(((Word("b"),), (Word("c"),))))


def test_cust_is_short_for_customer():
    assert parse_phrase("thanks {cust}")[1] == Place("customer")


@pytest.mark.parametrize(
    ("text", "advice"),
    [
        ("(a|b", 'without ")"'),
        ("a)", 'without "("'),
        ("a | b", 'without "("'),
        ("(a|)", "empty choice"),
        ("a ~0 b", "~1 to ~20"),
        ("a ~99 b", "~1 to ~20"),
        ("~3 a", "begins with a gap"),
        ("a ~3", "ends in a gap"),
        ("<price>", "write one of <number>"),
        ("a <amount:3>", "take a count"),
        ("{shop} a", "write one of {company}"),
        ("a*", "two letters"),
        ("(a)? ~2 <word>", "word that must be"),
    ],
)
def test_what_does_not_read_is_refused_with_advice(text, advice):
    with pytest.raises(PatternError) as caught:
        parse_pattern(text)
    assert advice in str(caught.value)


@pytest.mark.parametrize("text", ["a (b)", "a ~3 b", "wor*", "a|b", "<amount>"])
def test_a_phrase_is_plain_words(text):
    with pytest.raises(PatternError, match="pattern:"):
        parse_phrase(text)
