"""Two cards of a call compared, in words and as data."""

from dataclasses import replace

import pytest

from qa_rules.card_diff import compare, words
from qa_rules.types import Answer, Evidence, FormPart, Scorecard, ScoredSection, Severity


def line(name, answer="yes", points=2.0, possible=2.0, **more):
    return Answer(name, f"Title {name}", Severity.REQUIRED, answer, points, possible, **more)


@pytest.fixture
def card():
    section = ScoredSection("opening", "Opening", 100, 100, (line("T-01"), line("T-02")))
    return Scorecard(
        "t", "aaaa", "scored", 90.0, None, False, (), True, 0, (section,),
        pass_mark=85, parts=(FormPart("t", "1", "x"),),
    )  # fmt: skip


def with_lines(card, *lines, **more):
    return replace(card, sections=(replace(card.sections[0], answers=lines),), **more)


def test_a_card_is_the_same_as_itself(card):
    diff = compare(card, card)
    assert diff.same
    assert words(diff) == ["form t (t 1)", "nothing changes"]


def test_what_is_added_removed_answered_and_worth_otherwise(card):
    proof = Evidence("i will do it", 65.0, 66.0)
    after = with_lines(
        card,
        line("T-01", points=5.0, possible=5.0),
        line("T-03", evidence=(proof,)),
        score=80.0,
        passed=False,
        parts=(FormPart("t", "2", "y"),),
    )
    diff = compare(card, after)
    assert [(c.kind, c.question_id) for c in diff.changes] == [
        ("worth", "T-01"),
        ("removed", "T-02"),
        ("added", "T-03"),
    ]
    assert words(diff) == [
        "form t (t 1) -> t (t 2)",
        "score: 90 -> 80",
        "passed: yes -> no",
        "= T-01 Title T-01: 2 of 2 -> 5 of 5",
        "- T-02 Title T-02: was yes",
        "+ T-03 Title T-03: yes (2 of 2)",
        '    1:05 "i will do it"',
    ]


def test_another_answer_says_why(card):
    after = with_lines(card, line("T-01"), line("T-02", "needs_review", 0, 0, note="unsure"))
    (change,) = compare(card, after).changes
    assert (change.kind, change.before, change.after) == ("answer", "yes", "needs_review")
    assert words(compare(card, after))[1:] == [
        "~ T-02 Title T-02: yes -> needs review",
        "    unsure",
    ]


def test_weights_of_sections_and_verdicts_are_told(card):
    after = replace(
        card,
        sections=(replace(card.sections[0], weight=60),),
        passed=None,
        auto_fail_items=("T-09",),
        pass_mark=80,
        unanswered=2,
    )
    told = {m.name: (m.before, m.after) for m in compare(card, after).totals}
    assert told == {
        "passed": ("yes", "open"),
        "auto-fail": ("none", "T-09"),
        "pass mark": ("85", "80"),
        "waiting for a person": ("0", "2"),
        "weight of Opening": ("100", "60"),
    }
