"""What a person may do with a review, by who they are and what has become of it."""

import pytest

from pipeline.store.review_rows import DISPUTED, DRAFT, FINAL, OPEN, SHARED, Dispute, Review
from streaming.access import Person, Role
from streaming.review_views import rights, steps

QUINN = Person("quinn", "Quinn", Role.QA)
RAE = Person("rae", "Rae", Role.QA)
DANA = Person("dana", "Dana", Role.AGENT, agent="Dana")
ED = Person("ed", "Ed", Role.AGENT, agent="Ed")
BOTH = Person("bo", "Bo", Role.QA, agent="Dana")
SAL = Person("sal", "Sal", Role.SUPERVISOR)


def review(state):
    blank = ("",) * 4
    return Review(1, "c1", "f", "1", 2, "quinn", state, "", "", "t", "d", *blank, "", "", "")


def opened(state=OPEN):
    return Dispute(1, "Q", "why", None, "dana", "t", "no", state, "", "", "", "")


@pytest.mark.parametrize(
    ("person", "state", "may"),
    [
        (QUINN, DRAFT, {"see", "edit", "note", "export"}),
        (QUINN, DISPUTED, {"see", "note", "export"}),
        (RAE, DRAFT, {"see", "note", "export"}),
        (RAE, DISPUTED, {"see", "note", "export", "resolve"}),
        (BOTH, DISPUTED, {"see", "export", "mine"}),
        (DANA, DRAFT, set()),
        (DANA, SHARED, {"see", "dispute", "mine"}),
        (DANA, FINAL, {"see", "mine"}),
        (ED, SHARED, set()),
        (SAL, DRAFT, set()),
        (SAL, SHARED, {"see", "export"}),
    ],
)
def test_rights(person, state, may):
    got = rights(person, review(state), "Dana", [opened()] if state == DISPUTED else [])
    names = ("see", "edit", "dispute", "resolve", "note", "export", "mine")
    assert {n for n in names if getattr(got, n)} == may


def test_nobody_answers_a_dispute_twice():
    assert not rights(RAE, review(DISPUTED), "Dana", [opened("upheld")]).resolve


def test_the_line_of_states_has_disputes_only_where_there_were():
    assert [s.name for s in steps(review(SHARED))] == ["Draft", "Shared", "Final"]
