"""What every database behind the store has to do; a database joins by an entry in URLS."""

import os
import runpy
import threading
from pathlib import Path
from types import SimpleNamespace

import pytest

from pipeline.errors import CallNotFound
from pipeline.store.repo import Store
from pipeline.store.rows import CallFilter
from pipeline.store.writer import StoreWriter

URLS = ["sqlite", "postgresql"]
STORY = Path(__file__).parents[1] / "pipeline" / "store" / "story.py"


@pytest.fixture(params=URLS)
def opened(request, tmp_path):
    url = f"sqlite:///{tmp_path / 'calls.db'}"
    if request.param == "postgresql":
        url = os.environ.get("CUELINE_TEST_POSTGRES", "")
        if not url:
            pytest.skip("CUELINE_TEST_POSTGRES names no empty PostgreSQL database")
    with Store.open(url) as store:
        store.remove(store.ids())
        yield store
        store.remove(store.ids())


@pytest.fixture(scope="module")
def story():
    return SimpleNamespace(**runpy.run_path(str(STORY)))


def test_events_come_back_as_they_went_in(opened, story):
    events = [(s, e) for s, e in story.plain("c1", 10)]
    assert opened.append("c1", events).written == len(events)
    assert opened.events("c1") == events
    assert opened.events("c1", after=20) == events[20:]


def test_an_event_counts_once(opened, story):
    opened.append("c1", story.whole())
    done = opened.append("c1", story.whole())
    assert (done.written, done.known) == (0, len(story.whole()))


def test_a_call_reads_whole_and_the_same_after_a_rebuild(opened, story):
    opened.append("c1", story.whole())
    before = opened.call("c1")
    assert before.row.score == 81.5
    opened.rebuild("c1")
    assert opened.call("c1") == before


def test_redaction_reaches_every_reader(opened, story):
    opened.append("c1", story.whole())
    assert story.CARD[:4] not in repr(opened.call("c1"))
    assert story.CARD[:4] not in repr(opened.events("c1"))


def test_calls_are_found_by_words_and_columns(opened, story):
    opened.append("c1", story.whole("c1"))
    opened.append("c2", [(1, story.started("c2", "2025-03-05T10:00:00Z", "a9"))])
    assert [r.call_id for r in opened.calls()] == ["c2", "c1"]
    assert [r.call_id for r in opened.calls(CallFilter(text="harbour mob"))] == ["c1"]
    assert [r.call_id for r in opened.calls(CallFilter(agent="a9"))] == ["c2"]
    page = opened.calls(limit=1)
    assert [r.call_id for r in opened.calls(limit=1, before=page[0].cursor)] == ["c1"]


def test_interrupted_calls_are_closed_once(opened, story):
    opened.append("c1", story.whole()[:8])
    assert opened.recover() == ["c1"]
    assert opened.recover() == []
    assert opened.call("c1").row.reason == "interrupted"


def test_a_removed_call_is_gone(opened, story):
    opened.append("c1", story.whole())
    assert opened.remove(["c1"]) == 1
    with pytest.raises(CallNotFound):
        opened.call("c1")
    assert opened.events("c1") == []
    assert opened.calls(CallFilter(text="harbour")) == []


def test_a_writer_and_readers_work_at_once(opened, story, tmp_path):
    writer = StoreWriter(opened, tmp_path / "spill.jsonl")
    writer.start()
    stop, seen, errors = threading.Event(), [], []

    def read():
        try:
            while not stop.is_set():
                rows = opened.calls()
                seen.append(sum(len(opened.events(r.call_id)) for r in rows))
        except BaseException as err:
            errors.append(err)

    readers = [threading.Thread(target=read) for _ in range(3)]
    for reader in readers:
        reader.start()
    streams = [story.plain(f"c{n}", 40, n) for n in range(6)]
    for step in zip(*streams, strict=True):
        for n, (seq, event) in enumerate(step):
            writer.put(f"c{n}", seq, event)
    assert writer.flush()
    stop.set()
    for reader in readers:
        reader.join(30)
    assert errors == []
    assert seen
    assert writer.counters.written == sum(len(s) for s in streams)
    for n, stream in enumerate(streams):
        assert opened.events(f"c{n}") == stream
    assert writer.close()
