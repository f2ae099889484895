import pytest

from pipeline.errors import CallNotFound, RecordNotFound
from pipeline.store.outbox import FAILED, SENT, OutboxStore


@pytest.fixture
def box(store):
    with store.database.write() as connection:
        from pipeline.store import schema

        connection.execute(
            schema.call.insert().values([{"id": "a", "agent": "Ana"}, {"id": "b", "agent": "Bo"}])
        )
    return OutboxStore(store.database)


def test_what_is_put_in_is_due_until_it_is_sent(box):
    (item,) = box.add("a", 1, {"crm": {"x": [1, "é"]}}, "ana", 100.0)
    assert box.due(99.0) == []
    assert box.due(100.0) == [(item, {"x": [1, "é"]})]
    box.note(item.id, "waiting", 1, 130.0, "answered 503")
    assert box.due(129.0) == []
    assert box.next_s() == 130.0
    box.note(item.id, SENT, 2, 0.0, "")
    assert box.due(1e12) == []
    assert box.next_s() is None
    with pytest.raises(RecordNotFound, match="nothing unsent"):
        box.retry("a", item.id, 0.0)


def test_one_version_goes_to_a_connector_once(box):
    box.add("a", 1, {"crm": {}}, "ana", 0.0)
    box.add("a", 1, {"crm": {}, "file": {}}, "ana", 0.0)
    assert [(i.connector, i.version) for i in box.of_call("a")] == [("crm", 1), ("file", 1)]
    box.add("a", 2, {"crm": {}}, "ana", 0.0)
    assert [(i.connector, i.version) for i in box.of_call("a")] == [("crm", 2), ("file", 1)]
    assert box.waiting() == 3


def test_a_person_may_have_a_failed_item_tried_again(box):
    (item,) = box.add("a", 1, {"crm": {}}, "ana", 0.0)
    box.note(item.id, FAILED, 12, 0.0, "answered 410 Gone")
    assert box.due(1e12) == []
    assert [i.reason for i in box.unsent("Ana")] == ["answered 410 Gone"]
    assert box.unsent("Bo") == []
    with pytest.raises(RecordNotFound):
        box.retry("b", item.id, 5.0)
    box.retry("a", item.id, 5.0)
    assert [i.tries for i, _ in box.due(5.0)] == [0]


def test_items_go_with_their_call(box, store):
    box.add("a", 1, {"crm": {}}, "ana", 0.0)
    store.remove(["a"])
    assert box.waiting() == 0
    with pytest.raises(CallNotFound):
        box.add("gone", 1, {"crm": {}}, "ana", 0.0)
