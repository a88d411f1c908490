"""What a request proves who is asking by: a bearer token, or the cookie of a browser session."""

import hashlib
import hmac
from dataclasses import dataclass, field
from typing import Literal

from flask import request

from judge.accounts import Account, credentials, sessions, tokens
from judge.config import settings


@dataclass(frozen=True)
class Credential:
    """A secret that somebody has shown; what it opens may change while a stream is open."""

    kind: Literal["token", "session"]
    secret: str = field(repr=False)

    def account(self, *, used: bool = True) -> Account | None:
        """Whom it stands for at this moment; without ``used`` asking does not count as a use."""
        holder = tokens.holder if self.kind == "token" else sessions.holder
        return holder(self.secret, used=used)

    @property
    def digest(self) -> bytes:
        """What is kept of the secret."""
        return credentials.digest(self.secret)

    @property
    def csrf_token(self) -> str:
        """What a page of ours adds to unsafe requests; a foreign page, which cannot read it, cannot."""
        message = b"csrf\0" + self.digest
        return hmac.new(settings().secret_key.encode(), message, hashlib.sha256).hexdigest()


def bearer() -> Credential | None:
    """The token in the Authorization header, or where Judge0's clients send it."""
    if request.path.startswith("/judge0/") and (token := request.headers.get("X-Auth-Token")):
        return Credential("token", token.strip())
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    return Credential("token", token.strip()) if scheme.lower() == "bearer" else None


def cookie() -> Credential | None:
    """The session in the browser's cookie."""
    secret = request.cookies.get(cookie_name())
    return Credential("session", secret) if secret else None


def cookie_name() -> str:
    """By https one that no other host, and nothing that reads plain http, can set."""
    return "__Host-judge_session" if request.is_secure else "judge_session"
