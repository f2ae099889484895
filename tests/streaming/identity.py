"""A small OpenID Connect provider: discovery, keys, authorization with PKCE, tokens, user info.

It holds its clients to the rules: a code is good once, for its redirect address and its verifier.
"""

import base64
import hashlib
import secrets
import threading
import time
from urllib.parse import parse_qsl, urlencode

import uvicorn
from joserfc import jwt
from joserfc.jwk import RSAKey
from starlette.applications import Starlette
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

CLIENT, SECRET = "cueline", "the client's secret"


class IdentityProvider:
    """A server in a thread; `person` is who is signed in there, `spoil` changes the id token."""

    def __init__(self):
        self.keys = [RSAKey.generate_key(2048, {"kid": "k1", "use": "sig", "alg": "RS256"})]
        self.person = {}
        self.info = {}
        self.spoil = lambda claims: None
        self.signer = None
        self.codes = {}
        self.broken = False
        app = Starlette(
            routes=[
                Route("/.well-known/openid-configuration", self.describe),
                Route("/keys", self.show_keys),
                Route("/authorize", self.authorize),
                Route("/token", self.token, methods=["POST"]),
                Route("/userinfo", self.userinfo),
            ]
        )
        config = uvicorn.Config(app, host="127.0.0.1", port=0, log_level="warning", lifespan="off")
        self.server = uvicorn.Server(config)
        self.thread = threading.Thread(target=self.server.run, daemon=True)

    def __enter__(self):
        self.thread.start()
        until = time.monotonic() + 15
        while not self.server.started and time.monotonic() < until:
            time.sleep(0.01)
        port = self.server.servers[0].sockets[0].getsockname()[1]
        self.issuer = f"http://127.0.0.1:{port}"
        return self

    def __exit__(self, *_):
        self.server.should_exit = True
        self.thread.join(15)

    def reset(self):
        """Be as a good provider is."""
        self.person, self.info, self.broken, self.signer = {}, {}, False, None
        self.spoil = lambda claims: None

    def describe(self, request):
        named = ("authorize", "token", "userinfo", "keys")
        at = {name: f"{self.issuer}/{name}" for name in named}
        return JSONResponse(
            {
                "issuer": self.issuer,
                "authorization_endpoint": at["authorize"],
                "token_endpoint": at["token"],
                "userinfo_endpoint": at["userinfo"],
                "jwks_uri": at["keys"],
                "response_types_supported": ["code"],
                "id_token_signing_alg_values_supported": ["RS256"],
            }
        )

    def show_keys(self, request):
        return JSONResponse({"keys": [key.as_dict(private=False) for key in self.keys]})

    def authorize(self, request):
        asked = dict(request.query_params)
        assert asked["response_type"] == "code"
        assert asked["client_id"] == CLIENT
        assert asked["code_challenge_method"] == "S256"
        code = secrets.token_urlsafe(8)
        self.codes[code] = asked
        query = urlencode({"code": code, "state": asked["state"], "iss": self.issuer})
        return RedirectResponse(f"{asked['redirect_uri']}?{query}", 303)

    async def token(self, request):
        if self.broken:
            return Response("out of order", 500)
        form = dict(parse_qsl((await request.body()).decode()))
        name, _, secret = (
            base64.b64decode(request.headers["authorization"].split()[1]).decode().partition(":")
        )
        asked = self.codes.pop(form["code"], None)
        challenge = base64.urlsafe_b64encode(
            hashlib.sha256(form["code_verifier"].encode()).digest()
        ).rstrip(b"=")
        if (
            asked is None
            or (name, secret) != (CLIENT, "the%20client%27s%20secret")
            or asked["redirect_uri"] != form["redirect_uri"]
            or asked["code_challenge"] != challenge.decode()
        ):
            return JSONResponse({"error": "invalid_grant"}, 400)
        at = int(time.time())
        claims = {
            "iss": self.issuer,
            "aud": CLIENT,
            "iat": at,
            "exp": at + 300,
            "nonce": asked["nonce"],
            **self.person,
        }
        self.spoil(claims)
        key = self.signer or self.keys[-1]
        header = {"alg": "RS256", "kid": self.keys[-1].kid}
        return JSONResponse(
            {
                "access_token": "an access token",
                "token_type": "Bearer",
                "id_token": jwt.encode(header, claims, key),
            }
        )

    def userinfo(self, request):
        assert request.headers["authorization"] == "Bearer an access token"
        return JSONResponse({"sub": self.person["sub"], **self.info})
