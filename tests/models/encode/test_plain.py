import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.encode.plain import plain


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("We've e-mailed: £5.50!", "we've e mailed 5 50"),
        ("  Hello,   THERE\t\nfriend ", "hello there friend"),
        ("I don’t, I donʼt, I don´t", "i don't i don't i don't"),
        ("order #A-17_b (50%)", "order a 17 b 50"),
        ("'cause the customers' bills", "'cause the customers' bills"),
        ("rock ' n ''' roll", "rock n roll"),
        ("Cafe\u0301 CAFÉ", "café café"),
        ("... ?! —", ""),
        ("", ""),
    ],
)
def test_words_digits_and_apostrophes_stay(text, expected):
    assert plain(text) == expected


@given(st.text())
def test_twice_is_once(text):
    assert plain(plain(text)) == plain(text)


@given(st.text())
def test_nothing_but_words_parted_by_one_space_is_left(text):
    found = plain(text)
    assert found == " ".join(found.split())
    assert not re.search(r"[^\w' ]|_", found)


@given(st.text(alphabet="abc 'XYZ,.?!"))
def test_case_and_punctuation_make_no_difference(text):
    assert plain(text) == plain(text.upper()) == plain(re.sub("[,.?!]", " ; ", text))
