"""One's own password and tokens."""

import re
import sys
from pathlib import Path

import httpx
import pytest

sys.path.insert(0, str(Path(__file__).parents[2] / "browser"))
from harness import Harness

from streaming.auth import SESSION
from streaming.directory import TRIES, check_password, digest_of

OLD, NEW = "a good long password", "quite another one"
HTML = {"Accept": "text/html"}


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    with Harness(tmp_path_factory.mktemp("own"), token="s3cret") as harness:
        yield harness


@pytest.fixture
def signed_in(server):
    """Sign somebody in by name; return their client."""
    opened = []

    def enter(name):
        headers = HTML | {"Origin": server.url}
        client = httpx.Client(base_url=server.url, headers=headers)
        client.post("/login", data={"name": name, "password": OLD})
        opened.append(client)
        return client

    yield enter
    for client in opened:
        client.close()


def change(client, old=OLD, new=NEW, again=None):
    return client.post("/me/password", data={"old": old, "new": new, "again": again or new})


def test_a_changed_password_ends_every_session_but_this_one(server, signed_in):
    server.person("ana", "agent", OLD, agent="Ana")
    here, elsewhere = signed_in("ana"), signed_in("ana")
    before = here.cookies[SESSION]
    assert elsewhere.get("/me").status_code == 200
    answer = change(here)
    assert answer.headers["location"] == "/me/password?done=password"
    assert here.cookies[SESSION] != before
    assert here.get("/me").status_code == 200
    assert elsewhere.get("/me").headers["location"].startswith("/login")
    stolen = httpx.get(f"{server.url}/me", cookies={SESSION: before})
    assert stolen.json()["code"] == "session_over"
    assert check_password(server.users.password("ana"), NEW)


def test_a_new_password_is_refused_with_a_reason(server, signed_in):
    server.person("bo", "agent", OLD)
    client = signed_in("bo")
    for given, fault in (
        ({"again": "something else"}, "not the same twice"),
        ({"new": "short"}, "at least 10"),
        ({"new": OLD}, "is the present one"),
        ({"old": "wrong wrong wrong"}, "present password is not right"),
    ):
        answer = change(client, **given)
        assert answer.status_code == 422
        assert fault in answer.text
    for _ in range(TRIES):
        answer = change(client, old="a guess at it")
    assert "too many wrong passwords" in answer.text.lower()
    assert check_password(server.users.password("bo"), OLD)


def test_a_token_of_ones_own_is_limited_to_what_was_ticked(server, signed_in):
    server.person("quinn", "qa", OLD)
    client = signed_in("quinn")
    form = {"do": "token", "token_name": "report", "days": "9"}
    assert client.post("/me/tokens", data=form).status_code == 422
    wide = client.post("/me/tokens", data=form | {"scope_ingest": "1"})
    assert "does not include ingest" in wide.text
    made = client.post("/me/tokens", data=form | {"scope_figures": "1"})
    secret = re.search(r"cueline_[\w-]+", made.text).group()
    assert secret not in client.get("/me/tokens").text
    _, token = server.users.token(digest_of(secret))
    assert token.scopes == ("figures",)
    bearer = {"Authorization": f"Bearer {secret}"}
    assert httpx.get(f"{server.url}/api/v1/calls", headers=bearer).status_code == 403
    again = httpx.post(f"{server.url}/me/tokens", data=form | {"scope_all": "1"}, headers=bearer)
    assert again.status_code == 403
    assert len(server.users.tokens("quinn")) == 1
    taken = httpx.post(f"{server.url}/me/password", data={"new": NEW}, headers=bearer)
    assert taken.status_code == 403
    client.post("/me/tokens", data={"do": "revoke", "token": str(token.id)})
    assert server.users.tokens("quinn") == []


def test_a_session_that_somebody_planted_is_not_the_one_that_is_signed_in(server):
    server.person("vic", "agent", OLD)
    with httpx.Client(base_url=server.url, headers=HTML) as client:
        client.cookies.set(SESSION, "planted")
        client.post("/login", data={"name": "vic", "password": OLD}, headers={"Origin": server.url})
        given = [c.value for c in client.cookies.jar if c.name == SESSION]
        assert server.users.session(digest_of(given[-1])).name == "vic"
    assert server.users.session(digest_of("planted")) is None
