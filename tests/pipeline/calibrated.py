"""A small form, calls scored by it, and rounds about them, for the tests of calibration."""

import runpy
from dataclasses import replace
from pathlib import Path

from pipeline import calibrating
from pipeline.calibrating import Wish
from pipeline.reviewing import Reviewer
from pipeline.store.calibration import Calibrations
from pipeline.store.calibration_rows import Given
from qa_rules.packs import load_packs

PLAY = runpy.run_path(str(Path(__file__).with_name("scored.py")))["scored_call"]
PACK = """
pack: t
version: "1"
title: T
form:
  exclude: {min_seconds: 1, min_turns: 1}
  sections: {opening: {title: Opening, weight: 60}, compliance: {title: Compliance, weight: 40}}
  questions:
    - {id: Q-01, title: Was kind, section: opening, weight: 2, help: Listen to the tone.}
items:
  - {id: T-01, title: Greets, severity: REQ, section: opening, weight: 2, match: thank you}
  - {id: T-02, title: Says the price, severity: REQ, section: compliance, match: it costs ten}
"""
LINES = ("thank you for calling", "customer: how much", "it costs ten pounds", "customer: bye")
AGENTS = {"quinn": "Quinn", "rae": "", "eva": "", "zoe": ""}
CALLS = ("c1", "c2", "c3")


def add_calls(store, folder, names=CALLS, agent="Dana", at="2026-05-01T12:00:00Z", seconds=200.0):
    """Store scored calls; the machine hears the greeting and the price in all of them."""
    (folder / "t.yaml").write_text(PACK)
    packs = load_packs(["t"], [folder])
    for name in names:
        events = PLAY(packs, *LINES, call_id=name, seconds=seconds)
        begun = replace(events[0][1], agent=agent, started_at=at)
        store.append(name, [(1, begun), *events[1:]])


def opened(store, calls=CALLS, name="May", people=("quinn", "rae"), expert="eva"):
    """Open a round and return it whole."""
    number = calibrating.open_round(store, Wish(name, calls, people, expert), AGENTS, "zoe")
    return Calibrations(store.database).need(number)


def hand_in(store, whole, person, *answers):
    """Hand in every call; `answers` are those of each call to Q-01, T-01 and T-02."""
    for position, one in enumerate(answers, 1):
        call = calibrating.blind(store, whole.round.id, position, person)
        given = dict(zip(("Q-01", "T-01", "T-02"), map(Given, one.split()), strict=True))
        calibrating.save(store, call, Reviewer(person), given, submit=True)
    return Calibrations(store.database).need(whole.round.id)
