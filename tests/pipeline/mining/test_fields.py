import pytest

from pipeline.mining.fields import bounds, day, seconds
from pipeline.mining.query import Range


@pytest.mark.parametrize(
    ("text", "want"), [("60", 60.0), ("90s", 90.0), ("2m", 120.0), ("1.5min", 90.0), ("soon", None)]
)
def test_lengths_of_time(text, want):
    assert seconds(text) == want


def test_bounds_include_or_leave_out_their_number():
    assert bounds("70..90") == Range(70, 90)
    assert bounds(">=85") == Range(85, None)
    assert bounds("<60").most < 60
    assert bounds("80") == Range(80, 80)
    assert bounds("high") is None


def test_days_are_iso():
    assert day("2026-05-01") == "2026-05-01"
    assert day("1.5.2026") is None
