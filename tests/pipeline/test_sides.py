"""A call heard with its sides reversed: swapped, judged again, and swapped back."""

import runpy
from dataclasses import replace
from pathlib import Path

import pytest

from models.types import Channel
from pipeline.errors import CallNotFound, CallOpen, RequestRefused
from pipeline.rescoring import rescore
from pipeline.sides import swap
from pipeline.store.repo import Store
from qa_rules.packs import load_packs

PLAY = runpy.run_path(str(Path(__file__).parent / "scored.py"))["scored_call"]
REVERSED = (
    "customer: thank you for calling northwind my name is dana this call is recorded",
    "hello my bill is wrong and i have had enough i want to speak to your manager",
    "customer: i am so sorry about that how can i help you today",
    "this is ridiculous i am going to cancel",
    "customer: thank you for calling have a nice day",
)
PROPER = [
    x.removeprefix("customer: ") if x.startswith("customer") else f"customer: {x}" for x in REVERSED
]


@pytest.fixture(scope="module")
def packs():
    return load_packs(["core_call"])


@pytest.fixture
def store(tmp_path, packs):
    with Store.open(tmp_path / "calls.db") as opened:
        opened.append("c1", PLAY(packs, *REVERSED))
        yield opened


def state(store):
    detail = store.call("c1")
    return (
        detail.legs,
        [u.channel for u in detail.utterances],
        detail.findings,
        detail.anger,
        detail.row.anger_peak,
        detail.scorecard,
    )


def test_a_swapped_call_is_judged_as_if_it_had_been_heard_so(store, packs, tmp_path):
    before = state(store)
    assert swap(store.database, "c1", packs, "quinn") is True
    with Store.open(tmp_path / "proper.db") as other:
        other.append("c1", PLAY(packs, *PROPER))
        proper = other.call("c1")
    got = store.call("c1")
    assert got.swapped
    assert got.legs == (Channel.CUSTOMER, Channel.AGENT)
    assert [u.channel for u in got.utterances] == [u.channel for u in proper.utterances]
    states = {f.rule_id: f.state for f in proper.findings}
    assert {f.rule_id: f.state for f in got.findings} == states
    assert got.scorecard.score == proper.scorecard.score > before[5].score
    assert got.row.anger_peak == proper.row.anger_peak
    assert store.scores("c1")[-1].event.why == "sides"
    assert rescore(store, "c1", packs).diff.same

    store.rebuild("c1")
    assert store.call("c1") == got
    assert swap(store.database, "c1", packs, "quinn") is False
    assert state(store) == before
    assert swap(store.database, "c1", packs, "quinn") is True
    assert state(store)[2:] == (got.findings, got.anger, got.row.anger_peak, got.scorecard)


def test_what_cannot_be_swapped_says_why(store, packs):
    with pytest.raises(CallNotFound):
        swap(store.database, "none", packs, "quinn")
    events = PLAY(packs, *REVERSED, call_id="open")
    store.append("open", events[:3])
    with pytest.raises(CallOpen, match="not over"):
        swap(store.database, "open", packs, "quinn")
    mixed = (1, replace(events[0][1], channels=(Channel.MIXED,)))
    store.append("mixed", [mixed, *events[1:]])
    with pytest.raises(RequestRefused, match="nothing to swap"):
        swap(store.database, "mixed", packs, "quinn")
