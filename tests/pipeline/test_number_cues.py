"""What a number is called."""

import pytest

from pipeline.identifiers import runs
from pipeline.number_cues import (
    Named,
    asks_password,
    cues,
    name_of,
    password_answer,
    password_said,
    plain,
    points_back,
    priced,
)


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("the long number across the front", Named.CARD),
        ("what's the card number", Named.CARD),
        ("the three digits on the back", Named.CVV),
        ("your C V V", Named.CVV),
        ("last three digits on the signature strip", Named.CVV),
        ("the last four digits of your card number", Named.LAST_FOUR),
        ("the last four of your social", Named.NATIONAL),
        ("your national insurance number", Named.NATIONAL),
        ("the code we just sent you", Named.CODE),
        ("a six digit code", Named.CODE),
        ("the sort code", Named.ACCOUNT),
        ("your phone number", Named.PHONE),
        ("the order number", Named.REFERENCE),
        ("your zip code", Named.POSTCODE),
        ("date of birth", Named.DATE),
    ],
)
def test_numbers_are_asked_for_in_many_words(text, kind):
    assert kind in [cue.kind for cue in cues(text)]


@pytest.mark.parametrize(
    "text",
    ["we'll never ask for your PIN", "don't tell me your card number", "I won't ask your password"],
)
def test_what_must_not_be_said_is_not_asked_for(text):
    assert [cue.kind for cue in cues(text) if cue.kind.secret] == []


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("my PIN is 4711", Named.PIN),
        ("4711 is my PIN", Named.PIN),
        ("48213 that's the order number", Named.REFERENCE),
        ("the order number is 48213 and my PIN 4711", Named.REFERENCE),
        ("1234", None),
    ],
)
def test_a_run_is_named_by_the_words_nearest_to_it(text, kind):
    cue = name_of(text, runs(text)[0], cues(text))
    assert (cue.kind if cue else None) == kind


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("$49.90", "money"),
        ("forty nine dollars", "money"),
        ("it's 120 pounds", "money"),
        ("at 5:30", "unit"),
        ("in 3 to 5 working days", "unit"),
        ("we're here 24/7", "unit"),
        ("12 March", "date"),
        ("March 12 2026", "date"),
        ("12/03/2026", "date"),
        ("1234 White House Lane", "address"),
        ("four two four two", None),
    ],
)
def test_some_runs_say_themselves_what_they_are(text, what):
    assert plain(text, runs(text)[0]) == what


def test_a_price_may_lack_its_currency():
    text = "forty nine ninety a month"
    assert priced(text, runs(text)[0])
    text = "four two four two please"
    assert not priced(text, runs(text)[0])


def test_a_question_may_point_back():
    (cue,) = [c for c in cues("is that the card number") if c.kind is Named.CARD]
    assert points_back("is that the card number", cue)
    (cue,) = [c for c in cues("what's the card number") if c.kind is Named.CARD]
    assert not points_back("what's the card number", cue)


def test_passwords_are_named_asked_for_and_declined():
    text = "my password is blue lemon, okay"
    start, end = password_said(text)
    assert text[start:end].startswith("blue lemon")
    assert asks_password("what is your password please")
    assert not asks_password("do you want a password reset")
    assert password_answer("blue lemon") == (0, 10)
    for text in ("I don't remember", "why do you need that", "no sorry", "one moment"):
        assert password_answer(text) is None
