from models.classify.clauses import clauses
from models.classify.exemplars import Exemplars
from models.classify.lexical import Reader
from models.classify.sounds import Sounds
from models.classify.wants import word_evidence

READER = Reader({
    "cancel": Exemplars(("i want to cancel my contract",)),
    "moved": Exemplars(("i have moved house",)),
})  # fmt: skip
SOUNDS = Sounds([("i want to cancel my contract",), ("i have moved house",)], ("good morning",))
NAMES = ("cancel", "moved")


def test_words_speak_in_the_part_that_they_stand_in():
    text = "well i have moved house last week, and i want to cancel my contract today"
    parts = clauses(text)
    said = word_evidence(READER, SOUNDS, text, parts, NAMES)
    whole, first, second = said[..., 0]
    assert whole.min() > 0.5
    assert first[1] > 0.5 > first[0]
    assert second[0] > 0.5 > second[1]


def test_other_words_say_nothing():
    text = "it rains today"
    assert not word_evidence(READER, SOUNDS, text, clauses(text), NAMES)[..., 0].any()


def test_sounds_speak_where_words_were_misheard():
    text = "eye half mood how's"
    said = word_evidence(READER, SOUNDS, text, clauses(text), NAMES)
    assert said[0, 1, 1] > said[0, 0, 1]
    assert said[0, 1, 2] > said[0, 0, 2]


def test_without_a_reader_sounds_are_all_there_is():
    text = "i have moved house"
    said = word_evidence(None, SOUNDS, text, clauses(text), NAMES)
    assert not said[..., 0].any()
    assert said[0, 1, 2] > 0.9
