from models.classify.cues import Cues
from models.classify.talk import Heard

EXAMPLES = {
    "lost_card": ["i lost my debit card", "my purse was stolen with the debit card in it"],
    "parcel": ["the parcel never came", "my parcel has not arrived", "where is the parcel"],
    "locked": ["i am locked out", "it locked me out of the website"],
}


def stretches(text):
    return {found.name: found for found in Cues(EXAMPLES).stretches(Heard.of(text))}


def test_words_of_several_exemplars_add_up():
    found = stretches("somebody has stolen my debit card")["lost_card"]
    assert len(found.cues) >= 3
    assert found.worth > stretches("my debit card is blue")["lost_card"].worth > 0


def test_a_cue_is_worth_more_the_fewer_names_have_it():
    shared = {"a": ["the parcel is late"], "b": ["the parcel is wet"]}
    alone = {"a": ["the parcel is late"], "b": ["the letter is wet"]}
    heard = Heard.of("parcel")
    worth = [{s.name: s.worth for s in Cues(given).stretches(heard)} for given in (shared, alone)]
    assert worth[0].get("a", 0.0) < worth[1]["a"]


def test_a_word_said_again_adds_nothing():
    once, thrice = stretches("debit"), stretches("debit debit debit")
    assert thrice["lost_card"].worth <= once["lost_card"].worth


def test_the_stretch_is_where_the_cues_are():
    found = stretches("so we sat down for tea and later on i saw that i was locked out again")[
        "locked"
    ]
    said = Heard.of("so we sat down for tea and later on i saw that i was locked out again").words
    assert said[found.last].text == "out"
    assert said[found.first].text in ("was", "i", "locked")
    assert "lock" in found.cues


def test_a_name_that_is_never_negated_is_not_met_by_a_negation():
    assert "lost_card" not in stretches("i have not lost my debit card")
    assert "parcel" in stretches("the parcel has not arrived")
    assert "parcel" in stretches("where is that parcel")
