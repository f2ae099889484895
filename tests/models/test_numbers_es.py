"""Spanish numbers, as they are said on the phone."""

import pytest

from models.languages import SPANISH
from models.text import tokens


@pytest.mark.parametrize(
    ("said", "value", "kind"),
    [
        ("cuarenta y nueve", "49", "cardinal"),
        ("dos mil veintiséis", "2026", "cardinal"),
        ("ciento veinte", "120", "cardinal"),
        ("mil", "1000", "cardinal"),
        ("treinta y un días", "31", "cardinal"),
        ("cuatro cinco tres nueve", "4539", "digits"),
        ("doce coma cinco", "12.5", "decimal"),
        ("cuarenta y nueve euros con noventa", "49.90", "money"),
        ("cuarenta y nueve euros noventa", "49.90", "money"),
        ("un millón doscientos mil pesos", "1200000", "money"),
        ("1.234,50 €", "1234.50", "money"),
        ("un euro", "1", "money"),
    ],
)
def test_a_number_is_read(said, value, kind):
    (number,) = SPANISH.numbers(tokens(said, language=SPANISH))
    assert (number.value, number.kind) == (value, kind)


@pytest.mark.parametrize("said", ["una llamada", "un momento", "y usted"])
def test_an_article_is_no_number(said):
    assert SPANISH.numbers(tokens(said, language=SPANISH)) == ()
