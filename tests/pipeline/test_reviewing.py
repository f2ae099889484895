"""A review from its draft to its end: what is asked before it is shared, and who may answer."""

import runpy
import textwrap
from dataclasses import replace
from pathlib import Path

import pytest

from pipeline import reviewing
from pipeline.errors import AnswerRefused, CallNotFound, RequestRefused
from pipeline.rescoring import answer
from pipeline.reviewing import Reviewer
from pipeline.store.repo import Store
from pipeline.store.review_rows import DISPUTED, DRAFT, FINAL, SHARED, ReviewAnswer
from pipeline.store.reviews import Reviews
from qa_rules.packs import load_packs
from qa_rules.types import PersonAnswer

PLAY = runpy.run_path(str(Path(__file__).parent / "scored.py"))["scored_call"]
PACK = """
pack: t
version: "1"
title: T
form:
  pass_mark: 80
  exclude: {min_seconds: 1, min_turns: 1}
  sections: {opening: {title: Opening, weight: 60}, compliance: {title: C, weight: 40}}
  questions:
    - {id: Q-01, title: Was kind, section: opening, weight: 2, help: listen}
items:
  - {id: T-01, title: Greets, severity: REQ, section: opening, weight: 2, match: hello}
  - {id: T-02, title: Notice, severity: AF, section: compliance, match: is recorded}
"""
QUINN, RAE, ANA = Reviewer("quinn"), Reviewer("rae"), Reviewer("ana", "Ana")


@pytest.fixture
def store(tmp_path):
    (tmp_path / "t.yaml").write_text(textwrap.dedent(PACK))
    packs = load_packs(["t"], [tmp_path])
    events = PLAY(packs, "hello there", "customer: hi", "i will see to it")
    with Store.open(tmp_path / "calls.db") as opened:
        opened.append("c1", [(1, replace(events[0][1], agent="Ana")), *events[1:]])
        yield opened


@pytest.fixture
def draft(store):
    return reviewing.load(store, reviewing.take(store, "c1", QUINN, 5).id)


@pytest.fixture
def shared(store, draft):
    given = [ReviewAnswer("Q-01", "yes"), ReviewAnswer("T-02", "yes", "at 4 s", "asr", 4.0)]
    ready = reviewing.save(store, draft, given, "Warm", "Slower")
    assert ready.missing == ()
    reviewing.share(store, ready, QUINN, 10)
    return reviewing.load(store, draft.review.id)


def test_nobody_reviews_a_call_of_their_own(store):
    with pytest.raises(RequestRefused, match="your own"):
        reviewing.take(store, "c1", ANA, 5)
    with pytest.raises(CallNotFound):
        reviewing.take(store, "none", QUINN, 5)


def test_a_draft_is_scored_as_it_stands_and_leaves_the_call_alone(store, draft):
    assert (draft.review.version, draft.card.score, draft.card.auto_fail) == ("t 1", 0.0, True)
    assert {m.question for m in draft.missing} == {"Q-01", "strength", "change"}
    tried = reviewing.save(store, draft, [ReviewAnswer("T-02", "yes")], "Warm", "")
    assert (tried.card.score, tried.card.auto_fail) == (100.0, False)
    whats = [m.what for m in tried.missing if m.question == "T-02"]
    assert [w.rpartition(": ")[2] for w in whats] == [
        "say why you overrule the machine",
        "name the kind of the machine’s error",
    ]
    assert store.call("c1").scorecard.score == 0.0
    assert store.people("c1") == []
    with pytest.raises(RequestRefused, match="waits for your answer"):
        reviewing.share(store, tried, QUINN, 10)
    for wrong in (
        ReviewAnswer("T-99", "yes"),
        ReviewAnswer("T-01", "7"),
        ReviewAnswer("T-01", "no", "x", "luck"),
    ):
        with pytest.raises(AnswerRefused):
            reviewing.save(store, draft, [wrong], "", "")


def test_sharing_makes_the_answers_the_calls_and_keeps_both(store, shared):
    assert (shared.review.state, shared.card.score) == (SHARED, 100.0)
    line = shared.question("T-02")
    assert (line.machine, line.answer, line.person.by) == ("no", "yes", "quinn")
    assert shared.answers["T-02"].error == "asr"
    assert store.call("c1").scorecard.score == 100.0
    with pytest.raises(RequestRefused, match="shared already"):
        reviewing.share(store, shared, QUINN, 10)
    with pytest.raises(RequestRefused, match="its answers stand"):
        reviewing.save(store, shared, [], "", "")


def test_only_the_reviewer_shares_and_a_draft_follows_the_latest_score(store, draft):
    with pytest.raises(RequestRefused, match="only they share it"):
        reviewing.share(store, draft, RAE, 10)
    answer(store, "c1", [PersonAnswer("Q-01", "no", note="curt")], "sam")
    later = reviewing.load(store, draft.review.id)
    assert later.review.score_seq > draft.review.score_seq
    assert later.question("Q-01").answer == "no"


def test_another_reviewer_revises_and_the_review_is_final(store, shared):
    reviewing.dispute(store, shared, "T-01", "I did not greet", 1.0, "ana")
    with pytest.raises(RequestRefused, match="disputed before"):
        reviewing.dispute(store, shared, "T-01", "again", None, "ana")
    one = reviewing.load(store, shared.review.id)
    assert one.review.state == DISPUTED
    verdict = ReviewAnswer("T-01", "no", "right, that was the menu", "asr")
    for who, why in ((QUINN, "another reviewer"), (ANA, "another reviewer"),
                     (Reviewer("bo", "Ana"), "your own")):  # fmt: skip
        with pytest.raises(RequestRefused, match=why):
            reviewing.resolve(store, one, "T-01", verdict, who)
    with pytest.raises(RequestRefused, match="say why"):
        reviewing.resolve(store, one, "T-01", ReviewAnswer("T-01", "no"), RAE)
    with pytest.raises(RequestRefused, match="answer already"):
        reviewing.resolve(store, one, "T-01", ReviewAnswer("T-01", "yes", "y"), RAE)
    assert reviewing.resolve(store, one, "T-01", verdict, RAE).state == FINAL
    done = reviewing.load(store, one.review.id)
    assert (done.disputes["T-01"].was, done.disputes["T-01"].answer) == ("yes", "no")
    assert (done.question("T-01").answer, done.review.final_by) == ("no", "rae")
    assert done.card.score == store.call("c1").scorecard.score == 70.0
    with pytest.raises(RequestRefused, match="final"):
        reviewing.dispute(store, done, "T-02", "no", None, "ana")


def test_an_upheld_dispute_changes_nothing(store, shared):
    reviewing.dispute(store, shared, "T-02", "It was said", None, "ana")
    one = reviewing.load(store, shared.review.id)
    reviewing.resolve(store, one, "T-02", ReviewAnswer("T-02", "", "It is there"), RAE)
    assert len(store.scores("c1")) == 2


def test_the_agent_accepts_or_the_window_ends(store, shared, draft):
    with pytest.raises(RequestRefused, match="say in a few words"):
        reviewing.dispute(store, shared, "T-01", " ", None, "ana")
    with pytest.raises(RequestRefused, match="does not ask"):
        reviewing.dispute(store, shared, "T-77", "why", None, "ana")
    rows = Reviews(store.database)
    over = rows.move(shared.review, SHARED, until_at="2026-01-01T00:00:00.000+00:00")
    late = reviewing.load(store, over.id)
    with pytest.raises(RequestRefused, match="was over on 2026-01-01"):
        reviewing.dispute(store, late, "T-01", "why", None, "ana")
    assert reviewing.settle(store) == 1
    assert rows.need(over.id).state == FINAL
    with pytest.raises(RequestRefused, match="nothing to accept"):
        reviewing.accept(store, rows.need(over.id), "ana")
    assert draft.review.state == DRAFT
