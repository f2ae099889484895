from datetime import UTC, datetime

import pytest

from pipeline.errors import CallNotFound, RecordNotFound, RequestRefused
from pipeline.store.keeping import Keeping

AT = datetime(2025, 3, 10, tzinfo=UTC)


@pytest.fixture
def keeping(store, story):
    store.append("old", story.whole("old", at="2025-03-01T10:00:00Z"))
    store.append("new", story.whole("new", at="2025-03-09T10:00:00Z"))
    store.append("live", story.whole("live", at="2025-03-01T10:00:00Z")[:3])
    return Keeping(store.database)


def test_a_hold_is_put_once_with_a_reason_and_lifted(keeping):
    with pytest.raises(RequestRefused, match="say why"):
        keeping.hold(["old"], "ada", "  ")
    with pytest.raises(CallNotFound):
        keeping.hold(["old", "none"], "ada", "a claim")
    assert keeping.holds() == []
    assert keeping.hold(["old", "new"], "ada", "a claim") == 2
    assert keeping.hold(["old"], "bo", "another") == 0
    assert {(h.call_id, h.held_by, h.why) for h in keeping.holds()} == {
        ("old", "ada", "a claim"),
        ("new", "ada", "a claim"),
    }
    assert keeping.held(["old", "none"]) == {"old"}
    keeping.lift("old")
    with pytest.raises(RecordNotFound):
        keeping.lift("old")


def test_due_is_what_has_ended_is_old_enough_and_not_held(keeping):
    assert keeping.due(lambda _: 5, 10, AT) == ["old"]
    assert keeping.due(lambda _: 0, 10, AT) == []
    assert keeping.due({"billing": 1}.get, 10, datetime(2025, 4, 1, tzinfo=UTC)) == ["old", "new"]
    (stock,) = keeping.stock(lambda _: 5, AT)
    assert (stock.queue, stock.calls, stock.oldest, stock.due) == ("billing", 2, "2025-03-01", 1)
    keeping.hold(["old"], "ada", "a claim")
    assert keeping.due(lambda _: 5, 10, AT) == []
    assert keeping.stock(lambda _: 5, AT)[0].due == 0
