"""Conditions: true or false of the call so far, and what they look at."""

import pytest
from pydantic import ValidationError

from qa_rules.conditions import dependencies, describe, holds, static
from qa_rules.match_schema import Condition
from qa_rules.types import HappenedEvent, State
from qa_rules.world import World

WORLD = World(facts={"direction": "outbound", "regulated": True}, reached=2, anger=0)
WORLD.happen(HappenedEvent("refusal", 1.0))
WORLD.happen(HappenedEvent("refusal", 5.0))
WORLD.wants["cancel"] = 3.0
WORLD.states["T-01"] = State.DONE


@pytest.mark.parametrize(
    ("condition", "true"),
    [
        ({"event": "refusal"}, True),
        ({"event": "sale"}, False),
        ({"intent": "cancel"}, True),
        ({"fact": {"direction": "outbound"}}, True),
        ({"fact": {"direction": ["inbound", "outbound"], "regulated": True}}, True),
        ({"fact": {"direction": "outbound", "regulated": False}}, False),
        ({"fact": {"unknown": True}}, False),
        ({"anger": 2}, True),
        ({"anger": 3}, False),
        ({"count": {"event": "refusal", "at_least": 2}}, True),
        ({"count": {"event": "refusal", "at_least": 3}}, False),
        ({"item": "T-01", "state": "done"}, True),
        ({"item": "T-01", "state": "missed"}, False),
        ({"all": [{"event": "refusal"}, {"anger": 3}]}, False),
        ({"any": [{"event": "sale"}, {"anger": 1}]}, True),
        ({"not": {"event": "sale"}}, True),
        ({"all": [{"not": {"any": [{"event": "sale"}]}}, {"intent": "cancel"}]}, True),
    ],
)
def test_holds(condition, true):
    assert holds(Condition.model_validate(condition), WORLD) is true


def test_what_a_condition_looks_at():
    found = Condition.model_validate(
        {"any": [{"not": {"event": "a"}}, {"all": [{"anger": 1}, {"fact": {"b": 1}}]}]}
    )
    assert set(dependencies(found)) == {"event:a", "anger", "fact:b"}
    assert not static(found)
    assert static(Condition.model_validate({"not": {"fact": {"b": 1}}}))


def test_conditions_read_as_words():
    text = describe(
        Condition.model_validate(
            {"all": [{"not": {"event": "sale"}}, {"fact": {"regulated": True}}, {"anger": 2}]}
        )
    )
    assert text == "not: sale and regulated and the customer is angry"


@pytest.mark.parametrize(
    "wrong", [{}, {"event": "a", "intent": "b"}, {"item": "T-01"}, {"evnt": "a"}, {"anger": 5}]
)
def test_what_says_nothing_or_two_things_is_refused(wrong):
    with pytest.raises(ValidationError):
        Condition.model_validate(wrong)
