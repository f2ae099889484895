import sys
from pathlib import Path

import httpx
import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "browser"))
from harness import Harness

from streaming.auth import SESSION
from streaming.directory import TRIES

GOOD = "a good long password"


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    with Harness(tmp_path_factory.mktemp("in"), token="s3cret") as harness:
        harness.person("ana", "agent", GOOD, agent="Ana", display="Ana Q")
        harness.person("quentin", "engineer", GOOD)
        yield harness


@pytest.fixture
def web(server):
    with httpx.Client(base_url=server.url, headers={"Accept": "text/html"}) as client:
        yield client


def enter(web, name, password, target="/"):
    return web.post("/login", data={"name": name, "password": password, "next": target})


def test_a_person_signs_in_and_out(web, server):
    assert 'name="password"' in web.get("/login").text
    answer = enter(web, "ana", GOOD)
    assert (answer.status_code, answer.headers["location"]) == (303, "/desk")
    cookie = answer.headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=strict" in cookie
    me = web.get("/me").text
    assert "Ana Q" in me
    assert "See the calls you took yourself" in me
    secret = web.cookies[SESSION]
    out = web.post("/logout", headers={"Origin": server.url})
    assert out.headers["location"] == "/login"
    again = httpx.get(f"{server.url}/me", cookies={SESSION: secret})
    assert (again.status_code, again.json()["code"]) == (401, "session_over")
    assert [n.deed.action for n in server.audit.listed(who="ana")] == ["signed_out", "signed_in"]


def test_one_goes_where_one_wanted_but_never_to_another_site(web):
    assert enter(web, "ana", GOOD, "/calls/x?a=1").headers["location"] == "/calls/x?a=1"
    assert enter(web, "ana", GOOD, "//evil.example").headers["location"] == "/desk"


@pytest.mark.parametrize(("name", "password"), [("ana", "wrong"), ("nobody", GOOD)])
def test_a_wrong_name_and_a_wrong_password_look_the_same(web, name, password):
    answer = enter(web, name, password)
    assert answer.status_code == 401
    assert "Name or password is not right." in answer.text
    assert SESSION not in web.cookies


def test_many_wrong_passwords_make_one_wait_and_not_the_others(web):
    for _ in range(TRIES):
        enter(web, "victim", "guess")
    assert "Too many wrong passwords" in enter(web, "victim", "guess").text
    assert enter(web, "ana", GOOD).status_code == 303


def test_a_closed_account_is_out_at_once_where_it_is_asked_anew(web, server):
    server.person("gone", "qa", GOOD)
    enter(web, "gone", GOOD)
    assert web.get("/me").status_code == 200
    server.users.change("gone", disabled=True)
    server.directory.forget()
    assert web.get("/me").status_code == 303
    assert enter(web, "gone", GOOD).status_code == 401


def test_another_site_cannot_sign_one_in(web):
    answer = web.post(
        "/login",
        data={"name": "ana", "password": GOOD},
        headers={"Origin": "https://evil.example"},
    )
    assert SESSION not in answer.headers.get("set-cookie", "")


def test_without_calls_to_see_the_first_page_leads_elsewhere(web):
    enter(web, "quentin", GOOD)
    assert web.get("/").status_code == 303
