"""Normalised words: what they are, where they point, and how numbers are read."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.text import numbers, tokens, wer_words


def words(text, **kw):
    return [t.text for t in tokens(text, **kw)]


def test_case_and_punctuation_do_not_matter():
    assert words("This call is RECORDED, okay?") == words("this call is recorded ok")


def test_contractions_open_into_tokens_of_one_span():
    i, am, *_ = tokens("I'm here")
    assert (i.text, am.text) == ("i", "am")
    assert (i.start, i.end) == (am.start, am.end) == (0, 3)


@pytest.mark.parametrize(
    ("said", "plain"),
    [
        ("I can't", "i can not"),
        ("we won't", "we will not"),
        ("cannot", "can not"),
        ("it's", "it is"),
        ("its forty", "it is forty"),
        ("my name's Ada", "my name is ada"),
        ("customer's bill", "customers bill"),
        ("how long's the guarantee", "how long is the guarantee"),
        ("the card's been approved", "the card has been approved"),
        ("the recording's back on", "the recording is back on"),
        ("whats happened is", "what has happened is"),
        ("dont you", "do not you"),
        ("they'd've", "theydve"),
        ("gonna cancel", "going to cancel"),
        ("it's kinda slow innit", "it is kind of slow is not it"),
        ("i cannae and i didnae", "i can not and i did not"),
        ("are yous open ta", "are you all open thank you"),
        ("you’re", "you are"),
    ],
)
def test_contractions(said, plain):
    assert words(said) == plain.split()


def test_fillers_are_dropped_unless_asked_for():
    assert words("um so, you know, it's erm late") == ["so", "it", "is", "late"]
    assert words("um so", fillers=True) == ["um", "so"]
    assert words("uh huh") == []


def test_you_know_stays_where_it_means_something():
    assert "know" in words("do you know the number")
    assert "know" in words("I'll let you know")
    assert "know" in words("just so you know this call is recorded")
    assert "know" not in words("it was, you know, broken")


def test_spellings_and_recogniser_splits_fold():
    assert words("apologise for the cancelled e-mail") == words("apologize for the canceled email")
    assert words("wi-fi post code good bye") == ["wifi", "post", "code", "good", "bye"]
    assert words("callback goodbye postcode") == words("call back good bye post code")


def test_words_of_dialects_fold_and_keep_their_place():
    assert words("aye there's summat wrong cos nowt works") == words(
        "yes there's something wrong because nothing works"
    )
    assert words("my mam's not home") == words("my mum's not home")
    assert words("yes mam") != words("yes mum")
    assert [(t.text, t.start, t.end) for t in tokens("any one")] == [("anyone", 0, 7)]


def test_money_sign_gives_the_currency_with_the_span_of_the_whole():
    text = "it is $49.90 today"
    number, dollars = tokens(text)[2:4]
    assert (number.text, dollars.text) == ("49.90", "dollars")
    assert text[dollars.start : dollars.end] == "$49.90"


def test_masks_stay_whole():
    assert words("my number is [card number] thanks")[3] == "[card_number]"


@pytest.mark.parametrize(
    ("said", "digits", "kind"),
    [
        ("four five three nine", "4539", "digits"),
        ("forty nine ninety", "4990", "digits"),
        ("double four oh three", "4403", "digits"),
        ("oh seven seven one", "0771", "digits"),
        ("triple seven", "777", "cardinal"),
        ("4539 1234", "45391234", "digits"),
        ("4539-1234", "45391234", "digits"),
        ("four five um three nine", "4539", "digits"),
        ("two thousand and twenty four", "2024", "cardinal"),
        ("twenty twenty four", "2024", "digits"),
        ("twenty five hundred", "2500", "cardinal"),
        ("a hundred and five", "105", "cardinal"),
        ("three million two hundred thousand and six", "3200006", "cardinal"),
        ("1.5 million", "1500000", "cardinal"),
        ("one thousand and", "1000", "cardinal"),
        ("twenty first", "21", "ordinal"),
        ("21st", "21", "ordinal"),
        ("four point five", "45", "decimal"),
        ("ten thirty", "1030", "digits"),
        ("10:30", "1030", "digits"),
        ("zero zero one", "001", "digits"),
    ],
)
def test_numbers(said, digits, kind):
    (number,) = numbers(tokens(said))
    assert (number.digits, number.kind) == (digits, kind)


@pytest.mark.parametrize(
    ("said", "value", "unit"),
    [
        ("$49.90", "49.90", "dollars"),
        ("forty nine dollars ninety", "49.90", "dollars"),
        ("forty nine dollars and ninety cents", "49.90", "dollars"),
        ("twelve pounds", "12", "pounds"),
        ("£1,234.50", "1234.50", "pounds"),
        ("fifty pence", "50", "pence"),
        ("five dollars and five cents", "5.05", "dollars"),
    ],
)
def test_money(said, value, unit):
    (number,) = numbers(tokens(said))
    assert (number.kind, number.value, number.unit) == ("money", value, unit)


def test_money_does_not_swallow_the_next_number():
    first, second = numbers(tokens("five dollars two people"))
    assert (first.value, second.value) == ("5", "2")


def test_oh_is_a_word_outside_figures():
    assert [n.digits for n in numbers(tokens("oh five people came"))] == ["5"]
    assert not numbers(tokens("oh no oh dear"))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("twenty five", "25"),
        ("$49.90", "forty nine dollars and ninety cents"),
        ("$12.00", "twelve dollars"),
        ("twenty first of May", "21st of May"),
        ("four five three nine", "4539"),
        ("two thousand", "2,000"),
        ("I won't", "I will not"),
    ],
)
def test_wer_words_write_numbers_one_way(one, other):
    assert wer_words(one) == wer_words(other)


def test_wer_words_still_see_a_wrong_number():
    assert wer_words("twenty five") != wer_words("twenty four")


@given(st.text(max_size=80))
def test_spans_lie_in_the_text_and_in_order(text):
    for token in tokens(text):
        assert 0 <= token.start < token.end <= len(text)
        assert token.text
    starts = [t.start for t in tokens(text)]
    assert starts == sorted(starts)


_SAID = (
    "one two nine ten nineteen twenty ninety hundred thousand million and a point oh double triple "
    "dollars cents first fifth 5 49.90 1234 21st the"
)
_NUMERIC = st.sampled_from(_SAID.split())
_ONES = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen "
    "fifteen sixteen seventeen eighteen nineteen"
)
_TENS = "_ _ twenty thirty forty fifty sixty seventy eighty ninety"


@given(st.lists(_NUMERIC, max_size=12))
def test_numbers_never_overlap_and_stay_inside(parts):
    toks = tokens(" ".join(parts))
    at = 0
    for number in numbers(toks):
        assert at <= number.first <= number.last < len(toks)
        assert number.digits.isdigit()
        at = number.last + 1


@given(st.integers(0, 999_999))
def test_written_and_typed_cardinals_agree(value):
    assert numbers(tokens(_spell(value)))[0].digits == str(value)


def _spell(n):
    ones, tens = _ONES.split(), _TENS.split()
    if n < 20:
        return ones[n]
    if n < 100:
        return tens[n // 10] + (f" {ones[n % 10]}" if n % 10 else "")
    if n < 1000:
        return f"{ones[n // 100]} hundred" + (f" and {_spell(n % 100)}" if n % 100 else "")
    rest = n % 1000
    joined = " and " if 0 < rest < 100 else " "
    return f"{_spell(n // 1000)} thousand" + (f"{joined}{_spell(rest)}" if rest else "")


@pytest.mark.parametrize(
    ("said", "plain"),
    [
        ("to-morrow, to morrow", "tomorrow tomorrow"),
        ("to-day and to-night", "today and tonight"),
        ("from day to day", "from day to day"),
        ("ten a M or 5 p.m.", "ten am or 5 pm"),
        ("give it a m sign", "give it a m sign"),
    ],
)
def test_days_and_halves_of_days_fold(said, plain):
    assert words(said) == plain.split()
