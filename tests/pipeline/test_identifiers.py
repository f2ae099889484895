"""Digits as people say and type them."""

import pytest

from pipeline.identifiers import holds_card, luhn, runs, shaped


def digits(text):
    return [run.digits for run in runs(text)]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("four five three nine", ["4539"]),
        ("forty five thirty nine", ["4539"]),
        ("double four triple oh seven", ["440007"]),
        ("five four zeros", ["50000"]),
        ("4,242, 4,242", ["42424242"]),
        ("4242-4242 and 4242", ["424242424242"]),
        ("four hundred and twelve", ["412"]),
        ("four thousand two hundred forty two", ["4242"]),
        ("thirty seven oh eight", ["3708"]),
        ("seven um eight uh nine", ["789"]),
        ("4 2 for 2 4", ["4224"]),
        ("my number is AB1234", ["1234"]),
        ("oh dear one moment", ["1"]),
        ("the 4th of May", []),
        ("oh dear", []),
    ],
)
def test_figures_are_read_in_every_style(text, said):
    assert digits(text) == said


def test_ordinary_words_part_two_numbers():
    assert digits("1234 White House Lane 5678") == ["1234", "5678"]


def test_a_run_knows_whether_it_stands_alone():
    (alone,), (led,) = runs("um four two okay"), runs("my code is four two")
    assert alone.alone
    assert (led.before, led.after) == (2, 0) or not led.alone


@pytest.mark.parametrize("number", ["4242424242424242", "378282246310005", "6011000990139424"])
def test_a_card_number_is_known_by_issuer_length_and_check_digit(number):
    assert luhn(number)
    (run,) = runs(number)
    assert holds_card(run.pieces)
    (wrong,) = runs(number[:-1] + str((int(number[-1]) + 1) % 10))
    assert not holds_card(wrong.pieces)


def test_a_card_number_is_found_among_other_figures():
    (run,) = runs("5105 1051 0510 5100 12 29 123")
    assert holds_card(run.pieces)


def test_a_device_number_is_no_card_number():
    assert luhn("490154203237518")
    (run,) = runs("490154203237518")
    assert not holds_card(run.pieces)


@pytest.mark.parametrize(
    ("text", "kind", "part"),
    [
        ("it's 123-45-6789 ok", "national_id", "123-45-6789"),
        (
            "it's A B one two three four five six C",
            "national_id",
            "A B one two three four five six C",
        ),
        ("alpha bravo 123456 charlie", "national_id", "alpha bravo 123456 charlie"),
        ("to GB29 NWBK 6016 1331 9268 19 please", "account", "GB29 NWBK 6016 1331 9268 19"),
    ],
)
def test_some_identifiers_have_a_shape(text, kind, part):
    ((found, start, end),) = shaped(text)
    assert (found, text[start:end]) == (kind, part)


@pytest.mark.parametrize("text", ["000-12-3456", "GB28 NWBK 6016 1331 9268 19", "020-7946-0018"])
def test_what_only_looks_alike_has_none(text):
    assert list(shaped(text)) == []
