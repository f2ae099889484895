"""The machine's answers to a form's questions, each with what it rests on."""

import pytest

from qa_rules.questions import Heard, machine_answers
from qa_rules.types import CallFacts, Evidence, Finding, Severity, State

FORM = """
form:
  sections: {opening: {title: O, weight: 60}, compliance: {title: C, weight: 40}}
  questions:
    - {id: Q-1, title: Both, section: opening, items: [T-01, T-02]}
    - {id: Q-2, title: Steps, section: opening, scale: 4, items: T-03}
    - {id: Q-3, title: Strict, section: opening, partly: false, items: T-04}
    - {id: Q-4, title: Notice, section: compliance, items: T-05}
    - id: Q-5
      title: Pace
      section: opening
      metric:
        name: agent_wpm
        bands: [{answer: yes, at_least: 110, at_most: 180}, {answer: partly, at_least: 95}]
        needs: {agent_talk_s: 20}
    - {id: Q-6, title: Right, section: opening}
    - {id: Q-7, title: Outbound, section: opening, asked_if: {fact: {direction: outbound}}}
    - {id: Q-10, title: Owns, section: opening, mode: suggest, help: h, rule: {match: i own it}}
    - {id: Q-8, title: Own, section: opening, rule: {match: i will do it}}
    - id: Q-9
      title: Share
      section: opening
      scale: 2
      metric: {name: talk_ratio, bands: [{answer: 2, at_most: 0.5}, {answer: 1, at_most: 0.7}]}
items:
  - {id: T-01, title: A, severity: REQ, section: opening, match: alpha}
  - {id: T-02, title: B, severity: REQ, section: opening, match: beta}
  - {id: T-03, title: C, severity: REQ, section: opening, match: gamma}
  - {id: T-04, title: D, severity: REQ, section: opening, match: delta}
  - {id: T-05, title: E, severity: AF, section: compliance, match: recorded}
  - {id: T-06, title: F, severity: REQ, section: compliance, match: zeta}
"""


@pytest.fixture
def answers(packs):
    loaded = packs(FORM)

    def make(metrics=None, facts=None, **states):
        found = {
            i.id: Finding(
                i.id,
                i.title,
                i.severity,
                State(states.get(i.id.replace("-", ""), "done")),
                "why",
                evidence=(Evidence(i.title, 3, 4),),
            )
            for i in loaded.judged
        }
        heard = Heard(found, facts or CallFacts(), 90.0, metrics or {})
        return {a.question_id: a for _, a in machine_answers(loaded, heard)}

    return make


def test_items_that_a_question_asks_are_not_asked_again(answers):
    assert list(answers()) == ["T-06", *(f"Q-{n}" for n in (1, 2, 3, 4, 5, 6, 7, 10, 8, 9))]


@pytest.mark.parametrize(
    ("one", "two", "answer"),
    [
        ("done", "done", "yes"),
        ("done", "missed", "partly"),
        ("missed", "missed", "no"),
        ("n/a", "missed", "no"),
        ("n/a", "n/a", "n/a"),
        ("done", "needs_review", "needs_review"),
        ("late", "late", "partly"),
    ],
)
def test_items_answer_together(answers, one, two, answer):
    assert answers(T01=one, T02=two)["Q-1"].machine == answer


def test_answers_fit_the_choices_of_the_question(answers):
    got = answers(T03="late", T04="late")
    assert (got["Q-2"].machine, got["Q-2"].choices) == ("2", ("4", "3", "2", "1", "0", "n/a"))
    assert (got["Q-3"].machine, got["Q-3"].choices) == ("no", ("yes", "no", "n/a"))


def test_an_item_that_can_fail_the_call_takes_that_along(answers):
    got = answers(T05="missed")["Q-4"]
    assert (got.machine, got.severity, got.items) == ("no", Severity.AUTO_FAIL, ("T-05",))


@pytest.mark.parametrize(
    ("wpm", "answer"), [(150, "yes"), (110, "yes"), (200, "partly"), (90, "no")]
)
def test_a_measure_answers_by_bands_and_shows_its_value(answers, wpm, answer):
    got = answers({"agent_wpm": wpm, "agent_talk_s": 40})["Q-5"]
    assert got.machine == answer
    assert f"{wpm}, wanted 110 to 180 for yes" in got.evidence[0].quote


def test_a_measure_that_was_not_taken_answers_nothing(answers):
    assert answers()["Q-5"].machine == ""
    short = answers({"agent_wpm": 150, "agent_talk_s": 5})["Q-5"]
    assert (short.machine, "too little" in short.note) == ("", True)


def test_a_measure_on_a_scale_falls_to_nought(answers):
    assert [answers({"talk_ratio": r})["Q-9"].machine for r in (0.4, 0.6, 0.9)] == ["2", "1", "0"]


def test_a_persons_question_has_no_answer_of_the_machines(answers):
    got = answers()["Q-6"]
    assert (got.machine, got.mode.value, got.asked) == ("", "manual", True)


def test_a_fact_decides_whether_a_question_is_asked(answers):
    assert not answers()["Q-7"].asked
    assert answers(facts=CallFacts(direction="outbound"))["Q-7"].asked


def test_words_answer_with_the_words_and_their_second(answers):
    got = answers()["Q-8"]
    assert (got.machine, got.evidence[0].quote, got.evidence[0].start) == ("yes", "Own", 3)


def test_words_that_only_suggest_and_were_not_heard_suggest_nothing(answers):
    assert answers()["Q-10"].machine == "yes"
    assert answers(Q10="missed")["Q-10"].machine == ""
    assert answers(Q10="n/a")["Q-10"].machine == "n/a"
    assert answers(Q8="missed")["Q-8"].machine == "no"
