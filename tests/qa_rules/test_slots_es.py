"""What slots of Spanish patterns take."""

import pytest
from pydantic import TypeAdapter

from models.languages import SPANISH
from models.types import Channel, Utterance
from qa_rules.heard import Listening
from qa_rules.match_schema import MatchLike
from qa_rules.phrases import compile_match


def taken(pattern, said):
    match = compile_match(
        TypeAdapter(MatchLike).validate_python({"any_of": [{"pattern": pattern}]}), "X", SPANISH
    )
    hit = match.search(Listening(SPANISH).take(Utterance(1, Channel.AGENT, 0.0, 2.0, said)))
    return None if hit is None else hit.slots


@pytest.mark.parametrize(
    ("said", "amount"),
    [
        ("son cuarenta y nueve euros con noventa", "cuarenta y nueve euros con noventa"),
        ("son 49,90 €", "49.90 euros"),
        ("son mil doscientos pesos", "mil doscientos pesos"),
    ],
)
def test_an_amount(said, amount):
    assert taken("son <amount>", said) == {"amount": amount}


@pytest.mark.parametrize("said", ["son tres personas", "son treinta días", "son de aquí"])
def test_what_is_no_amount(said):
    assert taken("son <amount>", said) is None


@pytest.mark.parametrize(
    "said",
    [
        "el viernes",
        "mañana por la mañana",
        "el quince de mayo",
        "en tres días hábiles",
        "la semana que viene",
        "el próximo martes",
        "dentro de veinticuatro horas",
    ],
)
def test_a_date(said):
    assert taken("llega <date>", f"llega {said}") is not None


@pytest.mark.parametrize("said", ["las cinco y media", "las 17", "las diez de la mañana"])
def test_a_time(said):
    assert taken("a <time>", f"a {said}") is not None


def test_digits_are_counted():
    assert taken("numero <digits:4+>", "número cuatro cinco tres nueve") is not None
    assert taken("numero <digits:4+>", "número cuatro cinco") is None
