"""What of packs stored calls have ever shown."""

import runpy
from pathlib import Path

import pytest

from pipeline.coverage import Coverage
from pipeline.past import ended_calls
from pipeline.shelf import PackShelf
from pipeline.store.repo import Store
from qa_rules.packs import load_packs

PLAY = runpy.run_path(str(Path(__file__).parent / "scored.py"))["scored_call"]
PACK = """pack: t
title: T
events: [{id: pay, match: pay now}]
items:
  - {id: T-01, title: Greets, severity: REQ, section: opening, match: hello}
  - {id: T-02, title: Notice, severity: REQ, section: opening, match: is recorded}
  - id: T-03
    title: Pays
    severity: REQ
    section: opening
    match: thanks
    applies_if: {event: pay}
  - {id: T-04, title: No oath, severity: P, section: opening, match: i swear}
"""


@pytest.fixture
def counted(tmp_path):
    (tmp_path / "t.yaml").write_text(PACK)
    (tmp_path / "u.yaml").write_text("pack: u\ntitle: U\n")
    packs = {name: load_packs([name], [tmp_path]) for name in ("t", "u")}
    with Store.open(tmp_path / "calls.db") as store:
        store.append("c1", PLAY(packs["t"], "hello you", call_id="c1"))
        store.append("c2", PLAY(packs["t"], "hello again", call_id="c2"))
        store.append("c3", PLAY(packs["u"], "hello", call_id="c3"))
        count = Coverage(PackShelf([tmp_path]), ["t"])
        for call_id in [*ended_calls(store), "none"]:
            count.take(store, call_id)
    return count


def test_items_that_never_applied_fired_or_failed(counted):
    (got,) = counted.report()
    assert (got.pack, got.calls, counted.elsewhere) == ("t", 2, 1)
    assert got.never_applied == ("T-03",)
    assert got.never_fired == ("T-02",)
    assert got.never_failed == ("T-01",)
    assert got.never_violated == ("T-04",)
    first = got.items[0]
    assert (first.applied, first.fired, first.failed, first.by_state) == (2, 2, 0, {"done": 2})


def test_what_the_file_lacks_is_with_it_and_lost_calls_are_named(counted):
    (got,) = counted.report()
    assert "T-01" in got.gaps.lines
    assert counted.left_out == [("none", "no call 'none' is stored")]
