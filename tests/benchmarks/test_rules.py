"""The rules' costs are counted once for each question."""

from benchmarks.rules import TURNS, measure
from qa_rules.packs import load_packs


def test_each_question_is_timed() -> None:
    cost = measure(load_packs(["card_payment"]), calls=1)
    assert len(cost.utterance) == len(cost.preview) == len(cost.advance) == TURNS
    assert len(cost.start) == len(cost.compile) == 1
    assert all(spent > 0 for spent in cost.utterance)
