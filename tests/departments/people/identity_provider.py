"""A company's OpenID Connect provider on loopback, as small as the specification allows: discovery, keys, codes with
PKCE, tokens signed by a key of its own, and who the person is. It refuses what a real one refuses."""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa

from revenue_health.settings.sign_in import oidc_providers

CLIENT, SECRET = "revenue-health", "between-the-two-of-us"


class IdentityProvider:
    """`person` is who has signed in there: sub, email, email_verified, name."""

    def __init__(self) -> None:
        self.person: dict[str, Any] = {}
        self.asked: dict[str, dict[str, str]] = {}
        self.tokens: dict[str, dict[str, Any]] = {}
        self.problems: list[str] = []
        self._key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        provider = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                if self.path.startswith("/authorize?"):  # a browser: who is signed in there agrees at once
                    self.send_response(302)
                    self.send_header("Location", provider.agree(provider.issuer + self.path))
                    self.end_headers()
                    return
                provider.answer(self, {})

            def do_POST(self) -> None:
                text = self.rfile.read(int(self.headers["Content-Length"])).decode()
                provider.answer(self, {name: values[0] for name, values in parse_qs(text).items()})

            def log_message(self, *arguments: Any) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.issuer = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def settings(self) -> dict[str, Any]:
        """SOCIALACCOUNT_PROVIDERS as a server would have them, but that this one has no certificate."""
        given = {"OIDC_NAME": "Acme", "OIDC_CLIENT_ID": CLIENT, "OIDC_SECRET": SECRET}
        made = oidc_providers(given | {"OIDC_SERVER_URL": "https://id.example.com"})
        made["openid_connect"]["APPS"][0]["settings"]["server_url"] = self.issuer
        return made

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def agree(self, address: str) -> str:
        """The person agrees to what the address asks for; returns where the browser is sent back to."""
        asked = {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
        assert asked["client_id"] == CLIENT
        assert asked["response_type"] == "code"
        assert {"openid", "email"} <= set(asked["scope"].split())
        assert asked["code_challenge_method"] == "S256"
        code = secrets.token_urlsafe()
        self.asked[code] = asked
        return asked["redirect_uri"] + "?" + urlencode({"code": code, "state": asked["state"]})

    def answer(self, request: BaseHTTPRequestHandler, form: dict[str, str]) -> None:
        pages = {
            "/.well-known/openid-configuration": self._discovery,
            "/keys": self._keys,
            "/token": self._token,
            "/userinfo": self._userinfo,
        }
        try:
            status, body = 200, pages[urlsplit(request.path).path](request, form)
        except (KeyError, AssertionError) as problem:
            self.problems.append(f"{request.path}: {type(problem).__name__} {problem}")
            status, body = 400, {"error": "invalid_request"}
        data = json.dumps(body).encode()
        request.send_response(status)
        request.send_header("Content-Type", "application/json")
        request.send_header("Content-Length", str(len(data)))
        request.end_headers()
        request.wfile.write(data)

    def _discovery(self, request: Any, form: dict[str, str]) -> dict[str, Any]:
        places = {name: f"{self.issuer}/{name}" for name in ("authorize", "token", "userinfo", "keys")}
        return {
            "issuer": self.issuer,
            "authorization_endpoint": places["authorize"],
            "token_endpoint": places["token"],
            "userinfo_endpoint": places["userinfo"],
            "jwks_uri": places["keys"],
            "response_types_supported": ["code"],
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": ["RS256"],
            "token_endpoint_auth_methods_supported": ["client_secret_post"],
            "code_challenge_methods_supported": ["S256"],
        }

    def _keys(self, request: Any, form: dict[str, str]) -> dict[str, Any]:
        public = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(self._key.public_key()))
        return {"keys": [public | {"kid": "one", "alg": "RS256", "use": "sig"}]}

    def _token(self, request: Any, form: dict[str, str]) -> dict[str, Any]:
        asked = self.asked.pop(form["code"])  # a code works once
        assert (form["client_id"], form["client_secret"]) == (CLIENT, SECRET)
        assert form["redirect_uri"] == asked["redirect_uri"]
        digest = hashlib.sha256(form["code_verifier"].encode()).digest()
        assert base64.urlsafe_b64encode(digest).rstrip(b"=").decode() == asked["code_challenge"]
        access, now = secrets.token_urlsafe(), int(time.time())
        self.tokens[access] = dict(self.person)
        claims = self.person | {"iss": self.issuer, "aud": CLIENT, "iat": now, "exp": now + 300}
        signed = jwt.encode(claims, self._key, algorithm="RS256", headers={"kid": "one"})
        return {"access_token": access, "token_type": "Bearer", "expires_in": 300, "id_token": signed}

    def _userinfo(self, request: Any, form: dict[str, str]) -> dict[str, Any]:
        return self.tokens[request.headers["Authorization"].removeprefix("Bearer ")]
