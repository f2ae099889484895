"""Scores of generated forms: what counts, what leaves the denominator, who has the last word."""

import re
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qa_rules.errors import PackInvalid
from qa_rules.packs import compose, read_pack
from qa_rules.score import score, with_people
from qa_rules.types import CallFacts, Finding, PersonAnswer, State

STATES = ["done", "missed", "late", "n/a", "needs_review"]
OUT = ("n/a", "needs_review", "open")


@st.composite
def forms(draw):
    """Return a pack of two to four sections with items and questions of every kind, as text."""
    cuts = sorted(draw(st.lists(st.integers(1, 99), min_size=1, max_size=3, unique=True)))
    weights = [b - a for a, b in zip([0, *cuts], [*cuts, 100], strict=True)]
    names = ["opening", "compliance", "middle", "closing"][: len(weights)]
    sections = ", ".join(
        f"{n}: {{title: T, weight: {w}}}" for n, w in zip(names, weights, strict=True)
    )
    items, questions = [], []
    for n in range(draw(st.integers(1, 6))):
        kind = draw(st.sampled_from(["REQ", "REQ", "OPT", "AF"]))
        place = f"section: {draw(st.sampled_from(names))}, weight: {draw(st.integers(1, 5))}"
        items.append(f"  - {{id: I-{n}, title: T, severity: {kind}, {place}, match: word{n}}}")
        if draw(st.booleans()):
            more = draw(st.sampled_from(["", ", scale: 3", ", partly: false"]))
            if kind == "OPT":
                more += ", severity: OPT"
            questions.append(f"    - {{id: Q-{n}, title: T, {place}, items: I-{n}{more}}}")
        elif draw(st.booleans()):
            mode = draw(st.sampled_from(["", ", scale: 4"]))
            gate = draw(st.sampled_from(["", f", asked_if: {{question: I-{n}, answer: [yes]}}"]))
            questions.append(f"    - {{id: P-{n}, title: T, {place}{mode}{gate}}}")
    text = f"pack: t\ntitle: T\nform:\n  sections: {{{sections}}}\n"
    if questions:
        text += "  questions:\n" + "\n".join(questions) + "\n"
    return text + "items:\n" + "\n".join(items) + "\n"


def load(text):
    return compose([read_pack(text, "t.yaml")], ("t",))


def findings(packs, states):
    return [
        Finding(i.id, i.title, i.severity, State(s))
        for i, s in zip(packs.items, states, strict=True)
    ]


def card(packs, states, people=()):
    return score(
        packs,
        findings(packs, states),
        facts=CallFacts(),
        seconds=90,
        turns=9,
        metrics={},
        people=people,
    )


@st.composite
def calls(draw):
    packs = load(draw(forms()))
    states = [draw(st.sampled_from(STATES)) for _ in packs.items]
    return packs, states


@st.composite
def answered(draw):
    packs, states = draw(calls())
    lines = [a for s in card(packs, states).sections for a in s.answers]
    people = [
        PersonAnswer(a.question_id, draw(st.sampled_from([*a.choices, ""])))
        for a in lines
        if draw(st.booleans())
    ]
    return packs, states, people


def lines(got):
    return [a for s in got.sections for a in s.answers]


def by_hand(got):
    """Return the score of a card's answers, counted another way."""
    total = weight = 0.0
    for section in got.sections:
        counted = [a for a in section.answers if a.possible]
        if counted:
            share = sum(a.points for a in counted) / sum(a.possible for a in counted)
            total, weight = total + share * section.weight, weight + section.weight
    return 100 * total / weight if weight else None


@settings(max_examples=150, deadline=None)
@given(answered())
def test_the_score_is_the_weighted_mean_of_what_counts(made):
    packs, states, people = made
    got = card(packs, states, people)
    assert sum(s.weight for s in got.sections) == pytest.approx(100)
    mean = by_hand(got)
    if mean is None:
        assert (got.status, got.score) == ("not_scored", None)
        return
    assert got.score == (0.0 if got.auto_fail else pytest.approx(mean, abs=0.02))
    assert 0 <= got.score <= 100
    for line in lines(got):
        assert 0 <= line.points <= line.possible <= line.weight
        assert (line.possible == 0) >= (line.answer in OUT)


@settings(max_examples=150, deadline=None)
@given(answered())
def test_what_waits_leaves_the_denominator_and_is_counted(made):
    packs, states, people = made
    # What a person answered waits no more; and a rule that did not apply is not critical for them.
    waits = {a.question_id for a in lines(card(packs, states)) if a.answer == "needs_review"}
    people = [p for p in people if p.question_id not in waits]
    got = card(packs, states, people)
    assert got.needs_review == sum(a.answer == "needs_review" for a in lines(got))
    assert got.unanswered == sum(a.answer == "open" for a in lines(got))
    calm = card(packs, ["n/a" if s == "needs_review" else s for s in states], people)
    if not any(a.gate for a in lines(got)):
        assert got.score == calm.score
        assert calm.needs_review == 0


@settings(max_examples=150, deadline=None)
@given(answered())
def test_an_auto_fail_is_nought_however_good_the_rest(made):
    packs, states, people = made
    got = card(packs, states, people)
    worst = [a for a in lines(got) if a.severity.critical and a.possible and not a.points]
    assert got.auto_fail == bool(worst)
    if worst:
        assert (got.score, got.compliance, got.passed) == (0, 0, False)
        assert got.auto_fail_items
    elif got.passed:
        waits = ("needs_review", "open")
        assert not any(a.severity.critical and a.answer in waits for a in lines(got))


@settings(max_examples=150, deadline=None)
@given(answered())
def test_people_and_machine_are_both_kept_and_the_person_counts(made):
    packs, states, people = made
    alone, got = card(packs, states), card(packs, states, people)
    assert with_people(alone, people) == got
    assert with_people(got, people) == got
    assert with_people(got, []) == alone
    given = {p.question_id: p.answer for p in people if p.answer}
    for before, after in zip(lines(alone), lines(got), strict=True):
        assert after.machine == before.machine
        if after.question_id in given and after.gate is None:
            assert after.answer == given[after.question_id]


@settings(max_examples=100, deadline=None)
@given(answered())
def test_a_question_is_asked_only_behind_its_gate(made):
    packs, states, people = made
    got = {a.question_id: a for a in lines(card(packs, states, people))}
    for line in got.values():
        if line.gate is None:
            continue
        before = got[line.gate.question].answer
        if before in ("needs_review", "open"):
            assert line.answer == before
        elif before not in line.gate.answers:
            assert (line.answer, line.possible) == ("n/a", 0)
        elif line.person is None:
            assert line.answer == "open"


@settings(max_examples=100, deadline=None)
@given(calls(), st.data())
def test_a_better_answer_never_lowers_the_score(made, data):
    packs, states = made
    alone = card(packs, states)
    asked = [a for a in lines(alone) if a.gate is None and a.severity.value != "OPT"]
    gates = {a.gate.question for a in lines(alone) if a.gate}
    free = [a for a in asked if a.question_id not in gates]
    if not free:
        return
    line = data.draw(st.sampled_from(free))
    scores = [
        with_people(alone, [PersonAnswer(line.question_id, c)]).score
        for c in line.choices
        if c != "n/a"
    ]
    assert scores == sorted(scores, reverse=True)


@settings(max_examples=50, deadline=None)
@given(forms())
def test_weights_that_do_not_sum_to_a_hundred_are_refused(text):
    with pytest.raises(PackInvalid, match="sum to"):
        load(re.sub(r"weight: (\d+)", r"weight: 0.\1", text, count=1))


@settings(max_examples=50, deadline=None)
@given(calls())
def test_an_old_card_without_weights_is_left_as_it_is(made):
    got = card(*made)
    old = replace(
        got,
        sections=tuple(
            replace(s, answers=tuple(replace(a, choices=()) for a in s.answers))
            for s in got.sections
        ),
    )
    assert with_people(old, [PersonAnswer("I-0", "no")]) == old
