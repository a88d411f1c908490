"""Passwords hashed beside the loop: in threads, a few at once, with room for some to wait."""

from collections.abc import Callable
from functools import cache
from http import HTTPStatus
from typing import TypeVar

from gevent.threadpool import ThreadPool

from judge.accounts import passwords
from judge.web.faults import Fault

_AT_ONCE = 2
"""Each takes 64 MiB and up to four CPUs."""
_WAITING = 30

Made = TypeVar("Made")


class _Hashing:
    """Counts the passwords that are being hashed or wait for it."""

    def __init__(self) -> None:
        # Threads of the system, not greenlets; argon2 lets Python go on meanwhile.
        self._threads = ThreadPool(_AT_ONCE)
        self._taken = 0

    def apply(self, function: Callable[..., Made], *arguments: object) -> Made:
        if self._taken >= _AT_ONCE + _WAITING:
            raise Fault(
                HTTPStatus.SERVICE_UNAVAILABLE,
                "too many are signing in at once; try again soon",
                headers={"Retry-After": "2"},
            )
        self._taken += 1
        try:
            made: Made = self._threads.apply(function, arguments)
            return made
        finally:
            self._taken -= 1


def hashed(password: str) -> str:
    """What is kept of a password. Raises Fault (503)."""
    return _hashing().apply(passwords.hashed, password)


def matches(kept: str | None, password: str) -> bool:
    """Whether this is the password. Raises Fault (503)."""
    return _hashing().apply(passwords.matches, kept, password)


@cache
def _hashing() -> _Hashing:
    """Made when it is first needed, in the process that serves."""
    return _Hashing()
