import pytest

from pipeline.stabilise import stable_prefix


@pytest.mark.parametrize(
    ("before", "after", "stable"),
    [
        ("", "I want", ""),
        ("I want a", "I want a refund", "I want a"),
        ("I want a, re", "i want a refund.", "i want a"),
        ("your order.", "Your order is late", "Your order"),
        ("a a b", "a a a", "a a"),
        ("the same words", "the same words", "the same words"),
    ],
)
def test_words_that_two_hypotheses_share_are_stable(before, after, stable):
    assert after[: stable_prefix(before, after)] == stable
