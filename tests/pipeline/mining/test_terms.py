import math

import numpy as np
import pytest

from pipeline.mining.ngrams import count
from pipeline.mining.terms import PRIOR, log_odds_z, rank


def test_the_z_score_is_that_of_the_paper():
    y, n = (30, 10), (1000, 2000)
    whole = min(PRIOR, 300)
    prior = whole * 40 / 3000
    odds = [math.log((a + prior) / (t + whole - a - prior)) for a, t in zip(y, n, strict=True)]
    want = (odds[0] - odds[1]) / math.sqrt(1 / (30 + prior) + 1 / (10 + prior))
    assert log_odds_z(y, n) == pytest.approx(want)
    assert log_odds_z((10, 30), (2000, 1000)) == pytest.approx(-want)
    assert log_odds_z((3, 0), (10, 0)) == 0.0


def planted(seed=5, calls=60):
    random = np.random.default_rng(seed)
    common = ["the", "and", "so", "you", "we", "is", "order", "please", "today", "it"]
    groups = []
    for said in ("peace of mind", "to be honest"):
        rows = []
        for call in range(calls):
            for turn in range(6):
                words = " ".join(random.choice(common, 8))
                rows.append((f"{said}{call}", f"{words} {said}" if turn == call % 6 else words))
        groups.append(count(rows))
    return groups


def test_planted_phrases_come_first_whole_with_their_counts():
    ranking = rank(*planted())
    assert ranking.first[0].term == "peace of mind"
    assert ranking.second[0].term == "to be honest"
    assert ranking.first[0].uses == (60, 0)
    assert ranking.first[0].calls == (60, 0)
    assert not {"peace", "mind", "of mind"} & {one.term for one in ranking.first}
    assert ranking.call_counts == (60, 60)


def test_groups_that_say_the_same_have_almost_nothing_to_tell():
    first, _ = planted(5)
    again, _ = planted(6)
    told = rank(first, again)
    assert len(told.first) + len(told.second) <= 0.1 * len(first.uses)
    assert "peace of mind" not in {one.term for one in told.first + told.second}


def test_what_one_call_repeats_does_not_count():
    ranking = rank(count([("a", "banana " * 30)]), count([("b", "apple pear plum")]))
    assert ranking.first == ()
