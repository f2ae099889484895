import os
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from models.types import Channel
from pipeline.events import CallEnded, PartialTranscript, WrapupReady
from pipeline.store.journal import Entry, SpillJournal
from pipeline.store.repo import Store
from pipeline.store.writer import StoreWriter

ROOT = Path(__file__).parents[3]
MARGIN_S = 0.3  # 0.2 on a machine that is not busy with anything else


@pytest.fixture
def spill(tmp_path):
    return tmp_path / "spill.jsonl"


@pytest.fixture
def told():
    return []


@pytest.fixture
def writer(store, spill, told):
    made = StoreWriter(store, spill, on_trouble=lambda *what: told.append(what))
    made.start()
    yield made
    assert made.close(30)


@pytest.fixture
def lock(store):
    """A second program that holds the database from `lock()` until `lock.release()`."""
    other = sqlite3.connect(store.database.path, isolation_level=None, check_same_thread=False)

    class Lock:
        def __call__(self):
            other.execute("BEGIN IMMEDIATE")

        def release(self):
            if other.in_transaction:
                other.execute("ROLLBACK")

    held = Lock()
    yield held
    held.release()
    other.close()


def until(condition, limit_s=20.0):
    """Wait for a condition that another thread brings about."""
    end = time.monotonic() + limit_s
    tick = threading.Event()
    while not condition():
        assert time.monotonic() < end, "it never happened"
        tick.wait(0.01)


def test_what_is_put_is_stored_with_its_facts(writer, store, story):
    events = story.whole()
    writer.begin(events[0][1], {"regulated": True}, "twilio")
    for seq, event in events[1:]:
        writer.put("c1", seq, event)
    assert writer.flush()
    detail = store.call("c1")
    assert detail.facts == {"regulated": True}
    assert detail.row.source == "twilio"
    assert store.events("c1")[-1] == events[-1]
    assert writer.counters.written == len(events)


def test_a_partial_is_refused(writer):
    with pytest.raises(TypeError, match="PartialTranscript"):
        writer.put("c1", 1, PartialTranscript(Channel.AGENT, 1, 0.0, 1.0, "hel"))


def test_what_waits_shares_a_transaction(store, spill, story):
    writer = StoreWriter(store, spill)
    for n in range(40):
        for seq, event in story.plain(f"c{n}", 3):
            writer.put(f"c{n}", seq, event)
    writer.start()
    assert writer.flush()
    assert writer.counters.transactions == 1
    assert writer.counters.written == 400
    writer.close()


def test_an_event_is_in_the_database_within_a_fifth_of_a_second(writer, store, story):
    delays = []
    for seq, event in story.plain("c1", 8):
        start = time.monotonic()
        writer.put("c1", seq, event)
        until(lambda seq=seq: len(store.events("c1")) == seq)
        delays.append(time.monotonic() - start)
    assert sorted(delays)[len(delays) // 2] < MARGIN_S


def test_putting_does_not_wait_for_a_locked_database(writer, store, story, lock, told, spill):
    lock()
    events = story.plain("c1", 60)
    start = time.monotonic()
    for seq, event in events:
        writer.put("c1", seq, event)
    assert time.monotonic() - start < 0.2
    assert writer.flush()
    assert writer.counters.spilled == len(events)
    assert "another program" in writer.refused
    assert spill.exists()
    lock.release()
    until(lambda: len(store.events("c1")) == len(events))
    until(lambda: not writer.refused)
    assert [over for _, over in told] == [False, True]
    assert not writer.journal.pending
    assert writer.counters.replayed == len(events)
    writer.put("c1", len(events) + 1, CallEnded(9.0, "completed"))
    assert writer.flush()
    assert store.call("c1").row.state == "ended"


def test_being_held_up_once_by_another_thread_is_no_trouble(writer, store, story, told):
    events = story.plain("c1", 5)
    with store.database.write():
        for seq, event in events:
            writer.put("c1", seq, event)
        assert writer.flush()
        assert writer.counters.spilled == len(events)
        assert writer.refused == ""
    until(lambda: len(store.events("c1")) == len(events))
    assert told == []


def test_a_full_queue_spills_and_keeps_the_order(store, spill, story, everything):
    want = story.plain("c1", 50)
    writer = StoreWriter(store, spill, capacity=20)
    for seq, event in want:
        writer.put("c1", seq, event)
    assert writer.depth == 20
    assert writer.counters.spilled == len(want) - 20
    assert SpillJournal(spill).pending
    writer.start()
    until(lambda: len(store.events("c1")) == len(want))
    until(lambda: not writer.journal.pending)
    until(lambda: not writer._overflowing)
    assert store.events("c1") == want
    before = everything()
    store.rebuild("c1")
    assert everything() == before
    writer.put("c1", len(want) + 1, CallEnded(9.0, "completed"))
    assert writer.flush()
    assert writer.counters.spilled == len(want) - 20
    writer.close()


def test_an_event_that_cannot_be_stored_does_not_take_others_with_it(writer, store, story, told):
    events = story.plain("c1", 3)
    for seq, event in events:
        writer.put("c1", seq, event)
    writer.put("c1", 90, WrapupReady({"odd": object()}))
    writer.put("c2", 1, story.started("c2"))
    assert writer.flush()
    assert writer.counters.rejected == 1
    assert "WrapupReady 90" in told[0][0]
    assert store.events("c1") == events
    assert len(store.events("c2")) == 1


def test_closing_stores_what_waits(store, spill, story):
    writer = StoreWriter(store, spill, linger_s=30.0)
    writer.start()
    for seq, event in story.whole():
        writer.put("c1", seq, event)
    assert writer.close(10)
    assert len(store.events("c1")) == len(story.whole())


def test_closing_spills_what_the_database_refuses(store, spill, story, lock):
    writer = StoreWriter(store, spill, linger_s=30.0)
    writer.start()
    lock()
    for seq, event in story.whole():
        writer.put("c1", seq, event)
    assert writer.close(10)
    lock.release()
    again = StoreWriter(store, spill)
    assert again.start() == len(story.whole())
    assert store.call("c1").row.state == "ended"
    again.close()


def test_replaying_twice_stores_once(store, spill, story):
    journal = SpillJournal(spill)
    entries = [Entry("c1", s, e) for s, e in story.whole()]
    journal.append(entries)
    journal.close()
    copy = spill.read_bytes()
    for _ in range(2):
        spill.write_bytes(copy)
        writer = StoreWriter(store, spill)
        assert writer.start() == len(entries)
        writer.close()
    assert len(store.events("c1")) == len(entries)
    assert writer.counters.known == len(entries)


def test_a_redaction_in_a_spilled_call_leaves_no_words(store, spill, story, lock, tmp_path):
    writer = StoreWriter(store, spill)
    writer.start()
    lock()
    for seq, event in story.whole():
        writer.put("c1", seq, event)
    assert writer.flush()
    assert story.CARD[:4].encode() not in spill.read_bytes()
    lock.release()
    until(lambda: len(store.events("c1")) == len(story.whole()))
    until(lambda: not store.scrub_due)
    assert writer.close()
    for path in tmp_path.iterdir():
        assert story.CARD[:4].encode() not in path.read_bytes(), path.name


LIVE = """
import runpy, sys, threading, time
from pathlib import Path
from pipeline.store.repo import Store
from pipeline.store.writer import StoreWriter
folder, helper = sys.argv[1], runpy.run_path(sys.argv[2])
store = Store.open(folder + "/calls.db")
writer = StoreWriter(store, Path(folder, "spill.jsonl"), capacity=int(sys.argv[3]))
writer.start()
pace = threading.Event()
calls = [f"c{n}" for n in range(5)]
streams = [helper["plain"](c, 2000, n) for n, c in enumerate(calls)]
for step in zip(*streams):
    for call, (seq, event) in zip(calls, step):
        writer.put(call, seq, event)
        print(call, seq, time.monotonic(), flush=True)
    pace.wait(0.004)
"""


def killed_after(tmp_path, lines, capacity=10_000, meanwhile=None):
    """Run a process that puts events, kill it, and return the (call, seq) it had put in time."""
    helper = Path(__file__).with_name("story.py")
    child = subprocess.Popen(
        [sys.executable, "-c", LIVE, str(tmp_path), str(helper), str(capacity)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
    )
    put = []
    for line in child.stdout:
        call, seq, at = line.split()
        put.append((call, int(seq), float(at)))
        if len(put) == 200 and meanwhile is not None:
            meanwhile()
        if len(put) >= lines:
            break
    os.kill(child.pid, signal.SIGKILL)
    at_kill = time.monotonic()
    child.communicate(timeout=30)
    assert child.returncode == -signal.SIGKILL
    return {(call, seq) for call, seq, at in put if at < at_kill - MARGIN_S}


def restarted(tmp_path):
    store = Store.open(tmp_path / "calls.db")
    writer = StoreWriter(store, tmp_path / "spill.jsonl")
    writer.start()
    return store, writer


def stored(store):
    return {(f"c{n}", seq) for n in range(5) for seq, _ in store.events(f"c{n}")}


@pytest.mark.parametrize("lines", [400, 1201, 1777])
def test_a_kill_loses_at_most_the_last_moment(tmp_path, lines):
    in_time = killed_after(tmp_path, lines)
    assert len(in_time) > 40
    store, writer = restarted(tmp_path)
    assert in_time <= stored(store)
    assert store.recover() == [f"c{n}" for n in range(5)]
    for n in range(5):
        detail = store.call(f"c{n}")
        assert (detail.row.state, detail.row.reason) == ("ended", "interrupted")
        assert detail.row.seconds == max(u.end for u in detail.utterances)
        assert store.events(f"c{n}")[-1][1] == CallEnded(detail.row.seconds, "interrupted")
    assert store.recover() == []
    writer.close()
    store.close()


def test_a_kill_while_the_database_is_locked_loses_no_more(tmp_path):
    Store.open(tmp_path / "calls.db").close()
    other = sqlite3.connect(tmp_path / "calls.db", isolation_level=None)

    def lock():
        other.execute("BEGIN IMMEDIATE")

    in_time = killed_after(tmp_path, 1500, meanwhile=lock)
    assert SpillJournal(tmp_path / "spill.jsonl").pending
    other.execute("ROLLBACK")
    other.close()
    store, writer = restarted(tmp_path)
    assert in_time <= stored(store)
    writer.close()
    store.close()


def test_a_kill_while_the_queue_overflows_loses_nothing(tmp_path):
    in_time = killed_after(tmp_path, 900, capacity=8)
    store, writer = restarted(tmp_path)
    assert in_time <= stored(store)
    for n in range(5):
        seqs = [seq for seq, _ in store.events(f"c{n}")]
        assert seqs == sorted(set(seqs))
    writer.close()
    store.close()
