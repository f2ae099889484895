from models.classify.talk import Heard, negated


def test_places_lead_back_to_the_text():
    text = "Um, I was CHARGED twice; charge me once."
    heard = Heard.of(text)
    (first, second) = heard.places[heard.stems[2]]
    assert [text[heard.words[at].start : heard.words[at].end] for at in (first, second)] == [
        "CHARGED",
        "charge",
    ]


def test_a_negation_counts_inside_a_span_and_just_before_it():
    heard = Heard.of("it is not that i mind i really want to cancel")
    at = heard.stems.index("cancel")
    assert negated(heard)
    assert not negated(heard, at, at)
    assert negated(Heard.of("i can't log in"), 3, 4)
    assert not negated(Heard.of("i can log in"))
