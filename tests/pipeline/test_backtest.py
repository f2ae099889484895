"""A changed pack tried on stored calls."""

import runpy
from pathlib import Path

import pytest

from pipeline.backtest import PACKS, SCORES, Backtest
from pipeline.desk_data import backtest_data
from pipeline.past import ended_calls
from pipeline.shelf import PackShelf, shelf_with
from pipeline.store.repo import Store
from qa_rules.errors import PackInvalid, PackNotFound
from qa_rules.packs import load_packs

PLAY = runpy.run_path(str(Path(__file__).parent / "scored.py"))["scored_call"]
PACK = """pack: t
title: T
form:
  pass_mark: 80
  exclude: {min_seconds: 1, min_turns: 1}
  sections: {opening: {title: Opening, weight: 60}, compliance: {title: C, weight: 40}}
items:
  - {id: T-01, title: Greets, severity: REQ, section: opening, match: hello}
  - {id: T-02, title: Notice, severity: AF, section: compliance, match: is recorded}
"""
STRICT = PACK.replace("match: hello", "match: good morning").replace("is recorded", "recorded line")


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "t.yaml").write_text(PACK)
    (tmp_path / "u.yaml").write_text(PACK.replace("pack: t", "pack: u").replace("T-0", "U-0"))
    return tmp_path


@pytest.fixture
def store(folder):
    packs = {name: load_packs([name], [folder]) for name in ("t", "u")}
    with Store.open(folder / "calls.db") as opened:
        opened.append("c1", PLAY(packs["t"], "hello this call is recorded", call_id="c1"))
        opened.append("c2", PLAY(packs["t"], "good morning recorded line", call_id="c2"))
        opened.append("c3", PLAY(packs["u"], "hello this call is recorded", call_id="c3"))
        yield opened


def run(store, folder, text, *, pack="t", add=False, calls=None):
    used = PackShelf([folder])
    with shelf_with({pack: text}, [folder]) as changed:
        test = Backtest(pack, used, changed, add=add)
        for call_id in calls or ended_calls(store):
            test.take(store, call_id)
    return test.report()


def test_states_that_change_are_counted_and_quoted(store, folder):
    got = run(store, folder, STRICT)
    assert (got.against, got.judged, got.changed, got.elsewhere) == (PACKS, 2, 2, 1)
    greets = next(i for i in got.items if i.item == "T-01")
    moves = {(m.before, m.after): m for m in greets.moves}
    assert set(moves) == {("done", "missed"), ("missed", "done")}
    lost = moves["done", "missed"].examples[0]
    assert (lost.call_id, lost.role, lost.words.quote) == (
        "c1",
        "lost",
        "hello this call is recorded",
    )
    heard = moves["missed", "done"].examples[0]
    assert (heard.call_id, heard.role) == ("c2", "heard")


def test_auto_fails_and_scores_are_told_apart(store, folder):
    got = run(store, folder, STRICT)
    assert [m.gained for m in got.auto_fails_gained] in ([("T-02",)], [])
    assert [(m.call_id, m.lost) for m in got.auto_fails_lost] == [("c2", ("T-02",))]
    assert {m.call_id for m in got.scores} == {"c1", "c2"}
    assert got.items[0].severity == "AF"
    assert got.before.auto_failed == 1


def test_the_pack_in_use_is_compared_with_the_scores_that_calls_have(store, folder):
    same = run(store, folder, PACK)
    assert (same.against, same.judged, same.changed, same.items) == (SCORES, 2, 0, ())
    (folder / "t.yaml").write_text(STRICT)
    got = run(store, folder, STRICT)
    assert (got.against, got.changed) == (SCORES, 2)
    assert {i.item for i in got.items} == {"T-01", "T-02"}


def test_a_pack_can_be_added_to_calls_that_were_not_under_it(store, folder):
    item = "{id: V-01, title: X, severity: REQ, section: opening, match: hello}"
    extra = f"pack: v\ntitle: V\nitems:\n  - {item}\n"
    assert run(store, folder, extra, pack="v").judged == 0
    got = run(store, folder, extra, pack="v", add=True)
    assert (got.judged, got.versions) == (3, ("", "1"))
    (item,) = got.items
    assert {(m.before, m.after): m.calls for m in item.moves} == {
        ("", "done"): 2,
        ("", "missed"): 1,
    }


def test_a_call_that_cannot_be_judged_is_left_out(store, folder):
    got = run(store, folder, STRICT, calls=["c1", "none"])
    assert got.judged == 1
    assert got.left_out == (("none", "no call 'none' is stored"),)


def test_a_pack_that_does_not_read_or_is_not_there(store, folder):
    with pytest.raises(PackInvalid) as caught:
        run(store, folder, STRICT.replace("AF", "MUST"))
    assert str(caught.value).startswith("t.yaml:9:")
    used = PackShelf([folder])
    with pytest.raises(PackNotFound):
        Backtest("none", used, used)


def test_as_data(store, folder):
    data = backtest_data(run(store, folder, STRICT, calls=["c1", "none"]))
    assert data["left_out"] == [{"call": "none", "reason": "no call 'none' is stored"}]
    assert data["items"][0]["moves"][0]["examples"][0]["call_id"] == "c1"
