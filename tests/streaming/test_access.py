import sys
from pathlib import Path

import httpx
import pytest
from starlette.routing import Mount, Route, WebSocketRoute

sys.path.insert(0, str(Path(__file__).parents[1] / "browser"))
import story
from harness import Harness

from pipeline.store.calibration import Calibrations
from streaming.access import MAY, MEANS, RULES, Permission, Person, Role, asked_of

HTML = {"Accept": "text/html"}


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    with Harness(tmp_path_factory.mktemp("access"), token="s3cret") as harness:
        for call, agent in (("hers", "Ana"), ("his", "Bo")):
            started, *more = story.opening(call)
            harness.publish(call, started.__class__(**fields(started) | {"agent": agent}), *more)
            harness.publish(call, *story.ending())
        harness.cookies = {
            role: harness.person(str(role), str(role), agent="Ana" if role is Role.AGENT else "")
            for role in Role
        }
        harness.cookies["nobody's"] = harness.person("idle", "agent")
        yield harness


def fields(event):
    return {name: getattr(event, name) for name in event.__slots__}


def routes_of(routes, before=""):
    for route in routes:
        if isinstance(route, Mount):
            inner = getattr(route.app, "routes", None)
            yield from routes_of(inner or [], before + route.path)
        elif isinstance(route, WebSocketRoute):
            yield "WS", before + route.path
        elif isinstance(route, Route):
            for method in route.methods or ():
                yield method, before + route.path


def test_every_address_of_the_server_has_a_rule(server):
    open_ones = {"/login", "/favicon.ico", "/health/live", "/health/ready"}
    found = set(routes_of(server.app.routes)) | set(api_routes(server))
    assert len(found) > 30
    bare = {
        (method, path)
        for method, path in found
        if path not in open_ones and not path.startswith(("/static", "/login/"))
        if asked_of(method, path).rule is None
    }
    assert bare == set()


def api_routes(server):
    listed = httpx.get(
        f"{server.url}/api/v1/openapi.json", headers={"Authorization": "Bearer s3cret"}
    ).json()["paths"]
    for path, methods in listed.items():
        for method in methods:
            yield method.upper(), "/api/v1" + path


def test_every_permission_is_explained_and_some_role_has_it():
    assert set(MEANS) == set(Permission)
    assert MAY[Role.ADMIN] == set(Permission)
    for permission in set(Permission) - {Permission.INGEST, Permission.ADMIN}:
        assert any(permission in may for role, may in MAY.items() if role is not Role.ADMIN)


def test_an_address_without_a_rule_is_for_administrators():
    assert asked_of("GET", "/somewhere/new").permission is Permission.ADMIN
    assert asked_of("PUT", "/calls/c1").permission is Permission.ADMIN
    assert asked_of("HEAD", "/calls/c1").permission is Permission.CALLS_OWN
    assert asked_of("WS", "/calls/c1/live").names == {"call_id": "c1"}
    assert len({(r.methods, r.path) for r in RULES}) == len(RULES)
    assert asked_of("GET", "/me").permission is None
    assert asked_of("GET", "/metrics").permission is Permission.METRICS
    assert asked_of("GET", "/wallpaper").rule is None


def test_a_token_is_held_to_its_scopes():
    scoped = Person("dialler", "", Role.ADMIN, scopes=frozenset({Permission.INGEST}))
    assert scoped.may(Permission.INGEST)
    assert not scoped.may(Permission.CALLS)
    assert not scoped.sees("Ana")


@pytest.mark.parametrize(
    ("role", "path", "status"),
    [
        (Role.AGENT, "/api/v1/calls/hers", 200),
        (Role.AGENT, "/api/v1/calls/his", 403),
        (Role.AGENT, "/api/v1/calls/none", 403),
        ("nobody's", "/api/v1/calls/hers", 403),
        (Role.AGENT, "/api/v1/forms?pack=core_call", 200),
        (Role.AGENT, "/metrics", 403),
        (Role.QA, "/api/v1/calls/his", 200),
        (Role.QA, "/api/v1/calls/none", 404),
        (Role.TRAINER, "/api/v1/calls/his", 200),
        (Role.ENGINEER, "/api/v1/calls/his", 403),
        (Role.ENGINEER, "/api/v1/rules/coverage", 422),
        (Role.TRAINER, "/api/v1/rules/coverage", 403),
        (Role.SUPERVISOR, "/api/v1/calls/his", 200),
        (Role.ADMIN, "/api/v1/calls/his", 200),
    ],
)
def test_each_role_sees_what_is_its_own(server, role, path, status):
    answer = httpx.get(server.url + path, cookies=server.cookies[role])
    assert answer.status_code == status
    if status == 403:
        assert answer.json()["code"] in ("not_allowed", "not_yours")


def test_an_address_is_decoded_once_so_that_no_call_passes_for_another(server):
    """The path "/calls/h%2565rs" names the call "h%65rs", which is not the agent's "hers"."""
    answer = httpx.get(f"{server.url}/api/v1/calls/h%2565rs", cookies=server.cookies[Role.AGENT])
    assert (answer.status_code, answer.json()["code"]) == (403, "not_yours")


def test_lists_of_an_agent_hold_their_own_calls_whatever_is_asked(server):
    def listed(role, query=""):
        url = f"{server.url}/api/v1/calls?{query}"
        return {c["call_id"] for c in httpx.get(url, cookies=server.cookies[role]).json()["calls"]}

    assert listed(Role.AGENT) == listed(Role.AGENT, "agent=Bo") == {"hers"}
    assert listed("nobody's") == set()
    assert listed(Role.QA) == {"hers", "his"}
    page = httpx.get(server.url, cookies=server.cookies[Role.AGENT], headers=HTML).text
    assert "/calls/hers" in page
    assert "/calls/his" not in page


def test_a_person_is_told_kindly_what_is_not_theirs(server):
    with httpx.Client(base_url=server.url, headers=HTML, follow_redirects=True) as web:
        web.cookies.update(server.cookies[Role.AGENT])
        answer = web.get("/calls/his")
        assert answer.status_code == 403
        assert "That call is not one of yours." in answer.text
        assert "See everybody" not in answer.text


def test_a_form_of_another_site_changes_nothing(server):
    answer = httpx.post(
        f"{server.url}/api/v1/calls/hers/items/X/tick",
        json={},
        cookies=server.cookies[Role.AGENT],
        headers={"Origin": "https://evil.example"},
    )
    assert (answer.status_code, answer.json()["code"]) == (403, "origin_refused")
    bare = httpx.post(f"{server.url}/logout", cookies=server.cookies[Role.AGENT])
    assert bare.json()["code"] == "origin_refused"


def test_what_is_kept_carries_the_name_of_who_is_signed_in(server):
    answer = httpx.put(
        f"{server.url}/api/v1/calls/hers/wrapup",
        json={"wrapup": {"note": "x"}, "edited_by": "somebody else"},
        cookies=server.cookies[Role.AGENT],
        headers={"Origin": server.url},
    )
    assert answer.status_code == 200
    assert server.store.call("hers").wrapup.edited_by == "agent"


def test_looking_is_noted_once_and_changing_each_time(server):
    cookies, origin = server.cookies[Role.SUPERVISOR], {"Origin": server.url}
    for _ in range(3):
        httpx.get(f"{server.url}/api/v1/calls/his", cookies=cookies)
        httpx.put(
            f"{server.url}/api/v1/calls/his/wrapup",
            json={"wrapup": {}},
            cookies=cookies,
            headers=origin,
        )
    httpx.get(f"{server.url}/api/v1/calls/none", cookies=cookies)
    noted = [n.deed.action for n in server.audit.listed(who="supervisor")]
    assert sorted(noted) == ["call_viewed", *["wrapup_saved"] * 3]


def test_who_calibrates_on_a_call_hears_it_and_does_not_see_how_it_was_judged(server):
    rounds = Calibrations(server.store.database)
    cookies = server.person("cal", "qa")
    one = {"name": "r", "form": "core_call", "version": "1", "expert": "qa", "opened_by": "qa"}
    number = rounds.open(one, [("his", 1)], ["cal", "qa"])

    def code(path, cookies=cookies):
        return httpx.get(server.url + path, cookies=cookies).status_code

    assert code("/api/v1/calls/his") == code("/calls/his") == 403
    assert code("/api/v1/calls/his/scores") == 403
    assert code("/api/v1/calls/his/audio") == 404  # let in: nothing is recorded
    assert code("/api/v1/calls/hers") == 200
    assert code("/api/v1/calls/his", server.cookies[Role.SUPERVISOR]) == 200
    rounds.close(number, "qa")
    assert code("/api/v1/calls/his") == 200
