"""What the provider's settings and claims mean; the way itself is in test_provider_sign_in.py."""

import pytest
from pydantic import SecretStr

from pipeline.config import OidcSettings
from pipeline.errors import SettingsInvalid
from streaming.errors import SignInRefused
from streaming.oidc import ATTEMPT_S, Attempt, Provider, claim, claimed_of

GOOD = {"issuer": "https://id.example.com", "client_id": "c", "roles": {"b": "qa", "a": "admin"}}


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"issuer": "http://id.example.com"}, "https"),
        ({"client_id": ""}, "client_id"),
        ({"roles": {}}, "oidc.roles"),
        ({"roles": {"a": "boss"}}, "no role boss"),
        ({"scopes": ("email",)}, "openid"),
    ],
)
def test_settings_that_cannot_be_are_refused_at_the_start(change, fault):
    with pytest.raises(SettingsInvalid, match=fault):
        Provider(OidcSettings(**GOOD | change))


def test_an_attempt_is_sealed_and_lives_for_minutes():
    now = [1000.0]
    provider = Provider(OidcSettings(**GOOD), clock=lambda: now[0])
    sealed = provider._seal(Attempt("s", "n", "v", "/calls", now[0]))
    assert provider._open(sealed).target == "/calls"
    for wrong in ("", "x.y", sealed[:-1], "A" + sealed[1:]):
        with pytest.raises(SignInRefused, match="not begun"):
            provider._open(wrong)
    with pytest.raises(SignInRefused, match="not begun"):
        Provider(OidcSettings(**GOOD))._open(sealed)
    now[0] += ATTEMPT_S + 1
    with pytest.raises(SignInRefused, match="too long"):
        provider._open(sealed)


def test_the_first_role_in_the_settings_counts():
    settings = OidcSettings(**GOOD, client_secret=SecretStr("x"))
    both = claimed_of({"sub": "1", "roles": ["a", "b"]}, settings)
    assert (both.role, both.name, both.agent) == ("qa", "1", None)
    assert claimed_of({"sub": "1", "roles": "a"}, settings).role == "admin"
    with pytest.raises(SignInRefused, match="no role"):
        claimed_of({"sub": "1"}, settings)


def test_a_claim_is_found_by_its_name_or_by_a_path():
    assert claim({"a.b": 1, "a": {"b": 2}}, "a.b") == 1
    assert claim({"a": {"b": [2]}}, "a.b") == [2]
    assert claim({"a": "b"}, "a.b.c") is None
