"""Coaching notes: on a second of a call, shared or not, seen once."""

import pytest
from sqlalchemy import insert

from pipeline.errors import CallNotFound, RecordNotFound
from pipeline.store import schema
from pipeline.store.coaching import Coaching


def test_a_note_is_its_agents_to_see_once_shared(store):
    with store.database.write() as connection:
        connection.execute(insert(schema.call), [{"id": "c1", "agent": "Ana"}])
    notes = Coaching(store.database)
    kept = notes.add("c1", 41.5, "Pause here", "quinn", shared=True)
    private = notes.add("c1", 3.0, "Ask the trainer", "quinn", shared=False)
    with pytest.raises(CallNotFound):
        notes.add("none", 1.0, "x", "quinn", shared=True)
    assert [n.at for n in notes.of_call("c1")] == [3.0, 41.5]
    assert [n.id for n in notes.of_call("c1", shared_only=True)] == [kept]
    for number, agent in ((private, "Ana"), (kept, "Bo"), (kept, "")):
        with pytest.raises(RecordNotFound):
            notes.see(number, agent)
    notes.see(kept, "Ana")
    (seen,) = notes.shared_with("Ana")
    notes.see(kept, "Ana")
    assert seen.seen_at
    assert notes.shared_with("Ana") == [seen]
    with pytest.raises(RecordNotFound):
        notes.drop(kept, "rae")
    notes.drop(kept, "quinn")
    assert notes.shared_with("Ana") == []
