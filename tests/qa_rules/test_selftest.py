"""A pack's own lines: run in the item's window, counted, and told with their place."""

import pytest

from models.types import Label
from qa_rules.selftest import Outcome, RuleScore, outcome, selftest, utterances

PACK = """
events:
  - {id: pay, speaker: agent, match: long number, tests: {yes: [the long number], no: ["customer: long number"]}}
items:
  - id: T-01
    title: Notice
    severity: AF
    section: compliance
    when: {after: pay, within_s: 5}
    applies_if: {event: pay}
    match: this call is recorded
    tests:
      yes:
        - this call is recorded
        - [this call is, "customer: okay", recorded]
        - "i record calls"
      no:
        - "customer: this call is recorded"
        - not this call is recorded
mood:
  - {id: angry, level: 2, match: angry, tests: {yes: [i am angry], no: [my wife was angry]}}
"""  # noqa: E501


def test_lines_are_tried_with_the_window_open(packs):
    report = selftest(packs(PACK))
    (failure,) = report.failures
    assert failure.turns == ("i record calls",)
    assert failure.wanted
    assert 'T-01 must match: "i record calls"' in str(failure)
    line = failure.line
    with open(failure.file) as file:
        assert "i record calls" in file.read().splitlines()[line - 1]


def test_recall_and_precision_are_counted(packs):
    scores = {s.rule: s for s in selftest(packs(PACK)).scores}
    assert scores["T-01"].recall == pytest.approx(2 / 3)
    assert scores["T-01"].precision == 1
    assert not scores["T-01"].passes
    assert scores["angry"].passes
    assert scores["pay"].passes


def test_an_auto_fail_item_has_floors():
    good = RuleScore("p", "item", "x", True, 19, 20, 0, 10)
    assert good.passes
    assert not RuleScore("p", "item", "x", True, 18, 20, 0, 10).passes
    assert not RuleScore("p", "item", "x", True, 20, 20, 3, 10).passes
    assert not RuleScore("p", "item", "x", False, 19, 20, 0, 10).passes


MEANT = """
items:
  - id: T-02
    title: Says goodbye
    severity: REQ
    section: closing
    match: {any_of: [goodbye, {semantic: {examples: [so long, farewell], threshold: 0.8, review: 0.6}}]}
    example: goodbye
    tests: {yes: [goodbye], no: [hello]}
"""  # noqa: E501


@pytest.mark.parametrize(
    ("said", "chance", "expected"),
    [
        ("goodbye", 0.0, Outcome.YES),
        ("see you around", 0.9, Outcome.YES),
        ("see you around", 0.7, Outcome.REVIEW),
        ("see you around", 0.5, Outcome.NO),
    ],
)
def test_what_a_classifier_reads_counts_where_it_is_given(packs, said, chance, expected):
    def read(utterance):
        return (Label("semantic", "T-02:0", chance, utterance.text, "fake"),)

    turns = utterances([said], "agent")
    assert outcome(packs(MEANT), "item", "T-02", turns, read) is expected
    alone = Outcome.YES if said == "goodbye" else Outcome.NO
    assert outcome(packs(MEANT), "item", "T-02", turns) is alone
