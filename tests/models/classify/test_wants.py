from models.classify.clauses import clauses
from models.classify.exemplars import Exemplars
from models.classify.lexical import Reader
from models.classify.wants import lexical_chances

READER = Reader({
    "cancel": Exemplars(("i want to cancel my contract",)),
    "moved": Exemplars(("i have moved house",)),
})  # fmt: skip


def test_words_speak_in_the_part_that_they_stand_in():
    text = "well i have moved house last week, and i want to cancel my contract today"
    parts = clauses(text)
    chances = lexical_chances(READER, text, parts, ("cancel", "moved"))
    whole, first, second = chances
    assert whole.min() > 0.5
    assert first[1] > 0.5 > first[0]
    assert second[0] > 0.5 > second[1]


def test_other_words_say_nothing():
    text = "it rains today"
    assert not lexical_chances(READER, text, clauses(text), ("cancel", "moved")).any()
