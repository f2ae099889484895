"""The queue of reviews: its order, and why each call is in it."""

from sqlalchemy import insert

from pipeline.store import schema
from pipeline.store.review_queue import waiting
from pipeline.store.reviews import Reviews


def call(name, **more):
    plain = {"state": "ended", "started_at": f"2026-05-0{len(name)}", "agent": "Ana"}
    values = {"score": 90.0, "passed": True, "auto_fail": False, "needs_review": 0}
    return {"id": name, "anger_peak": 0, "seconds": 60.0} | plain | values | more


def test_unsure_answers_come_first_then_risk_and_each_says_why(store):
    rows = [
        call("calm"),
        call("unsure", needs_review=2),
        call("failed", auto_fail=True, score=0.0, passed=False),
        call("angry", anger_peak=3),
        call("low", score=40.0, passed=False),
        call("faint"),
        call("mine", agent="Quinn", auto_fail=True),
        call("done", auto_fail=True),
        call("live", state="live", auto_fail=True),
    ]
    card = {"form": "t", "version": "1", "status": "scored", "auto_fail": False, "needs_review": 0}
    heard = {"id": 1, "channel": "agent", "start_s": 0, "end_s": 1, "text": "hm"}
    with store.database.write() as connection:
        connection.execute(insert(schema.call), rows)
        cards = [{"call_id": r["id"], "body": "{}", **card} for r in rows]
        connection.execute(insert(schema.scorecard), cards)
        said = [{"call_id": "faint", "confidence": 0.4} | heard]
        connection.execute(insert(schema.utterance), said)
    values = {"form": "t", "version": "1", "score_seq": 1, "due_at": "2026-05-09"}
    Reviews(store.database).add("done", reviewer="rae", **values)

    queue = waiting(store.database, 10, not_of="Quinn")
    assert [(w.call_id, w.why) for w in queue] == [
        ("unsure", ("2 answers need review",)),
        ("failed", ("auto-fail",)),
        ("angry", ("threatens to leave",)),
        ("low", ("below the mark",)),
        ("faint", ("words hard to hear",)),
        ("calm", ()),
    ]
    assert [w.call_id for w in waiting(store.database, 2)] == ["unsure", "failed"]
    assert waiting(store.database, 9, queue="none") == []
