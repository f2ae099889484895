from models.classify.exemplars import Exemplars, Fit, Learner
from models.classify.lexical import LexicalClassifier


def test_a_lexical_reader_is_made_for_its_packs_and_learns_no_others():
    assert not isinstance(LexicalClassifier({"a": ("one two three",)}), Learner)


def test_a_fit_is_of_wants_and_meanings():
    assert Fit() == Fit({}, {})
    assert Exemplars(("a",)).keywords == ()
