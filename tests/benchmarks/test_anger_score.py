"""The arithmetic of the anger flag: who counts as what, and how sure that is."""

import math
from pathlib import Path

import pytest

from benchmarks.anger_score import (
    Outcome,
    heard_between,
    outcome,
    rate_bound,
    share,
    tally,
)
from benchmarks.anger_scripts import Script, SpokenCall
from benchmarks.two_voices import Spoken
from benchmarks.wer import Errors
from models.types import Channel, Utterance
from pipeline.events import AngerChanged, UtteranceFinal
from qa_rules.types import Anger


def call(*, level=2, split="tune"):
    """A call whose wanted turn is said from 10 to 14 s."""
    script = Script.model_validate(
        {
            "id": "a",
            "about": "a",
            "trade": "orders",
            "split": split,
            "angry": level >= 2,
            "level": level,
            "flag_turn": 2 if level >= 2 else None,
            "voices": {"agent": "slt", "customer": "rms"},
            "turns": [{"agent": "hello there"}, {"customer": "this is bad"}],
        }
    )
    turns = (
        Spoken(1, "agent", "hello there", 1.0, 2.0),
        Spoken(2, "customer", "this is bad", 10.0, 14.0),
    )
    return SpokenCall(script, Path("a.flac"), 20.0, turns)


def read(*changes, level=2, heard="this is mad"):
    """What came of a call with these (second, level, flagged) changes."""
    said = Utterance(1, Channel.CUSTOMER, 10.1, 13.9, heard, 0.9)
    agent = Utterance(0, Channel.AGENT, 1.0, 2.0, "hello there", 0.9)
    anger = [AngerChanged(Anger(lv, flagged, at)) for at, lv, flagged in changes]
    return outcome(call(level=level), [UtteranceFinal(agent), UtteranceFinal(said), *anger], 0.5)


def test_a_flag_on_an_angry_call_is_a_hit_and_its_lateness_counts_the_pause():
    found = read((5.0, 1, False), (13.9, 2, True), (15.0, 3, True))
    assert (found.kind, found.peak, found.flag.at) == ("hit", 3, 13.9)
    assert found.late_s == pytest.approx(13.9 + 0.5 - 14.0)
    assert found.in_time
    assert not found.early


def test_a_flag_after_five_seconds_is_a_hit_but_not_in_time():
    assert read((18.4, 2, True)).in_time
    late = read((18.6, 2, True))
    assert (late.kind, late.in_time) == ("hit", False)


def test_a_flag_before_the_wanted_turn_is_early():
    found = read((9.0, 2, True), (9.5, 0, False))
    assert (found.kind, found.early, found.in_time) == ("hit", True, True)
    assert found.late_s == pytest.approx(-4.5)


def test_irritation_without_the_flag_is_no_hit_and_no_false_flag():
    assert read((13.9, 1, False)).kind == "missed"
    calm = read((13.9, 1, False), level=1)
    assert (calm.kind, calm.late_s) == ("calm", None)
    assert read((13.9, 2, True), level=1).kind == "false flag"


def test_only_the_customers_words_count_as_heard():
    found = read()
    assert found.errors == Errors(1, 0, 0, 3)
    assert heard_between(found, 12.0, 30.0) == "this is mad"
    assert heard_between(found, 0.0, 5.0) == ""


def test_wilsons_interval_is_as_published():
    # 9 of 10: worked by hand, (0.9 + 0.1921 +- 1.96 sqrt(0.009 + 0.0096)) / 1.3841
    found = share(9, 10)
    assert found.value == 0.9
    assert (found.low, found.high) == (
        pytest.approx(0.5958, abs=1e-3),
        pytest.approx(0.9821, abs=1e-3),
    )
    assert share(12, 12).high == 1.0
    assert share(12, 12).low == pytest.approx(12 / (12 + 1.959964**2), abs=1e-6)
    assert share(0, 12).low == 0.0
    assert math.isnan(share(0, 0).value)


def test_the_tally_counts_each_call_once():
    found: list[Outcome] = [
        read((13.9, 2, True)),
        read((18.9, 2, True)),
        read((9.0, 4, True)),
        read((13.9, 1, False)),
        read((13.9, 2, True), level=0),
        read(level=0),
    ]
    total = tally(found)
    assert (total.calls, total.angry) == (6, 4)
    assert (total.precision.hits, total.precision.of) == (3, 4)
    assert (total.recall.hits, total.recall.of) == (3, 4)
    assert (total.recall_in_time.hits, total.early) == (2, 1)
    assert (total.level_reached.hits, total.level_reached.of) == (3, 4)
    assert total.late == pytest.approx((-4.5, 0.4, 5.4))


def test_the_bound_on_a_rate_is_the_rule_of_three():
    assert rate_bound(0, 10.0) == pytest.approx(-math.log(0.05) / 10, abs=1e-6)
    assert rate_bound(1, 10.0) == pytest.approx(0.4744, abs=1e-3)
    assert rate_bound(0, 0.0) == math.inf
