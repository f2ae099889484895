import json

from streaming.access import Person, Role
from streaming.rendering import home, json_island


def test_a_json_island_cannot_end_its_element():
    text = json_island({"words": "</script><b>"})
    assert "<" not in text
    assert json.loads(text) == {"words": "</script><b>"}


def test_each_role_has_a_place_to_begin():
    assert home(Person("a", "", Role.AGENT)) == "/desk"
    for role in Role:
        assert home(Person("x", "", role)).startswith("/")
