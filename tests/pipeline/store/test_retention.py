import numpy as np

from pipeline.audio.recorder import RecorderPool
from pipeline.events import CallEnded, UtteranceFinal
from pipeline.store import schema, tables
from pipeline.store.journal import Entry, SpillJournal
from pipeline.store.keeping import Keeping, Mark, Why
from pipeline.store.repo import Store
from pipeline.store.retention import Swept, delete_call, delete_calls, sweep
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


def test_what_is_held_stays_whoever_removes_it(store, story, tmp_path):
    audio = tmp_path / "audio"
    audio.mkdir()
    for call_id in ("held", "free"):
        store.append(call_id, story.whole(call_id))
        (audio / f"{call_id}.flac").write_bytes(b"sound")
    Keeping(store.database).hold(["held"], "ada", "a claim")
    assert delete_calls(store, ["held", "free"], audio, mark=Mark(Why.HAND, "bo")) == 1
    assert store.knows("held")
    assert [p.name for p in audio.iterdir()] == ["held.flac"]
    assert sweep(store, lambda _: 1, audio) == Swept(0, 0)
    Keeping(store.database).lift("held")
    assert sweep(store, lambda _: 1, audio).calls == 1
    assert list(audio.iterdir()) == []


def test_a_removed_call_leaves_a_mark_without_words_or_numbers(store, story, tmp_path):
    (_, first), *more = story.whole("c1")
    store.start_call(first, {"caller_number": "+442079460018"})
    store.append("c1", more)
    (tmp_path / "c1.flac").write_bytes(b"sound")
    said = store.call("c1").row.utterances
    assert sweep(store, {"billing": 30}.get, tmp_path).calls == 1
    (mark,) = Keeping(store.database).removed()
    assert (mark.call_id, mark.why, mark.removed_by) == ("c1", "age", "retention")
    assert (mark.queue, mark.started_on) == ("billing", "2025-03-04")
    assert (mark.utterances, mark.audio_files) == (said, 1)
    assert Keeping(store.database).mark_of("c1") == mark
    store.scrub()
    for file in tmp_path.iterdir():
        assert b"442079460018" not in file.read_bytes()
        assert b"harbour" not in file.read_bytes().lower()


def test_audio_that_a_crash_left_goes_with_the_next_sweep(store, story, tmp_path):
    store.append("c1", story.whole("c1"))
    delete_calls(store, ["c1"], mark=Mark(Why.AGE, "retention"))
    (tmp_path / "c1.flac").write_bytes(b"sound")
    (tmp_path / "c2.flac").write_bytes(b"another's")
    assert Keeping(store.database).removed()[0].audio_files is None
    assert sweep(store, lambda _: 0, tmp_path) == Swept(0, 1)
    assert (tmp_path / "c2.flac").exists()
    assert not (tmp_path / "c1.flac").exists()
    assert delete_calls(store, ["c1"], tmp_path, mark=Mark(Why.AGE, "x")) == 0
    assert Keeping(store.database).removed()[0].audio_files == 1
