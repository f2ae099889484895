"""Negation and quotation in Spanish; English is in test_guards."""

import pytest
from pydantic import TypeAdapter

from models.languages import LANGUAGES, SPANISH
from models.types import Channel, Utterance
from qa_rules.guard_words import GUARD_WORDS
from qa_rules.heard import Listening
from qa_rules.match_schema import MatchLike
from qa_rules.phrases import compile_match


def found(pattern, said):
    read = TypeAdapter(MatchLike).validate_python({"any_of": [{"pattern": pattern}]})
    ear = Listening(SPANISH)
    heard = ear.take(Utterance(1, Channel.AGENT, 0.0, 2.0, said))
    return compile_match(read, "X", SPANISH).search(heard) is not None


def test_every_language_has_guard_words():
    assert set(GUARD_WORDS) == set(LANGUAGES)


@pytest.mark.parametrize(
    ("said", "counts"),
    [
        ("esta llamada se graba", True),
        ("no se graba", False),
        ("nunca se graba", False),
        ("sin problema se graba", False),
        ("no se preocupe se graba", True),
        ("no. Esta llamada se graba", True),
        ("no hay video pero se graba", True),
        ("me dijeron que se graba", False),
        ("mi marido dice que se graba", False),
    ],
)
def test_negation_and_quotation(said, counts):
    assert found("se graba", said) is counts


def test_a_gap_does_not_reach_over_a_negation():
    assert found("llamada ~3 graba", "la llamada siempre se graba")
    assert not found("llamada ~3 graba", "la llamada no se graba")
