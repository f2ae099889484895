import pytest

from models.classify.overlap import Overlap
from models.classify.talk import Heard

EXAMPLES = {
    "refund": ["i want my money back", "could you refund the delivery charge"],
    "cancel": ["i want to close my account", "please cancel my subscription"],
    "keep": ["i do not want to cancel my subscription"],
    "yes": ["go on then"],
}


def closest(text, **against):
    heard = Heard.of(text)
    best, counter = Overlap(EXAMPLES, against).closest(heard)
    spans = {
        name: " ".join(word.text for word in heard.words[met.first : met.last + 1])
        for name, met in best.items()
    }
    return {name: round(met.coverage, 2) for name, met in best.items()}, spans, counter


@pytest.mark.parametrize("name", list(EXAMPLES))
def test_every_exemplar_meets_itself_whole(name):
    for line in EXAMPLES[name]:
        assert closest(line)[0][name] == 1.0


def test_much_may_be_said_around_an_exemplar():
    said = (
        "well listen i have been thinking and could you please just refund me the delivery charge"
    )
    coverage, spans, _ = closest(said + " because it came so late last week")
    assert coverage["refund"] > 0.7
    assert spans["refund"].endswith("refund me the delivery charge")


def test_words_far_apart_are_no_meeting():
    said = "i will cancel the meeting with the people from the council next week and then i have"
    assert "cancel" not in closest(said + " to see about the newspaper subscription")[0]


def test_a_negation_parts_what_is_otherwise_alike():
    assert "keep" not in closest("i want to cancel my subscription")[0]
    assert "cancel" not in closest("no i do not want you to cancel my subscription")[0]


def test_small_words_must_be_met_word_for_word_and_be_most_of_what_is_said():
    assert closest("oh go on then")[0] == {"yes": 1.0}
    assert "yes" not in closest("and then we go on to the next page then you sign")[0]
    assert "yes" not in closest("let us go on then to the next page and sign it there")[0]


def test_counter_exemplars_are_told_apart():
    *_, counter = closest(
        "i cancelled that subscription months ago", cancel=["i cancelled it months ago"]
    )
    assert counter["cancel"] > 0.4
    assert closest("please cancel my subscription")[2] == {}
