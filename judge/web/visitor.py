"""Who is at the other end of a socket, by what they have shown, and whether that still holds."""

import time
from typing import Any

from judge.accounts import ANONYMOUS, USER_ID, Account
from judge.config import settings
from judge.errors import JudgeError
from judge.web.credential import Credential


class Refused(JudgeError):
    """A frame that cannot be answered as it stands; the client is told why and may go on."""


class SignedOut(JudgeError):
    """What the client has proven who it is by is worth nothing any more, or not the same."""


class Visitor:
    """One client; ``account`` is None before the hello, and with JUDGE_AUTH=none.

    credential: what it came with, for a hello that shows no token.
    """

    def __init__(self, credential: Credential | None) -> None:
        self._credential = credential
        self._asked_at = 0.0
        self.account: Account | None = None

    def greet(self, hello: dict[str, Any]) -> str:
        """Whose events it is to get, the user's id. Raises Refused."""
        if settings().auth == "none":
            return _named(hello)
        shown = _shown(hello) or self._credential
        account = shown.account() if shown else None
        if account is None:
            raise Refused("say hello with a valid token, or sign in first; `judge user token NAME` makes one")
        self._credential, self.account, self._asked_at = shown, account, time.monotonic()
        return account.user_id

    @property
    def patience_s(self) -> float | None:
        """How soon ``ask_again`` has something to ask; None: never."""
        if self.account is None:
            return None
        return max(0.0, self._asked_at + settings().recheck_s - time.monotonic())

    def ask_again(self) -> None:
        """Look now and then whether the client is still who it was. Raises SignedOut."""
        if self.account is None or self._credential is None or self.patience_s:
            return
        self._asked_at = time.monotonic()
        if self._credential.account(used=False) != self.account:
            # What was subscribed to by somebody who might more must not go on either.
            raise SignedOut("signed out, or what you may has changed; say hello on another socket")


def _shown(hello: dict[str, Any]) -> Credential | None:
    """The token in a hello; whatever stands in its place counts as one that is wrong."""
    if "token" not in hello:
        return None
    token = hello["token"]
    return Credential("token", token if isinstance(token, str) else "")


def _named(hello: dict[str, Any]) -> str:
    user_id = hello.get("user_id", ANONYMOUS)
    if isinstance(user_id, bool) or not isinstance(user_id, str | int) or not USER_ID.fullmatch(str(user_id)):
        raise Refused("user_id must be 1 to 64 of A-Z a-z 0-9 . _ @ -")
    return str(user_id)
