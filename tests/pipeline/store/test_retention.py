import numpy as np

from pipeline.audio.recorder import RecorderPool
from pipeline.events import CallEnded, UtteranceFinal
from pipeline.store import schema, tables
from pipeline.store.journal import Entry, SpillJournal
from pipeline.store.repo import Store
from pipeline.store.retention import delete_call, delete_calls
from pipeline.store.rows import CallFilter


def test_a_call_is_removed_with_everything_kept_of_it(store, story, tmp_path, everything):
    store.append("c2", story.whole("c2"))
    alone = everything()
    store.append("c1", story.whole())
    store.hint_fate("c1", "h1", "shown", 1.0)
    store.tick_item("c1", "greet", "")
    store.save_wrapup("c1", {"note": "unmistakable"}, "a7")
    pool = RecorderPool(tmp_path / "audio")
    for _ in range(2):
        recorder = pool.open("c1", 8000, 2)
        recorder.write(np.full((2, 8000), 0.25, np.float32))
        recording = recorder.finish()
    store.save_recording(recording)
    pool.open("c2", 8000, 2).discard()
    pool.close()
    journal = SpillJournal(tmp_path / "spill.jsonl")
    journal.append([Entry(c, s, e) for c in ("c1", "c2") for s, e in story.whole(c)])

    assert delete_call(store, "c1", tmp_path / "audio", journal)

    assert everything() == alone
    assert list((tmp_path / "audio").iterdir()) == []
    found = []
    journal.replay(found.extend)
    assert {e.call_id for e in found} == {"c2"}
    assert store.scrub()
    assert not delete_call(store, "c1", tmp_path / "audio", journal)
    journal.close()


def test_the_words_of_a_removed_call_are_in_no_file(store, story, tmp_path):
    told = [story.started(), *(e for _, e in story.plain("c1", 3)[1:])]
    secret = story.said(9, told[1].utterance.channel, 20.0, "xylophone zeppelin")
    events = [*told, UtteranceFinal(secret), CallEnded(30.0, "completed")]
    store.append("c1", list(enumerate(events, 1)))
    store.append("c2", story.whole("c2"))
    store.database.scrub()

    def on_disk():
        return {p.name for p in tmp_path.iterdir() if b"xylophone" in p.read_bytes()}

    assert on_disk() == {"calls.db"}
    assert delete_calls(store, ["c1", "c9"]) == 1
    assert store.scrub()
    assert on_disk() == set()
    assert [r.call_id for r in store.calls(CallFilter(text="harbour"))] == ["c2"]


def test_every_table_of_calls_goes_with_the_call(store):
    for table in tables.metadata.sorted_tables:
        if "call_id" not in table.c or table.name in tables.OUTLIVES:
            continue
        (key,) = table.c.call_id.foreign_keys
        assert key.column is schema.call.c.id
        assert key.ondelete == "CASCADE"


def test_an_empty_list_removes_nothing(tmp_path):
    with Store.open(tmp_path / "a.db") as store:
        assert delete_calls(store, [], tmp_path / "audio") == 0
