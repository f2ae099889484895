"""Signing in by an identity provider that really answers, signs and checks."""

import sys
from pathlib import Path

import httpx
import pytest
from joserfc.jwk import RSAKey

sys.path.insert(0, str(Path(__file__).parent))
sys.path.insert(0, str(Path(__file__).parents[1] / "browser"))
from harness import Harness
from identity import CLIENT, SECRET, IdentityProvider

from pipeline.config import load_settings
from streaming.auth import SESSION

ANA = {
    "sub": "u-1",
    "preferred_username": "ana.q",
    "name": "Ana Quist",
    "email": "ana@northwind.example",
    "email_verified": True,
    "access": {"roles": ["staff", "cueline-agents"]},
    "line": "Ana",
}
HTML = {"Accept": "text/html"}


def settings_for(issuer):
    return load_settings(
        overrides={
            "oidc": {
                "issuer": issuer,
                "client_id": CLIENT,
                "client_secret": SECRET,
                "label": "Northwind",
                "role_claim": "access.roles",
                "roles": {"cueline-qa": "qa", "cueline-agents": "agent"},
                "agent_claim": "line",
                "domains": ["northwind.example"],
            }
        }
    )


@pytest.fixture(scope="module")
def running(tmp_path_factory):
    with IdentityProvider() as provider:
        settings = settings_for(provider.issuer)
        with Harness(tmp_path_factory.mktemp("oidc"), token="s3cret", settings=settings) as server:
            yield provider, server


@pytest.fixture
def provider(running):
    running[0].reset()
    running[0].person = dict(ANA)
    return running[0]


@pytest.fixture
def server(running):
    return running[1]


@pytest.fixture
def web(server):
    with httpx.Client(base_url=server.url, headers=HTML) as client:
        yield client


def come_back(web, target="/"):
    """Go to the provider and return the address that it sends the browser back to."""
    away = web.get("/login/provider", params={"next": target})
    assert away.status_code == 303, away.text
    return httpx.get(away.headers["location"]).headers["location"]


def sign_in(web, target="/"):
    return web.get(come_back(web, target))


def test_a_person_comes_in_with_the_role_that_the_provider_says(web, server, provider):
    assert "Sign in with Northwind" in web.get("/login").text
    answer = sign_in(web, "/calls/x")
    assert answer.status_code == 200
    assert 'content="0;url=/calls/x"' in answer.text
    user = server.users.need("ana.q")
    assert (user.role, user.agent, user.display) == ("agent", "Ana", "Ana Quist")
    assert not user.has_password
    assert "Ana Quist" in web.get("/me").text

    provider.person |= {"access": {"roles": ["cueline-agents", "cueline-qa"]}, "name": "Ana Q"}
    assert "url=/" in sign_in(web, "//evil.example").text
    user = server.users.need("ana.q")
    assert (user.role, user.display) == ("qa", "Ana Q")
    assert len([u for u in server.users.listed() if u.subject]) == 1

    server.users.change("ana.q", disabled=True)
    refused = sign_in(web)
    assert (refused.status_code, "account here is closed" in refused.text) == (403, True)
    server.users.change("ana.q", disabled=False)


def spoilt(**changes):
    return lambda claims: claims.update(changes)


@pytest.mark.parametrize(
    "spoil",
    [
        spoilt(nonce="another"),
        spoilt(aud="another client"),
        spoilt(aud=[CLIENT, "another"]),
        spoilt(exp=1_700_000_000),
        spoilt(iss="https://evil.example"),
        lambda claims: claims.pop("nonce"),
    ],
    ids=["nonce", "audience", "no azp", "expired", "issuer", "no nonce"],
)
def test_an_id_token_that_is_not_right_lets_nobody_in(web, provider, spoil):
    provider.spoil = spoil
    answer = sign_in(web)
    assert answer.status_code == 403
    assert "cannot be trusted" in answer.text
    assert SESSION not in web.cookies


def test_another_key_of_the_same_name_is_refused_and_a_new_key_is_fetched(web, provider):
    provider.signer = RSAKey.generate_key(2048, {"kid": provider.keys[-1].kid})
    assert "cannot be trusted" in sign_in(web).text
    provider.signer = None
    provider.keys.append(RSAKey.generate_key(2048, {"kid": "k2", "use": "sig", "alg": "RS256"}))
    assert sign_in(web).status_code == 200


@pytest.mark.parametrize(
    ("person", "fault"),
    [
        ({"access": {"roles": ["staff"]}}, "no role that means anything"),
        ({"email": "ana@evil.example"}, "not of a domain"),
        ({"email_verified": False}, "not of a domain"),
    ],
)
def test_who_has_no_role_or_no_address_here_is_told_so(web, server, provider, person, fault):
    provider.person |= {"sub": "u-2", "preferred_username": "new", **person}
    answer = sign_in(web)
    assert (answer.status_code, fault in answer.text) == (403, True)
    assert server.users.by_name("new") is None
    assert fault in server.audit.listed(action="sign_in_refused")[0].deed.target


def test_a_name_that_is_anothers_is_not_taken_over(web, server, provider):
    server.person("boss", "admin")
    provider.person |= {"sub": "u-3", "preferred_username": "Boss"}
    answer = sign_in(web)
    assert (answer.status_code, "of another" in answer.text) == (403, True)
    assert server.users.need("boss").subject == ""


def test_roles_may_stand_in_the_user_info_of_the_same_person(web, server, provider):
    provider.person |= {"sub": "u-4", "preferred_username": "ola"}
    provider.info = {"access": provider.person.pop("access")}
    assert sign_in(web).status_code == 200
    assert server.users.need("ola").role == "agent"
    provider.info["sub"] = "u-5"
    assert "somebody else" in sign_in(web).text


def test_an_answer_counts_once_and_only_in_the_browser_that_asked(web, server, provider):
    address = come_back(web)
    with httpx.Client(base_url=server.url, headers=HTML) as other:
        assert "not begun in this browser" in other.get(address).text
        other.get("/login/provider")
        assert "does not belong to this sign-in" in other.get(address).text
    assert web.get(address).status_code == 200
    assert web.get(address).status_code == 403
    web.get("/login/provider")
    refused = web.get("/login/provider/back", params={"error": "<b>", "state": "x"})
    assert refused.status_code == 403
    assert "<b>" not in refused.text


def test_a_provider_that_is_down_is_told_and_passwords_go_on(web, server, provider):
    server.person("bo", "qa", "a good long password")
    provider.broken = True
    answer = sign_in(web)
    assert answer.status_code == 503
    assert "does not answer" in answer.text
    given = {"name": "bo", "password": "a good long password"}
    assert web.post("/login", data=given).status_code == 303


def test_without_any_provider_there_to_ask_the_page_says_so(tmp_path):
    settings = settings_for("http://127.0.0.1:9")
    with Harness(tmp_path, token="s3cret", settings=settings) as server:
        answer = httpx.get(f"{server.url}/login/provider", headers=HTML)
        assert answer.status_code == 503
        assert "To the sign-in page" in answer.text
