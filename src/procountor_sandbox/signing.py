"""Signed tokens: JWT with HMAC-SHA-256, as Procountor's are reported to be."""

import base64
import hmac
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from sandbox_parts.wire import decode, encode

_HEADER = {"alg": "HS256", "typ": "JWT"}


class Signer:
    """Signs tokens, and reads the tokens it has signed."""

    def __init__(self, secret: str) -> None:
        self._secret = secret.encode()

    def sign(self, claims: Mapping[str, Any], *, now: datetime, life: timedelta) -> str:
        """Return a token with those claims that is valid until ``now + life``."""
        issued = int(now.timestamp())
        dated = {**claims, "iat": issued, "exp": issued + int(life.total_seconds())}
        signed = f"{_encoded(encode(_HEADER))}.{_encoded(encode(dated))}"
        return f"{signed}.{self._signature(signed)}"

    def read(self, token: str, *, kind: str, now: datetime) -> Mapping[str, Any] | None:
        """Return the claims of a token of that kind, or None if it is forged or expired."""
        signed, _, signature = token.rpartition(".")
        # Compared as bytes: compare_digest raises for texts beyond ASCII, and a token may hold any.
        expected = self._signature(signed).encode()
        if not hmac.compare_digest(signature.encode(), expected):
            return None
        claims: Mapping[str, Any] = decode(_decoded(signed.partition(".")[2]))
        if claims["kind"] != kind or claims["exp"] <= now.timestamp():
            return None
        return claims

    def _signature(self, signed: str) -> str:
        return _encoded(hmac.digest(self._secret, signed.encode(), "sha256"))


def _encoded(part: str | bytes) -> str:
    raw = part.encode() if isinstance(part, str) else part
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def _decoded(part: str) -> bytes:
    return base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))
