"""The rows of reviews: one draft of a call at a time, states that move once, disputes."""

import pytest
from sqlalchemy import insert

from pipeline.errors import RecordNotFound, RequestRefused
from pipeline.store import schema
from pipeline.store.review_rows import DISPUTED, FINAL, OPEN, SHARED, UPHELD, Dispute, ReviewAnswer
from pipeline.store.reviews import Reviews

VALUES = {"form": "t", "version": "t 1", "score_seq": 3, "due_at": "2026-05-08"}


@pytest.fixture
def reviews(store):
    with store.database.write() as connection:
        rows = [
            {"id": "c1", "state": "ended", "agent": "Ana"},
            {"id": "c2", "state": "ended", "agent": "Bo"},
        ]
        connection.execute(insert(schema.call), rows)
    return Reviews(store.database)


def opened(one, question="Q-01"):
    return Dispute(one.id, question, "I did", 4.0, "ana", "2026-05-02", "no", OPEN, "", "", "", "")


def test_a_call_has_one_draft_at_a_time_and_one_review_of_each_person(reviews):
    first = reviews.add("c1", reviewer="quinn", **VALUES)
    with pytest.raises(RequestRefused, match="you have reviewed"):
        reviews.add("c1", reviewer="quinn", **VALUES)
    with pytest.raises(RequestRefused, match="quinn has been reviewing this call since"):
        reviews.add("c1", reviewer="rae", **VALUES)
    reviews.move(first, SHARED, shared_at="2026-05-01", until_at="2026-05-15")
    assert reviews.add("c1", reviewer="rae", **VALUES).reviewer == "rae"
    assert [r.reviewer for r in reviews.of_call("c1")] == ["quinn", "rae"]
    with pytest.raises(RecordNotFound, match="no review 99"):
        reviews.need(99)


def test_a_review_moves_only_from_the_state_that_was_seen(reviews):
    draft = reviews.add("c1", reviewer="quinn", **VALUES)
    reviews.save(draft, [ReviewAnswer("Q-01", "no", "not said", "asr", 3.5)], "warm", "slower")
    reviews.save(draft, [ReviewAnswer("Q-01", "yes")], "warm", "slower")
    assert reviews.answers(draft.id) == {"Q-01": ReviewAnswer("Q-01", "yes")}
    shared = reviews.move(draft, SHARED, until_at="2026-05-15")
    with pytest.raises(RequestRefused, match="moved on"):
        reviews.move(draft, SHARED)
    with pytest.raises(RequestRefused, match="its answers stand"):
        reviews.save(draft, [], "", "")
    reviews.drop(shared)
    assert reviews.need(draft.id).strength == "warm"


def test_disputes_make_it_final_when_the_last_is_answered(reviews):
    draft = reviews.add("c1", reviewer="quinn", **VALUES)
    with pytest.raises(RequestRefused, match="final"):
        reviews.open_dispute(draft, opened(draft))
    shared = reviews.move(draft, SHARED, until_at="2026-05-15")
    reviews.open_dispute(shared, opened(shared))
    reviews.open_dispute(shared, opened(shared, "Q-02"))
    with pytest.raises(RequestRefused, match="before"):
        reviews.open_dispute(shared, opened(shared))
    (line,) = reviews.lines((DISPUTED,), agent="Ana")
    assert (line.disputes, line.agent, reviews.lines(agent="Bo")) == (2, "Ana", [])
    answered = {"state": UPHELD, "answer": "no", "resolved_by": "rae", "resolved_at": "2026-05-03"}
    for question, state in (("Q-01", DISPUTED), ("Q-02", FINAL)):
        given = Dispute(
            shared.id, question, "I did", 4.0, "ana", "", "no", note="heard it", **answered
        )
        assert reviews.close_dispute(given, 9).state == state
    with pytest.raises(RequestRefused, match="answered already"):
        reviews.close_dispute(given, 9)
    assert (reviews.need(shared.id).final_by, reviews.need(shared.id).score_seq) == ("rae", 9)
    assert reviews.close_due("2099") == 0


def test_what_nobody_disputes_in_time_is_final_and_goes_with_its_call(reviews, store):
    shared = reviews.move(
        reviews.add("c1", reviewer="quinn", **VALUES), SHARED, until_at="2026-05-15"
    )
    assert reviews.close_due("2026-05-14") == 0
    assert reviews.due_count("2026-05-16") == reviews.close_due("2026-05-16") == 1
    assert reviews.need(shared.id).final_at == "2026-05-15"
    store.remove(["c1"])
    assert reviews.lines() == []
