"""The rules' costs are counted once for each question."""

import pytest

from benchmarks.rules import TURNS, measure
from qa_rules.packs import load_packs


@pytest.mark.parametrize("turns", [TURNS, 90])
def test_each_question_is_timed(turns: int) -> None:
    cost = measure(load_packs(["card_payment"]), calls=1, turns=turns)
    assert len(cost.utterance) == len(cost.preview) == len(cost.advance) == turns
    assert len(cost.start) == len(cost.compile) == 1
    assert all(spent > 0 for spent in cost.utterance)
