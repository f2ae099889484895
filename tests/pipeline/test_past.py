"""Stored calls that rules are tried on."""

import runpy
from pathlib import Path

import pytest

from pipeline.desk_data import why_data
from pipeline.errors import CallNotFound
from pipeline.past import ended_calls, past_call, why_in
from pipeline.store.repo import Store
from qa_rules.errors import UnknownItem
from qa_rules.packs import load_packs

PLAY = runpy.run_path(str(Path(__file__).parent / "scored.py"))["scored_call"]


@pytest.fixture(scope="module")
def core():
    return load_packs(["core_call"])


@pytest.fixture
def store(tmp_path, core):
    with Store.open(tmp_path / "calls.db") as opened:
        for name, queue in (("c1", "a"), ("c2", "b"), ("c3", "a")):
            opened.append(
                name,
                PLAY(core, "hello there", "customer: my bill is wrong", call_id=name, queue=queue),
            )
        yield opened


def test_a_call_has_its_packs_its_findings_and_its_card(store):
    past = past_call(store, "c1")
    assert (past.call_id, past.packs) == ("c1", ("core_call",))
    assert past.findings["CORE-03"].state in ("missed", "needs_review")
    assert past.card == store.call("c1").scorecard
    with pytest.raises(CallNotFound):
        past_call(store, "none")


def test_calls_are_chosen_by_filter_and_number(store):
    from pipeline.store.rows import CallFilter

    assert sorted(ended_calls(store)) == ["c1", "c2", "c3"]
    assert sorted(ended_calls(store, CallFilter(state="ended", queue="a"))) == ["c1", "c3"]
    assert len(ended_calls(store, most=2)) == 2


def test_an_item_of_a_stored_call_is_explained(store, core):
    call = past_call(store, "c1").call
    told, notes = why_in(call, core, "CORE-03")
    assert told.window.text == "within 30 s of the agent's first word"
    assert notes == ()
    data = why_data("c1", told, notes)
    assert (data["call"], data["item"], data["state"]) == ("c1", "CORE-03", told.state)
    assert data["words"][0].startswith("CORE-03 ")
    with pytest.raises(UnknownItem):
        why_in(call, core, "CORE-99")
