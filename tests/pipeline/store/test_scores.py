"""Later scores of a call, people's answers, and the versions of forms that have scored."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from pipeline.errors import CallNotFound, CallOpen
from pipeline.events import CallScored
from qa_rules.types import FormPart, PersonAnswer


def again(story, score):
    def make(before, people):
        made.append((len(before), [p.answer for p in people]))
        card = story.scorecard(score)
        return CallScored(card, at="2025-03-05T09:00:00Z", by="kim", why="answers")

    made = []
    make.seen = made
    return make


def test_a_later_score_is_the_calls_and_all_are_kept(store, story, everything):
    store.append("c1", story.whole())
    make = again(story, 64.0)
    given = [PersonAnswer("greet", "no", "kim", "2025-03-05T09:00:00Z", "she did not", 4.5)]
    store.add_score("c1", make, given)
    assert make.seen == [(1, ["no"])]
    kept = store.scores("c1")
    assert [s.event.scorecard.score for s in kept] == [81.5, 64.0]
    assert (kept[1].event.by, kept[1].event.why) == ("kim", "answers")
    assert store.call("c1").row.score == store.call("c1").scorecard.score == 64.0
    assert store.people("c1") == given
    before = everything()
    store.rebuild("c1")
    assert everything() == before


def test_answers_are_added_and_never_replaced(store, story):
    store.append("c1", story.whole())
    make = again(story, 64.0)
    for answer in ("no", "yes", ""):
        store.add_score("c1", make, [PersonAnswer("greet", answer)])
    assert [p.answer for p in store.people("c1")] == ["no", "yes", ""]
    assert make.seen[-1] == (3, ["no", "yes", ""])


def test_a_call_that_is_not_over_is_not_scored_again(store, story):
    events = story.whole("c1", at=datetime.now(UTC).isoformat())
    store.append("c1", events[:-1])  # all but the after-call work, which is still to come
    with pytest.raises(CallOpen):
        store.add_score("c1", again(story, 1.0))
    with pytest.raises(CallNotFound):
        store.add_score("none", again(story, 1.0))


def test_a_call_whose_scoring_failed_can_be_scored_later(store, story):
    store.append("c1", story.whole()[:-2])
    assert store.add_score("c1", again(story, 64.0)).scorecard.score == 64.0


def test_forms_that_scored_are_counted_by_version(store, story):
    store.append("c1", story.whole("c1"))
    store.append("c2", story.whole("c2", at="2025-01-04T10:00:00Z"))

    def make(before, people):
        card = before[-1].event.scorecard
        return CallScored(replace(card, parts=(FormPart("core_call", "2", "ffff"),)))

    store.add_score("c2", make)
    uses = [(u.pack, u.version, u.hash, u.calls) for u in store.form_uses()]
    assert uses == [("core_call", "1", "0f1e2d3c4b5a", 2), ("core_call", "2", "ffff", 1)]
    store.remove(["c1", "c2"])
    assert store.form_uses() == []
    assert store.people("c2") == []
