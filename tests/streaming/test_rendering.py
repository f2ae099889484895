import json

from streaming.access import Person, Role
from streaming.rendering import home, json_island


def test_a_json_island_cannot_end_its_element():
    text = json_island({"words": "</script><b>"})
    assert "<" not in text
    assert json.loads(text) == {"words": "</script><b>"}


def test_each_role_begins_at_its_own_desk():
    homes = {role: home(Person("a", "", role)) for role in Role}
    assert homes == {
        Role.AGENT: "/desk",
        Role.SUPERVISOR: "/wall",
        Role.QA: "/reviews",
        Role.TRAINER: "/search",
        Role.ENGINEER: "/models",
        Role.ADMIN: "/",
    }
