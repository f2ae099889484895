"""Lines of packs, and as a recogniser breaks them."""

import pytest

from benchmarks.pack_lines import RuleLine, break_lines, held_lines, own_lines, words_wrong
from models.training.breaking import Breaker
from qa_rules.packs import load_packs

PACK = """pack: t
title: T
events: [{id: pay, speaker: agent, match: long number, tests: {yes: [the long number], no: ["customer: long number"]}}]
items:
  - {id: T-01, title: Notice, severity: AF, section: opening, match: recorded, example: recorded,
     tests: {yes: [this call is recorded], no: [[this call, is not recorded]]}}
form:
  sections: {opening: {title: Opening, weight: 100}}
"""  # noqa: E501
HELD = """code: T
items: 1
lines:
  T-01: {yes: [we are recorded, this call is recorded], no: [[not, recorded]]}
  unknown: {yes: [nothing], no: [nothing]}
"""


@pytest.fixture
def file(tmp_path):
    (tmp_path / "t.yaml").write_text(PACK)
    (made,) = load_packs(["t"], [tmp_path]).files
    return made


def line(*turns):
    return RuleLine("t", "item", "T-01", "agent", True, True, turns)


def test_every_line_of_a_rule_that_is_heard(file):
    found = [(x.kind, x.rule, x.critical, x.wanted, x.turns) for x in own_lines(file)]
    assert found == [
        ("event", "pay", False, True, ("the long number",)),
        ("event", "pay", False, False, ("customer: long number",)),
        ("item", "T-01", True, True, ("this call is recorded",)),
        ("item", "T-01", True, False, ("this call", "is not recorded")),
    ]


def test_a_line_that_the_pack_has_was_not_held_back(file, tmp_path):
    folder = tmp_path / "held"
    folder.mkdir()
    assert held_lines(file, folder) == []
    (folder / "t.yaml").write_text(HELD)
    found = [(x.rule, x.wanted, x.turns) for x in held_lines(file, folder)]
    assert found == [("T-01", True, ("we are recorded",)), ("T-01", False, ("not", "recorded"))]


def test_as_many_words_go_wrong_as_asked_for():
    lines = [
        line(f"customer: i would like to pay my bill number {n} today please") for n in range(80)
    ]
    for wrong in (10.0, 20.0):
        made = break_lines(lines, Breaker(seed=3), wrong)
        assert made.wrong == pytest.approx(wrong, abs=1)
        assert made.wrong == words_wrong(lines, made.lines)
        assert all(x.turns[0].startswith("customer: ") for x in made.lines)


def test_what_redaction_leaves_is_not_broken():
    lines = [line("so that is [card number] thank you")] * 40
    made = break_lines(lines, Breaker(seed=3), 40.0)
    assert all("[card number]" in x.turns[0] for x in made.lines)
    assert len({x.turns for x in made.lines}) > 1


def test_the_same_seed_breaks_alike():
    lines = [line("could you tell me your post code")] * 30
    assert break_lines(lines, Breaker(seed=5)) == break_lines(lines, Breaker(seed=5))


def test_a_handful_of_words_gives_the_nearest():
    made = break_lines([line("hello")], Breaker(seed=1))
    assert made.wrong in (0.0, 100.0)
    assert break_lines([], Breaker(seed=1)).lines == ()


def test_another_spelling_is_no_wrong_word():
    assert words_wrong([line("what colour is it")], [line("what color is it")]) == 0
    assert (
        words_wrong([line("agent: one two three four")], [line("agent: one two tree four")]) == 25
    )
