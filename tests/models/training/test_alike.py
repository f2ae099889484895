import random

from models.training import alike as module
from models.training.alike import Alike

WORDS = {"card": 50, "cart": 20, "car": 90, "cord": 5, "elephant": 30, "money": 40, "trans": 3}
WORDS |= {"for": 80, "transport": 4, "to": 100, "mummy": 2}


def test_a_word_becomes_one_that_sounds_like_it_and_never_itself():
    alike, chance = Alike(WORDS), random.Random(1)
    made = [alike.words(["card"], 0.2, chance)[0] for _ in range(300)]
    assert "card" not in made
    assert {"car", "cart"} <= set(made)
    assert made.count("elephant") < 6
    assert made.count("car") > made.count("cord")


def test_what_is_asked_to_be_farther_is_farther():
    alike = Alike(WORDS)

    def near(far):
        chance = random.Random(2)
        made = [alike.words(["card"], far, chance)[0] for _ in range(300)]
        return sum(word in {"car", "cart", "cord"} for word in made)

    assert near(0.1) > near(0.9) + 60


def test_unknown_words_and_two_words_become_known_ones():
    alike, chance = Alike(WORDS), random.Random(3)
    assert alike.words(["munny"], 0.0, chance)[0] in {"money", "mummy"}
    assert len(alike.words(["trans", "port"], 0.0, chance)) == 1
    made = [" ".join(alike.words(["transfer"], 0.2, chance, split=True)) for _ in range(60)]
    assert any(len(one.split()) == 2 for one in made)


def test_nothing_is_made_of_nothing():
    alike = Alike({})
    assert alike.words(["card"], 0.2, random.Random(1)) == ["card"]
    assert Alike({"card": 3}).words(["card"], 0.2, random.Random(1)) == ["card"]


def test_what_is_remembered_is_bounded_and_changes_nothing(monkeypatch):
    words = ["card", "munny", "transport", "elefant", "cort", "four"] * 3

    def made():
        alike, chance = Alike(WORDS), random.Random(4)
        return [alike.words([word], 0.2, chance) for word in words], len(alike._near)

    free, all_of_them = made()
    monkeypatch.setattr(module, "REMEMBERED", 2)
    assert all_of_them == 6
    assert made() == (free, 2)
