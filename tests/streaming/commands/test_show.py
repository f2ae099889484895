import io

import pytest
from rich.console import Console

from streaming.commands.show import clock, show_call

FOUND = {
    "rule": "greeting",
    "title": "Greets",
    "state": "done",
    "at": 3.2,
    "evidence": [{"quote": "good morning"}],
    "near_miss": None,
    "reason": "",
}
CARD = {
    "status": "scored",
    "score": 87.5,
    "compliance": 100.0,
    "auto_fail": True,
    "auto_fail_items": ["verify"],
    "needs_review": 2,
    "sections": [{"id": "s", "title": "Opening", "score": 50.0, "answers": []}],
}
CALL = {
    "utterances": [{"start": 65.0, "end": 66.0, "role": "agent", "text": "[bold]good morning"}],
    "gaps": [{"start": 70.0, "end": 75.0, "role": "customer", "reason": "missing"}],
    "findings": [
        FOUND,
        {**FOUND, "rule": "far", "state": "n/a"},
        {**FOUND, "rule": "recap", "state": "missed", "at": None, "evidence": [],
         "near_miss": {"quote": "to sum up"}},
    ],
    "scorecard": CARD,
    "anger": [{"level": 2, "start": 5.0, "end": 9.0, "reasons": [{"quote": "ridiculous"}]}],
}  # fmt: skip


@pytest.fixture
def shown():
    def show(call, scored=True):
        out = io.StringIO()
        show_call(Console(file=out, width=160), call, scored=scored)
        return out.getvalue()

    return show


def test_seconds_are_told_as_a_clock():
    assert [clock(0.9), clock(65.0), clock(3725.0)] == ["0:00", "1:05", "62:05"]


def test_words_are_shown_as_they_are_and_gaps_as_gaps(shown):
    text = shown(CALL, scored=False)
    assert text.splitlines() == [
        "  1:05  agent     [bold]good morning",
        "  1:10  customer: not heard (missing)",
    ]


def test_a_score_is_shown_with_its_reasons(shown):
    text = shown(CALL)
    assert "score 88 of 100, compliance 100, 2 for review AUTO-FAIL: verify" in text
    assert "Opening" in text
    assert 'anger 2 from 0:05 to 0:09: "ridiculous"' in text
    assert "nearest: to sum up" in text
    assert "far" not in text


def test_a_call_that_is_not_scored_says_why(shown):
    card = {"status": "not_scored", "reason": "the call is 8 s long, under 30 s"}
    assert "not scored: the call is 8 s long" in shown({**CALL, "scorecard": card})
    assert "score" not in shown({**CALL, "scorecard": None, "anger": []})
