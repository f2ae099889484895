"""Reasons, outcomes and fields, as the packs define them."""

from models.types import Channel, Label, Utterance
from pipeline.outcomes import fields, listen, outcomes, reasons
from qa_rules.packs import load_packs
from qa_rules.types import Evidence, HappenedEvent

A, C = Channel.AGENT, Channel.CUSTOMER
PACKS = load_packs(["card_payment"])


def call(*turns, labels=None, seconds=300.0):
    said = [Utterance(i, who, i * 5.0, i * 5 + 4.0, text) for i, (who, text) in enumerate(turns, 1)]
    return listen(said, labels or {}, seconds)


def test_two_remarks_make_a_reason_surer_than_one():
    once = {1: [Label("intent", "pay_by_card", 0.5)]}
    twice = once | {2: [Label("intent", "pay_by_card", 0.5)]}
    turns = [(C, "hm"), (C, "well")]
    (first,) = reasons(call(*turns, labels=once), PACKS)
    (second,) = reasons(call(*turns, labels=twice), PACKS)
    assert second.confidence > first.confidence


def test_an_early_remark_counts_more_than_a_late_one():
    labels = {1: [Label("intent", "card_declined", 0.7)], 60: [Label("intent", "pay_by_card", 0.9)]}
    found = reasons(call(*[(C, "hm")] * 60, labels=labels), PACKS)
    assert found[0].id == "payment_problem"


def test_what_the_rules_saw_comes_before_what_was_said():
    cue = Evidence("that has gone through", 5.0, 6.0, 1, A)
    happened = {"payment_done": HappenedEvent("payment_done", 5.0, (cue,))}
    found = outcomes(call((A, "that has gone through"), (A, "all sorted now")), PACKS, happened)
    assert (found[0].id, found[0].quote) == ("paid", "that has gone through")


def test_a_value_that_is_said_again_is_taken_as_last_said():
    turns = call((A, "the total is forty pounds"), (C, "what"), (A, "the total is fifty pounds"))
    assert fields(turns, PACKS)["amount"].value == "fifty pounds"


def test_a_name_is_taken_as_first_said_with_its_surname():
    turns = call((C, "My name is Ann Lee, hello."), (A, "Hi."), (C, "My name is on the bill."))
    assert fields(turns, PACKS)["customer_name"].value == "Ann Lee"


def test_a_spanish_call_is_read_in_spanish():
    packs = load_packs(["core_call_es"])
    said = [Utterance(1, Channel.AGENT, 0.0, 3.0, "El técnico va el próximo martes a las 10", 0.9)]
    values = fields(listen(said, {}, 60.0, packs.language), packs)
    assert values["appointment_date"].value == "el próximo martes"
