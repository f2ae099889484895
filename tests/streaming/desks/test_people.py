"""Administrators look after accounts by forms; others cannot."""

import re
import sys
from pathlib import Path

import httpx
import pytest

sys.path.insert(0, str(Path(__file__).parents[2] / "browser"))
from harness import Harness

from streaming.directory import check_password, digest_of

HTML = {"Accept": "text/html"}


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    with Harness(tmp_path_factory.mktemp("people"), token="s3cret") as harness:
        harness.admin = harness.person("ada", "admin", display="Ada L")
        harness.agent = harness.person("ana", "agent", agent="Ana")
        yield harness


@pytest.fixture
def web(server):
    headers = HTML | {"Origin": server.url}
    with httpx.Client(base_url=server.url, headers=headers, cookies=server.admin) as client:
        yield client


def shown_once(answer):
    return re.search(r"<code[^>]*>([^<]+)</code>", answer.text).group(1)


def test_a_person_is_added_with_a_password_that_is_shown_once_and_opens(web, server):
    given = {"name": "quinn", "role": "qa", "team": "north", "display": "Quinn <b>"}
    answer = web.post("/people", data=given)
    assert answer.status_code == 201
    password = shown_once(answer)
    assert "Quinn &lt;b&gt;" in answer.text
    assert password not in web.get("/people").text
    assert check_password(server.users.password("quinn"), password)
    again = web.post("/people", data=given)
    assert again.status_code == 422
    assert "There is a user" in again.text
    assert 'value="north"' in again.text
    noted = server.audit.listed(target="quinn")
    assert [(n.deed.who, n.deed.action, n.deed.detail) for n in noted] == [
        ("ada", "person_added", "role qa")
    ]


def test_what_is_changed_counts_with_the_next_click(web, server):
    cookies = server.person("bo", "agent", agent="Bo")
    bo = httpx.Client(base_url=server.url, cookies=cookies, headers=HTML)
    assert bo.get("/search").headers["location"] == "/me?refused=not_allowed"
    change = {"do": "change", "display": "Bo", "role": "trainer", "agent": "Bo", "team": "south"}
    assert web.post("/people/bo", data=change).headers["location"] == "/people/bo?done=changed"
    assert "trainer" in bo.get("/me").text
    made = web.post("/people/bo", data={"do": "password"})
    assert check_password(server.users.password("bo"), shown_once(made))
    assert bo.get("/me").headers["location"].startswith("/login")
    web.post("/people/bo", data={"do": "disable"})
    assert server.users.need("bo").disabled
    web.post("/people/bo", data={"do": "enable"})
    assert web.post("/people/bo", data={"do": "remove"}).headers["location"].startswith("/people?")
    assert web.get("/people/bo").status_code == 404
    bo.close()


def test_an_administrator_keeps_their_own_rights(web, server):
    server.users.add("second", "admin")
    for form in ({"do": "disable"}, {"do": "remove"}, {"do": "change", "role": "qa"}):
        answer = web.post("/people/ada", data=form)
        assert answer.status_code == 422
        assert "Ask another administrator" in answer.text
    assert web.post("/people/ada", data={"do": "what"}).status_code == 422


def test_a_token_for_a_program_is_made_and_taken_back(web, server):
    web.post("/people", data={"name": "dialler", "role": "admin", "kind": "program"})
    form = {"do": "token", "token_name": "dialler", "days": "30"}
    assert "Tick what the token may do" in web.post("/people/dialler", data=form).text
    made = web.post("/people/dialler", data=form | {"scope_ingest": "1"})
    secret = shown_once(made)
    bearer = {"Authorization": f"Bearer {secret}"}
    assert httpx.get(f"{server.url}/api/v1/calls", headers=bearer).json()["code"] == "not_allowed"
    _, token = server.users.token(digest_of(secret))
    assert token.scopes == ("ingest",)
    assert secret not in repr(server.audit.listed(limit=1000))
    revoke = {"do": "revoke", "token": str(token.id)}
    assert web.post("/people/ana", data=revoke).status_code == 404
    web.post("/people/dialler", data=revoke)
    answer = httpx.get(f"{server.url}/api/v1/calls", headers=bearer)
    assert answer.json()["code"] == "token_wrong"


def test_nobody_else_comes_near_and_no_other_site_can_send_the_forms(server):
    refused = {"location": "/me?refused=not_allowed"}
    for path in ("/people", "/people/ada", "/audit", "/audit/log.csv", "/keeping"):
        answer = httpx.get(server.url + path, cookies=server.agent, headers=HTML)
        assert {"location": answer.headers["location"]} == refused
    for headers in ({"Origin": "https://evil.example"}, {}):
        answer = httpx.post(
            f"{server.url}/people/ana",
            data={"do": "change", "role": "admin"},
            cookies=server.admin,
            headers=headers,
        )
        assert answer.json()["code"] == "origin_refused"
    assert server.users.need("ana").role == "agent"
