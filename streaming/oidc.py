"""Signing in by an identity provider: OpenID Connect, authorization code with PKCE.

What an attempt needs to be finished (state, nonce, verifier, where to go) travels in a short-lived
cookie, sealed with a key of this process. The id token counts only where its signature, issuer,
audience, expiry and nonce are right (OpenID Connect Core 3.1.3.7).
"""

import base64
import hmac
import json
import secrets
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from http import HTTPStatus
from typing import Any, Final
from urllib.parse import quote, urlencode, urlsplit

import httpx
from authlib.oauth2.rfc7636 import create_s256_code_challenge
from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.errors import InvalidKeyIdError, JoseError
from joserfc.jwk import KeySet

from pipeline.config import OidcSettings
from pipeline.errors import SettingsInvalid
from streaming.access import Role
from streaming.errors import ProviderDown, SignInRefused

ATTEMPT_S = 600
"""How long somebody may take at the provider's page."""
METADATA_S = 3600.0
PATIENCE_S = 5.0
LEEWAY_S = 60
ANSWER_BYTES = 2**20
ALGORITHMS: Final = (
    *("RS256", "RS384", "RS512", "PS256", "PS384", "PS512"),
    *("ES256", "ES384", "ES512", "EdDSA", "Ed25519"),
)
"""Public keys only: with a shared secret anybody who knows it could sign."""


@dataclass(frozen=True, slots=True)
class Attempt:
    """A sign-in on its way; `at` is Unix time."""

    state: str
    nonce: str
    verifier: str
    target: str
    at: float


@dataclass(frozen=True, slots=True)
class Claimed:
    """Who somebody is by the provider's word; None for what the provider does not say."""

    subject: str
    name: str
    display: str
    role: Role
    agent: str | None
    team: str | None


class Provider:
    """One identity provider. For one event loop."""

    def __init__(self, settings: OidcSettings, clock: Callable[[], float] = time.time) -> None:
        """Check the settings.

        Raises:
            SettingsInvalid: something is missing or cannot be.
        """
        _check(settings)
        self._settings, self._clock = settings, clock
        self._key = secrets.token_bytes(32)
        self._metadata: tuple[float, Mapping[str, Any]] = (-METADATA_S, {})
        self._keys: KeySet | None = None

    async def begin(self, redirect_uri: str, target: str) -> tuple[str, str]:
        """Return the provider's address to go to, and the sealed attempt for a cookie.

        Raises:
            ProviderDown: it does not answer, or not as a provider does.
        """
        metadata = await self._discovered()
        attempt = Attempt(
            secrets.token_urlsafe(24),
            secrets.token_urlsafe(24),
            secrets.token_urlsafe(48),
            target,
            self._clock(),
        )
        query = {
            "response_type": "code",
            "client_id": self._settings.client_id,
            "redirect_uri": redirect_uri,
            "scope": " ".join(self._settings.scopes),
            "state": attempt.state,
            "nonce": attempt.nonce,
            "code_challenge": create_s256_code_challenge(attempt.verifier),
            "code_challenge_method": "S256",
        }
        endpoint = str(metadata["authorization_endpoint"])
        return f"{endpoint}{'&' if '?' in endpoint else '?'}{urlencode(query)}", self._seal(attempt)

    async def finish(
        self, sealed: str, answer: Mapping[str, str], redirect_uri: str
    ) -> tuple[Claimed, str]:
        """Return who came back, and where they wanted to go.

        `answer` is the query that the provider sent the browser back with.

        Raises:
            SignInRefused: it is not the answer to this browser's attempt, or does not hold.
            ProviderDown: the provider does not answer.
        """
        attempt = self._open(sealed)
        if not hmac.compare_digest(answer.get("state", "").encode(), attempt.state.encode()):
            raise SignInRefused("the answer does not belong to this sign-in; begin again")
        if answer.get("iss", self._settings.issuer) != self._settings.issuer:
            raise SignInRefused("the answer is another provider's")
        if "error" in answer:
            raise SignInRefused(f"the provider refused it ({_plain(answer['error'])})")
        metadata = await self._discovered()
        tokens = await self._tokens(metadata, answer.get("code", ""), attempt, redirect_uri)
        claims = await self._checked(metadata, tokens, attempt.nonce)
        claims = await self._filled(metadata, tokens, claims)
        return claimed_of(claims, self._settings), attempt.target

    async def _tokens(
        self, metadata: Mapping[str, Any], code: str, attempt: Attempt, redirect_uri: str
    ) -> Mapping[str, Any]:
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": redirect_uri,
            "code_verifier": attempt.verifier,
            "client_id": self._settings.client_id,
        }
        auth = None
        if self._settings.client_secret is not None:
            secret = self._settings.client_secret.get_secret_value()
            ways = metadata.get("token_endpoint_auth_methods_supported", ["client_secret_basic"])
            if "client_secret_basic" in ways:  # both form-encoded first: RFC 6749 2.3.1
                auth = httpx.BasicAuth(quote(form.pop("client_id"), ""), quote(secret, ""))
            else:
                form["client_secret"] = secret
        return await self._ask("POST", str(metadata["token_endpoint"]), data=form, auth=auth)

    async def _checked(
        self, metadata: Mapping[str, Any], tokens: Mapping[str, Any], nonce: str
    ) -> Mapping[str, Any]:
        """Return the id token's claims, once all of it is right."""
        text = str(tokens.get("id_token", ""))
        try:
            try:
                token = jwt.decode(text, await self._key_set(metadata), algorithms=ALGORITHMS)
            except InvalidKeyIdError:  # the provider has changed its keys
                self._keys = None
                token = jwt.decode(text, await self._key_set(metadata), algorithms=ALGORITHMS)
            claims = CodeIDToken(
                token.claims,
                token.header,
                {
                    "iss": {"essential": True, "value": self._settings.issuer},
                    "aud": {"essential": True, "value": self._settings.client_id},
                    "sub": {"essential": True},
                },
                {
                    "nonce": nonce,
                    "client_id": self._settings.client_id,
                    "access_token": tokens.get("access_token"),
                },
            )
            claims.validate(now=int(self._clock()), leeway=LEEWAY_S)
        except (JoseError, ValueError, KeyError, TypeError) as error:
            raise SignInRefused("the provider's answer cannot be trusted", str(error)) from error
        return dict(claims)

    async def _filled(
        self, metadata: Mapping[str, Any], tokens: Mapping[str, Any], claims: Mapping[str, Any]
    ) -> Mapping[str, Any]:
        """Add what only the provider's user info says, where the roles are not in the id token."""
        endpoint = metadata.get("userinfo_endpoint")
        if claim(claims, self._settings.role_claim) is not None or not endpoint:
            return claims
        bearer = {"Authorization": f"Bearer {tokens.get('access_token', '')}"}
        more = await self._ask("GET", str(endpoint), headers=bearer)
        if more.get("sub") != claims.get("sub"):
            raise SignInRefused("the provider's user info is about somebody else")
        return {**more, **claims}

    async def _key_set(self, metadata: Mapping[str, Any]) -> KeySet:
        if self._keys is None:
            answer: Any = await self._ask("GET", str(metadata["jwks_uri"]))
            self._keys = KeySet.import_key_set(answer)
        return self._keys

    async def _discovered(self) -> Mapping[str, Any]:
        at, known = self._metadata
        if known and self._clock() - at < METADATA_S:
            return known
        issuer = self._settings.issuer
        found = await self._ask("GET", issuer.rstrip("/") + "/.well-known/openid-configuration")
        needed = ("authorization_endpoint", "token_endpoint", "jwks_uri")
        if found.get("issuer") != issuer or not all(_safe(found.get(name)) for name in needed):
            raise ProviderDown("the provider's description does not fit: is oidc.issuer right?")
        self._metadata, self._keys = (self._clock(), found), None
        return found

    async def _ask(self, method: str, url: str, **how: Any) -> Mapping[str, Any]:
        try:
            async with httpx.AsyncClient(timeout=PATIENCE_S) as client:
                answer = await client.request(method, url, **how)
        except httpx.HTTPError as error:
            raise ProviderDown("the identity provider does not answer", repr(error)) from error
        if HTTPStatus.BAD_REQUEST <= answer.status_code < HTTPStatus.INTERNAL_SERVER_ERROR:
            raise SignInRefused("the provider refused it", f"{answer.status_code} from {url}")
        try:
            found = answer.json() if answer.is_success and len(answer.content) < ANSWER_BYTES else 0
        except ValueError:
            found = 0
        if not isinstance(found, dict):
            detail = f"{answer.status_code} from {url}"
            raise ProviderDown("the identity provider does not answer as one", detail)
        return found

    def _seal(self, attempt: Attempt) -> str:
        body = base64.urlsafe_b64encode(json.dumps(asdict(attempt)).encode())
        return f"{body.decode()}.{self._sign(body)}"

    def _open(self, sealed: str) -> Attempt:
        body, _, signature = sealed.partition(".")
        if not hmac.compare_digest(signature.encode(), self._sign(body.encode()).encode()):
            raise SignInRefused("this sign-in was not begun in this browser; begin again")
        attempt = Attempt(**json.loads(base64.urlsafe_b64decode(body)))
        if self._clock() - attempt.at > ATTEMPT_S:
            raise SignInRefused("the sign-in took too long; begin again")
        return attempt

    def _sign(self, body: bytes) -> str:
        return hmac.digest(self._key, body, "sha256").hex()


def claimed_of(claims: Mapping[str, Any], settings: OidcSettings) -> Claimed:
    """Read a person from checked claims.

    Raises:
        SignInRefused: no role of theirs is one here, or their address is of no domain let in.
    """
    email = claims.get("email")
    email = email if isinstance(email, str) else ""
    if settings.domains:
        domain = email.rpartition("@")[2].lower()
        known = claims.get("email_verified") in (True, "true")
        if not known or domain not in {d.lower() for d in settings.domains}:
            raise SignInRefused("your e-mail address is not of a domain that may come in here")
    given = claim(claims, settings.role_claim)
    has = {str(v) for v in given} if isinstance(given, list | tuple) else {str(given)}
    role = next((role for value, role in settings.roles.items() if value in has), None)
    if role is None:
        raise SignInRefused("the provider gives you no role that means anything here")
    name = claims.get("preferred_username") or email or claims["sub"]
    return Claimed(
        f"{settings.issuer}|{claims['sub']}",
        str(name),
        str(claims.get("name") or name),
        Role(role),
        _text(claims, settings.agent_claim),
        _text(claims, settings.team_claim),
    )


def claim(claims: Mapping[str, Any], path: str) -> object:
    """Return a claim by name, or by a path of names with dots where no claim has the whole name."""
    if path in claims:
        return claims[path]
    found: object = claims
    for name in path.split("."):
        found = found.get(name) if isinstance(found, Mapping) else None
    return found


def _text(claims: Mapping[str, Any], path: str) -> str | None:
    if not path:
        return None
    found = claim(claims, path)
    return found if isinstance(found, str) else ""


def _plain(error: str) -> str:
    return error if error.isascii() and error.replace("_", "").isalpha() else "no reason"


def _safe(url: object) -> bool:
    """Whether an address is encrypted, or on this machine."""
    if not isinstance(url, str):
        return False
    parts = urlsplit(url)
    near = parts.hostname in ("localhost", "127.0.0.1", "::1")
    return bool(parts.netloc) and (parts.scheme == "https" or (parts.scheme == "http" and near))


def _check(settings: OidcSettings) -> None:
    if not _safe(settings.issuer):
        raise SettingsInvalid("oidc.issuer is an https address")
    if not settings.client_id or not settings.roles:
        raise SettingsInvalid("oidc.issuer needs oidc.client_id and oidc.roles")
    wrong = sorted(set(settings.roles.values()) - set(Role))
    if wrong:
        raise SettingsInvalid(f"oidc.roles: no role {', '.join(wrong)}; {', '.join(Role)}")
    if "openid" not in settings.scopes:
        raise SettingsInvalid("oidc.scopes has to have openid")
