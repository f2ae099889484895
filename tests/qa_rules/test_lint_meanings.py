"""What a meaning needs before it ships."""

from pydantic import TypeAdapter

from models.languages import ENGLISH
from qa_rules.lint import lint
from qa_rules.lint_meanings import lint_meanings
from qa_rules.match_schema import MatchLike

READ = TypeAdapter(MatchLike)


def advice(match, **meaning):
    made = {"any_of": [{"semantic": meaning}], **match}
    return list(lint_meanings(READ.validate_python(made), ENGLISH))


WHOLE = {
    "examples": ["we shut at six", "the doors close at nine"],
    "not_examples": ["we open at nine", "shut up", "close your account", "six of them"],
    "keywords": ["shut", "close"],
}


def test_a_whole_meaning_is_left_alone():
    assert advice({}, **WHOLE) == []


def test_a_meaning_without_counter_examples_key_words_or_room_for_doubt_is_told():
    told = "\n".join(advice({}, examples=["a b", "c d"], threshold=0.7, review=0.7))
    assert "has 0 not_examples, give 4 or more" in told
    assert "has no keywords" in told
    assert "review (0.7) is not below its threshold (0.7)" in told


def test_an_example_that_its_own_guards_take_back_is_told():
    negated = {**WHOLE, "examples": ["we shut at six", "we never close"]}
    (told,) = advice({}, **negated)
    assert 'the example "we never close" would not count' in told
    assert advice({"negation": "allow"}, **negated) == []
    assert len(advice({"none_of": ["at six"]}, **WHOLE)) == 1


def test_the_fault_names_the_rule_wherever_the_meaning_stands(packs):
    faults = lint(
        packs("""
        items: []
        events:
          - id: closing
            match: {any_of: [{semantic: {examples: [we shut, we close], keywords: [shut, close]}}]}
            tests: {yes: [a], no: [b]}
        """),
        ["t"],
    )
    assert [f.message for f in faults] == [
        "closing: a meaning has 0 not_examples, give 4 or more that are close but not it"
    ]
