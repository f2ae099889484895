"""Why a rule does what it does."""

import pytest

from qa_rules.errors import UnknownItem
from qa_rules.explain import explain_item, explain_lines

PACK = """
events:
  - {id: pay, match: long number}
items:
  - id: T-01
    title: Amount
    severity: AF
    section: compliance
    when: {within_s: 30, before: [pay]}
    applies_if: {fact: {direction: outbound}}
    match:
      any_of:
        - pattern: "that is <amount>"
          none_of: [or so]
        - {semantic: {examples: [a b, c d]}}
      none_of: [for example]
"""


def test_an_item_in_words(packs):
    text = "\n".join(explain_item(packs(PACK), "T-01"))
    for words in (
        "T-01 Amount (t, AF, compliance 1)",
        "within 30 s of the agent's first word, before pay",
        "applies if direction is outbound",
        "pattern: that is <amount>",
        "needs a text encoder",
        "not with: for example",
        "pattern: that is <amount>\n    not with: or so",
    ):
        assert words in text


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("that is five pounds", "hit by pattern"),
        ("that is five pounds", "amount = five pounds"),
        ("he said that is five pounds", "told of someone else"),
        ("not that is five pounds", "taken back by a negation"),
        ("that is five pounds for example", "none_of"),
        ("that is late", "no way matches"),
        ("customer: that is five pounds", "for the agent to say"),
    ],
)
def test_what_an_item_makes_of_a_line(packs, line, words):
    assert words in "\n".join(explain_lines(packs(PACK), "T-01", [line]))


def test_an_unknown_item(packs):
    with pytest.raises(UnknownItem):
        explain_item(packs(PACK), "T-99")
