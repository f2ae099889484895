import numpy as np
import pytest
from tiny import TinyEncoder

from models.classify.calibrator import Calibrator
from models.classify.fewshot import FEATURES, fit_head, meant

ENCODE = TinyEncoder().encode
EXAMPLES = {
    "bill": ["my invoice is too high", "explain the invoice", "the invoice is wrong"],
    "cancel": ["i want to cancel", "cancel my contract", "please cancel it"],
}
AT = {name: number for number, name in enumerate(FEATURES)}


def head(counters=None, examples=EXAMPLES):
    return fit_head(
        {name: ENCODE(lines).vectors for name, lines in examples.items()},
        {name: ENCODE(lines).vectors for name, lines in (counters or {}).items()},
        ENCODE(["hello there", "good morning", "it rains today"]).vectors,
    )


def words(texts, names, lexical=0.0):
    out = np.zeros((texts, names, 3), np.float32)
    out[..., 0] = lexical
    return out


def evidence(made, text, lexical=0.0):
    many = len(made.names)
    return made.evidence(ENCODE([text]).vectors, words(1, many, lexical))[0]


def test_a_paraphrase_is_nearest_to_its_want():
    rows = evidence(head(), "why this bill")
    bill, cancel = rows
    for name in ("share", "margin", "against_none", "agreement"):
        assert bill[AT[name]] > cancel[AT[name]], name
    assert bill[AT["margin"]] == pytest.approx(-cancel[AT["margin"]], abs=1e-4)


def test_what_a_pack_says_it_is_not_speaks_against_it():
    text = "cancel the appointment"
    without = evidence(head(), text)[1]
    counters = {"cancel": ["cancel the appointment on monday"]}
    with_it = evidence(head(counters), text)[1]
    assert with_it[AT["counter"]] > 0 == without[AT["counter"]]
    assert with_it[AT["agreement"]] < without[AT["agreement"]]


def test_talk_that_asks_for_nothing_is_nearer_to_nothing():
    hello, bill = evidence(head(), "good morning there"), evidence(head(), "the invoice")
    assert hello[:, AT["agreement"]].max() < bill[0, AT["agreement"]]
    assert hello[:, AT["against_none"]].max() < 0 < bill[0, AT["against_none"]]


def test_one_want_alone_can_be_read():
    made = head(examples={"cancel": EXAMPLES["cancel"]})
    rows = evidence(made, "cancel it now")
    assert np.isfinite(rows).all()
    assert rows[0, AT["against_none"]] > 0
    assert evidence(made, "it rains today")[0, AT["margin"]] < 0 < rows[0, AT["margin"]]


def test_no_wants_at_all_give_no_evidence():
    made = head(examples={})
    assert made.evidence(ENCODE(["hello"]).vectors, words(1, 0)).shape[:2] == (
        1,
        0,
    )


def test_a_name_is_meant_as_surely_as_the_text_that_says_it_best():
    weights = np.zeros(len(FEATURES))
    weights[AT["against_none"]] = 1.0
    made = head()
    texts = ["cancel it and the invoice", "cancel it", "and the invoice"]
    rows = made.evidence(ENCODE(texts).vectors, words(3, 2))
    found = {one.name: one for one in meant(made, Calibrator(FEATURES, weights, 0.0), rows)}
    assert (found["cancel"].text, found["bill"].text) == (1, 2)
    assert min(one.probability for one in found.values()) > 0.5


def test_what_belongs_to_no_want_scores_low():
    made = head()
    inside, outside = made.belonging(ENCODE(["cancel it", "it rains on monday"]).vectors)
    assert inside > outside
