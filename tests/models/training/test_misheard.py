from dataclasses import replace

import pytest

from models.misheard import Misheard
from models.training.breaking import load
from models.training.misheard import fit, pairs_of


@pytest.fixture(scope="module")
def few():
    """Return a table of confusions with some of the shipped one's words."""
    table = load()
    some = dict(sorted(table.heard.items())[::12])
    return replace(table, heard=some)


def test_words_of_grammar_and_words_that_sound_nothing_alike_teach_nothing(few):
    table = replace(few, heard={"the": {"a": 3}, "card": {"car": 2, "*": 5}, "one two": {"won": 1}})
    assert [(p.said, p.heard, p.count) for p in pairs_of(table)] == [("card", ("car",), 2)]


def test_a_sound_is_likelier_heard_right_than_as_any_other(few):
    ear = Misheard(fit(few))
    sounds = range(1, len(ear.sounds) + 1)
    right = [ear.pairs[a, a] >= max(ear.pairs[a, b] for b in sounds) - 10 for a in sounds]
    assert sum(right) >= 0.9 * len(right)


def test_what_was_seen_more_often_scores_higher():
    table = load()
    often = {f"{a}at": {f"{b}at": 40} for a, b in zip("pbtd", "bpdt", strict=True)}
    ear = Misheard(fit(replace(table, heard={**often, "card": {"car": 1}})))
    p, b, s = (ear.sounds.index(x) + 1 for x in "pbs")
    assert ear.pairs[p, b] > ear.pairs[p, s]


def test_the_same_table_gives_the_same_fit(few):
    assert fit(few) == fit(few)
