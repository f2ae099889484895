"""Lines as a bad line delivers them."""

from qa_rules.degrade import degraded


def test_each_form_names_its_damage_and_keeps_the_speaker():
    forms = dict(degraded("customer: I am calling for the refund on your card"))
    assert forms["small word lost"] == "customer: I am calling for refund on your card"
    assert forms["sound-alike"] == "customer: I am calling four the refund on your card"
    assert forms["repeated start"] == "customer: I I am calling for the refund on your card"
    assert forms["end lost"] == "customer: I am calling for the refund on your"


def test_what_cannot_be_spoiled_is_left_out():
    assert list(degraded("hello")) == []
