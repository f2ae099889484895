"""Findings and scores must not hang on who speaks, of whom, and in which English."""

from qa_rules.fairness import Script, of_call, of_lines, play, read_script
from qa_rules.flips import Flip, flips
from qa_rules.packs import load_packs, shipped
from qa_rules.types import CallFacts

PACK = """
form:
  exclude: {min_seconds: 0, min_turns: 0}
  sections: {opening: {title: Opening, weight: 100}}
items:
  - id: T-01
    title: Greets
    severity: REQ
    section: opening
    match: {any_of: [{pattern: "good day sir"}, {pattern: "this is {agent}"}]}
    example: good day
    tests:
      yes: [good day sir, this is tom]
      no: ["customer: good day sir", good day to you]
"""
MADAM = Flip("genders", "swapped", lambda text: text.replace("sir", "madam"))
NAME = Flip("names", "Long: Oluwaseun", lambda text: text.replace("Tom", "Oluwaseun"))
LONGER = Flip("dialects", "longer", lambda text: text.replace("hello", "hello and well met to you"))


def script(*turns):
    return Script("call", ("t",), turns, ((1, "hold_start"),), CallFacts(agent="Tom"))


def test_a_rule_that_knows_one_gender_is_told(packs):
    loaded = packs(PACK)
    found = of_lines(loaded, loaded.files[0], [MADAM, NAME])
    (one,) = found.unfair
    assert found.tried == 2
    assert (one.rule, one.said, one.instead) == ("T-01", ("good day sir",), ("good day madam",))
    told = 't T-01: genders, swapped: "good day sir" is a match, "good day madam" is no match'
    assert str(one) == told


def test_words_of_english_are_none_of_another_language(packs):
    loaded = packs(PACK.replace("\nform:", "\nlanguage: es\nform:"))
    found = of_lines(loaded, loaded.files[0], [MADAM, NAME])
    assert (found.tried, found.unfair) == (0, ())


def test_a_call_under_a_flip_is_told_by_item_and_score(packs):
    loaded = packs(PACK)
    call = script("agent: good day sir", "customer: hello", "agent: thanks")
    found = of_call(loaded, call, [MADAM, NAME])
    assert found.tried == 1
    first = found.unfair[0]
    assert (first.rule, first.before, first.after) == ("T-01", "done", "missed")
    assert first.said == ("agent: good day sir",)
    assert "score" in {one.rule for one in found.unfair}


def test_names_are_flipped_in_the_facts_too(packs):
    loaded = packs(PACK)
    call = script("agent: this is Tom", "customer: hello Tom", "agent: thanks")
    found = of_call(loaded, call, [NAME])
    assert (found.tried, found.unfair) == (1, ())


def test_flipped_words_take_the_time_of_the_original(packs):
    loaded = packs(PACK.replace("match:", "when: {within_s: 3}\n    match:"))
    call = script("agent: hello", "agent: this is Tom")
    assert play(loaded, call).states["T-01"] == "done"
    assert of_call(loaded, call, [LONGER]).unfair == ()


def test_a_script_is_read_from_its_file():
    made = read_script({
        "id": "x", "packs": ["t"], "turns": [{"agent": "Hello"}, {"customer": "Hi"}],
        "tell": [{"after_turn": 1, "event": "hold_start"}],
        "facts": {"agent": "Tom", "first": True},
    })  # fmt: skip
    assert made.turns == ("agent: Hello", "customer: Hi")
    assert made.tells == ((1, "hold_start"),)
    assert (made.facts.agent, made.facts.customer, made.facts.values["first"]) == ("Tom", "", True)


def test_shipped_packs_are_fair_to_genders():
    chosen = [flip for flip in flips() if flip.kind == "genders"]
    told = []
    for name in shipped():
        loaded = load_packs([name])
        file = next(f for f in loaded.files if f.pack.pack == name)
        told += map(str, of_lines(loaded, file, chosen).unfair)
    assert told == []
