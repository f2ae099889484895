import pytest

from models.training.plain import number, plain_words


def test_case_and_punctuation_go_and_apostrophes_stay():
    said = "Well, I’m NOT sure — isn't it top-up?"
    assert plain_words(said) == ["well", "i'm", "not", "sure", "isn't", "it", "top", "up"]
    assert plain_words("...") == []


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("0", "zero"),
        ("17", "seventeen"),
        ("40", "forty"),
        ("99", "ninety nine"),
        ("105", "one hundred five"),
        ("2,500", "two thousand five hundred"),
        ("1,000,000", "one million"),
        ("1984", "nineteen eighty four"),
        ("1905", "nineteen oh five"),
        ("1900", "nineteen hundred"),
        ("2005", "two thousand five"),
        ("3.05", "three point zero five"),
        ("007", "zero zero seven"),
        ("45391", "four five three nine one"),
    ],
)
def test_figures_become_words(written, said):
    assert " ".join(number(written)) == said


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("$1", "one dollar"),
        ("£20.50", "twenty pounds fifty"),
        ("20€", "twenty euros"),
        ("$0.50", "zero dollars fifty cents"),
        ("5:30pm", "five thirty pm"),
        ("at 9:05", "at nine oh five"),
        ("7:00", "seven"),
        ("the 21st and 30th, 3rd", "the twenty first and thirtieth third"),
        ("50% & more", "fifty percent and more"),
    ],
)
def test_sums_hours_and_places_are_said(written, said):
    assert " ".join(plain_words(written)) == said
