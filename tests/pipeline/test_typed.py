"""What people type is kept without the secrets in it."""

import pytest

from pipeline.typed import clean_data, clean_text


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("card 4242 4242 4242 4242 thanks", "card [card number] thanks"),
        ("4242424242424242", "[card number]"),
        ("4242.4242/4242_4242", "[card number]"),
        ("paid, 4242 4242\n4242 4242", "paid, [card number]\n[card number]"),
        ("CVV: 842", "CVV: [security code]"),
        ("the security code\n842", "the security code\n[security code]"),
        ("SSN 078-05-1120", "SSN [national id]"),
        ("NI number QQ 12 34 56 C", "NI number [national id]"),
        ("password is hunter2", "password is [password]"),
    ],
)
def test_secrets_are_hidden(typed, kept):
    assert clean_text(typed) == kept
    assert clean_text(kept) == kept


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "Call back on 555 0199 before 5pm.\r\nOrder 77214, 49.90 paid.\n",
        "Read the sixteen digits twice",
        "Ring on 2026-03-06 at 10:30",
    ],
)
def test_what_is_no_secret_stays(typed):
    assert clean_text(typed) == typed


def test_data_keeps_its_shape_and_its_harmless_numbers():
    data = {
        "reason": None,
        "due": "2026-03-06T09:00:00.000000Z",
        "sure": True,
        "summary": [{"text": "It was 49.90.", "utterance_id": 17}],
        "fields": {"order": {"title": "Order number", "value": "123456789012", "at": 4.25}},
    }
    assert clean_data(data) == data


def test_a_name_beside_a_value_says_what_it_is():
    data = {"fields": {"x": {"title": "Security code", "value": "842"}}, "pin": "1234"}
    assert clean_data(data) == {
        "fields": {"x": {"title": "Security code", "value": "[security code]"}},
        "pin": "[pin]",
    }


def test_a_number_and_a_key_that_are_cards_are_hidden():
    assert clean_data({"a": 4242424242424242}) == {"a": "[card number]"}
    assert clean_data({"4242424242424242": ["4242 4242 4242 4242"]}) == {
        "[card number]": ["[card number]"]
    }
