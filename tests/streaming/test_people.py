"""The people of a demo, and how the sign-in page offers them."""

import re
import sys
from pathlib import Path

import httpx
import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "browser"))
from harness import Harness

from pipeline.store.repo import Store
from pipeline.store.users import Users
from streaming.access import Role
from streaming.demo.people import add_people, remove_people


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    folder = tmp_path_factory.mktemp("demo")
    with Store.open(folder / "calls.db") as store:
        people = add_people(store, "Ana")
    with Harness(folder, token="s3cret", demo=people) as harness:
        yield harness


def test_each_role_is_one_button_on_the_sign_in_page(server):
    headers = {"Accept": "text/html"}
    shown = httpx.get(f"{server.url}/login", headers=headers).text
    assert "This is a demo" in shown
    names = re.findall(r'name="name" value="([^"]+)"', shown)
    password = re.search(r'name="password" value="([^"]+)"', shown).group(1)
    assert {server.users.need(name).role for name in names} == set(Role)
    for name in names:
        with httpx.Client(base_url=server.url, headers=headers) as web:
            answer = web.post("/login", data={"name": name, "password": password, "next": "/"})
            assert answer.status_code == 303
            assert name in web.get("/me").text


def test_a_demo_draws_its_password_anew_and_leaves_nobody(tmp_path):
    with Store.open(tmp_path / "a.db") as store:
        users = Users(store.database)
        users.add("admin", "admin")
        first, second = add_people(store, "Ana"), add_people(store, "Ana")
        assert first.password != second.password
        assert users.need("demo-agent").agent == "Ana"
        remove_people(store)
        assert [u.name for u in users.listed()] == ["admin"]


def test_a_server_that_is_no_demo_shows_nothing(tmp_path):
    with Harness(tmp_path, token="s3cret") as harness:
        assert "This is a demo" not in httpx.get(f"{harness.url}/login").text
