import pytest

from pipeline.store.rows import AngerSpan
from streaming.views import clock, masked_parts, mood_path, whole


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(None, "0:00"), (0, "0:00"), (59.9, "0:59"), (61, "1:01"), (3599, "59:59"), (3600, "1:00:00")],
)
def test_times_read_as_on_a_clock(seconds, text):
    assert clock(seconds) == text


@pytest.mark.parametrize(("value", "shown"), [(62.5, 63), (63.5, 64), (62.4, 62), (0.0, 0)])
def test_halves_go_up_as_on_the_desk(value, shown):
    assert whole(value) == shown


def test_what_was_masked_is_told_from_what_was_said():
    text = "My card is [card number]. And [security code]"
    assert masked_parts(text, masked=True) == (
        ("My card is ", False),
        ("card number", True),
        (". And ", False),
        ("security code", True),
    )
    assert masked_parts(text, masked=False) == ((text, False),)
    assert masked_parts("broken [card", masked=True) == (("broken ", False), ("[card", False))


def test_the_mood_is_a_stepped_line_over_the_whole_call():
    spans = (
        AngerSpan(25.0, 50.0, 2, flagged=True, reasons=()),
        AngerSpan(50.0, None, 0, flagged=False, reasons=()),
    )
    assert mood_path(spans, 100.0) == "M0 96H250.0V50H500.0V96H1000"
    assert mood_path((), 0.0) == "M0 96H1000"
