"""Negations and told speech: what they reach, and what only sounds like one."""

import pytest

from models.types import Channel, Utterance
from qa_rules.guards import negated, quoted, told_of_another
from qa_rules.heard import hear, speak


def heard(line, word):
    """Return a line as heard, and where a word stands in it."""
    said = hear((speak(Utterance(0, Channel.AGENT, 0, 2, line)),))
    return said, next(n for n, t in enumerate(said.toks) if t.text == word)


@pytest.mark.parametrize(
    ("line", "word", "yes"),
    [
        ("we are not recording", "recording", True),
        ("it is never really properly recorded", "recorded", True),
        ("nobody is recording", "recording", True),
        ("we cannot refund", "refund", True),
        ("not that it is ever actually properly recorded", "recorded", False),
        ("no problem recording", "recording", False),
        ("not only recorded", "recorded", False),
        ("why don't we record", "record", False),
        ("do not hesitate to record", "record", False),
        ("No. Recorded", "recorded", False),
        ("I can't hear but recorded", "recorded", False),
        ("I don't have time this is bad", "this", False),
        ("I don't think this is bad", "this", True),
        ("not this", "this", True),
        ("no this", "this", False),
        ("no no it is totally safe", "safe", False),
        ("no they are recording", "recording", False),
        ("no we are not recording", "recording", True),
        ("there is no recording", "recording", True),
    ],
)
def test_negation(line, word, yes):
    assert negated(*heard(line, word)) is yes


@pytest.mark.parametrize(
    ("line", "word", "yes"),
    [
        ("he said useless", "useless", True),
        ("they told me that useless", "useless", True),
        ("your colleague was like useless", "useless", True),
        ("she said the service was useless", "useless", True),
        ("I was told useless", "useless", True),
        ("you said useless", "useless", True),
        ("my husband thinks useless", "useless", True),
        ("I said useless", "useless", False),
        ("I already told you useless", "useless", False),
        ("I think useless", "useless", False),
        ("He said so. Useless", "useless", False),
        ("he said he would ring and did not useless", "useless", False),
    ],
)
def test_quotation(line, word, yes):
    assert quoted(*heard(line, word)) is yes


@pytest.mark.parametrize(
    ("line", "word", "yes"),
    [
        ("my daughter was furious with the school", "furious", True),
        ("she is really furious", "furious", True),
        ("I was furious last year", "furious", True),
        ("I was furious but you fixed it", "furious", True),
        ("haha I am furious", "furious", True),
        ("I am furious", "furious", False),
        ("the service was furious", "furious", False),
        ("I was furious and I still am", "furious", False),
    ],
)
def test_anger_of_others_or_long_ago(line, word, yes):
    said, at = heard(line, word)
    assert told_of_another(said, at, at, 2) is yes


def test_laughter_does_not_take_back_a_threat():
    said, at = heard("haha I will sue", "sue")
    assert not told_of_another(said, at, at, 3)
