"""The scorecard: what leaves the denominator, what fails a call, what a person must look at."""

import pytest

from qa_rules.score import score
from qa_rules.types import Evidence, Finding, Severity, State

FORM = """
items:
  - {id: O-01, title: Greets, severity: REQ, section: opening, weight: 3, match: hello}
  - {id: O-02, title: Name, severity: REQ, section: opening, weight: 1, match: my name is}
  - {id: C-01, title: Notice, severity: AF, section: compliance, weight: 2, match: recorded}
  - {id: C-02, title: Law, severity: REQ, section: compliance, weight: 2, match: by law}
  - {id: E-01, title: Bye, severity: REQ, section: closing, weight: 1, match: bye}
  - {id: E-02, title: Joke, severity: OPT, section: closing, weight: 1, match: joke}
  - {id: E-03, title: Blame, severity: P, section: closing, weight: 1, match: your fault}
  - id: E-04
    title: Holds
    severity: REQ
    section: closing
    weight: 2
    metric: {name: hold_max_s, op: "<=", value: 120}
"""
ALL = ("O-01", "O-02", "C-01", "C-02", "E-01", "E-02", "E-03")


@pytest.fixture
def card(packs):
    loaded = packs(FORM)

    def make(states, *, seconds=120, turns=9, metrics=None, facts=None):
        from qa_rules.types import CallFacts

        findings = [
            Finding(
                i,
                i,
                loaded.item(i).severity,
                State(states.get(i, "done")),
                evidence=(Evidence("x", 0, 1),),
            )
            for i in ALL
        ]
        return score(
            loaded,
            findings,
            facts=facts or CallFacts(),
            seconds=seconds,
            turns=turns,
            metrics={"hold_max_s": 10} if metrics is None else metrics,
        )

    return make


def test_all_done_is_a_hundred(card):
    got = card({})
    assert (got.score, got.compliance, got.passed, got.status) == (100, 100, True, "scored")
    assert [s.score for s in got.sections] == [100, 100, 100]


def test_weights_inside_a_section_and_of_sections(card):
    got = card({"O-01": "missed"})
    assert got.sections[0].score == 25
    assert got.score == pytest.approx(40 * 0.25 + 60)
    assert got.passed is False


def test_not_applicable_leaves_the_denominator(card):
    got = card({"O-01": "n/a", "O-02": "missed"})
    assert got.sections[0].score == 0
    assert card({"O-01": "n/a"}).sections[0].score == 100


def test_a_section_where_nothing_applies_drops_out(card):
    got = card({"O-01": "n/a", "O-02": "n/a", "E-01": "missed"})
    assert got.sections[0].score is None
    closing = got.sections[2].score
    assert got.score == pytest.approx((40 * 100 + 20 * closing) / 60, abs=0.01)


def test_an_auto_fail_zeroes_both_scores_and_keeps_the_detail(card):
    got = card({"C-01": "missed"})
    assert (got.score, got.compliance, got.auto_fail, got.passed) == (0, 0, True, False)
    assert got.auto_fail_items == ("C-01",)
    assert [s.score for s in got.sections] == [100, 50, 100]


def test_late_is_half_for_required_and_nothing_for_auto_fail(card):
    got = card({"O-01": "late"})
    assert (got.sections[0].answers[0].answer, got.sections[0].score) == ("partly", 62.5)
    assert card({"C-01": "late"}).auto_fail


def test_needs_review_leaves_the_denominator_and_is_counted(card):
    got = card({"O-01": "needs_review", "O-02": "missed"})
    assert (got.needs_review, got.sections[0].score) == (1, 0)


def test_an_auto_fail_item_under_review_leaves_the_pass_open(card):
    got = card({"C-01": "needs_review"})
    assert (got.auto_fail, got.passed, got.score) == (False, None, 100)


def test_optional_items_only_add(card):
    assert card({"E-02": "missed"}).score == 100
    assert card({"E-01": "missed", "E-02": "missed"}).sections[2].score == 75
    assert card({"E-01": "missed", "E-02": "done"}).sections[2].score == 80


def test_what_must_not_be_said_costs_its_points(card):
    got = card({"E-03": "violated"})
    assert got.sections[2].score == 80
    assert not got.auto_fail


def test_compliance_is_its_section_and_every_critical_item(card):
    assert card({"C-02": "missed"}).compliance == 50
    assert card({"O-01": "missed"}).compliance == 100


def test_a_measured_item_reads_the_metrics(card):
    got = card({}, metrics={"hold_max_s": 200})
    answer = got.sections[2].answers[-1]
    assert (answer.answer, "200" in answer.note) == ("no", True)
    assert card({}, metrics={}).sections[2].answers[-1].answer == "n/a"


@pytest.mark.parametrize(("seconds", "turns", "word"), [(29, 9, "30 s"), (60, 2, "2 turns")])
def test_short_calls_are_not_scored(card, seconds, turns, word):
    got = card({"C-01": "missed"}, seconds=seconds, turns=turns)
    assert (got.status, got.score, got.compliance, got.passed) == ("not_scored", None, None, None)
    assert word in got.reason
    assert not got.auto_fail


def test_a_call_where_nothing_applies_is_not_scored(card):
    states = dict.fromkeys(ALL, "n/a")
    assert card(states, metrics={}).status == "not_scored"


def test_evidence_and_near_misses_go_with_the_answers(card):
    answer = card({}).sections[0].answers[0]
    assert (answer.question_id, answer.evidence[0].quote) == ("O-01", "x")
    assert answer.severity is Severity.REQUIRED


def test_a_whole_call(call):
    c = call(FORM)
    c.agent(0, "hello my name is dana this call is recorded by law")
    c.customer(5, "my bill is wrong")
    c.agent(9, "i will look bye")
    c.end(60)
    got = score(
        c.packs, c.run.findings(), facts=c.facts, seconds=60, turns=3, metrics={"hold_max_s": 0}
    )
    assert (got.score, got.passed, got.form) == (100, True, "t")
