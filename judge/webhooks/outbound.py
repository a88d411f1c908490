"""Requests to URLs that strangers have given: to an address that was looked at, and for a bounded time.

The rule of ``reach`` is applied to the very address that is connected to, so a name that resolves to
something else the second time gains nothing. No redirect is followed and no proxy of the environment is used.
"""

import ipaddress
import socket
import ssl
import threading
import time
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from http.client import HTTPConnection, HTTPException, HTTPResponse

import certifi

from judge.errors import JudgeError
from judge.webhooks.reach import Refused, Target, checked, may_reach

CONNECT_S = 3.0
"""Finding the address and connecting to it, together."""
_READ_BYTES = 64 * 1024


class Unanswered(JudgeError):
    """No answer came; the message says why, to whoever gave the URL."""


@dataclass(frozen=True)
class Reply:
    """An answer; ``body`` is the beginning of it, 64 KiB at most."""

    status: int
    retry_after: str | None
    body: bytes


def post(url: str, body: bytes, headers: dict[str, str], *, within_s: float) -> Reply:
    """POST a body and wait for the answer, ``within_s`` seconds in all, however slowly it comes.

    Raises Refused, Unanswered.
    """
    return _send("POST", url, body, headers, within_s)


def put(url: str, body: bytes, headers: dict[str, str], *, within_s: float) -> Reply:
    """The same by PUT."""
    return _send("PUT", url, body, headers, within_s)


def _send(method: str, url: str, body: bytes, headers: dict[str, str], within_s: float) -> Reply:
    connection = _Connection(checked(url), within_s)
    try:
        connection.request(method, connection.target.path, body, headers)
        response = connection.getresponse()
        if connection.is_late():  # cut off in the middle of the headers, which passes for their end
            raise TimeoutError
        return Reply(response.status, response.headers.get("Retry-After"), _beginning(response))
    except (OSError, HTTPException) as error:
        late = connection.is_late() or isinstance(error, TimeoutError)
        raise Unanswered(f"no answer within {within_s:g} s" if late else _reason(error)) from error
    finally:
        connection.close()


class _Connection(HTTPConnection):
    """To an address that was looked at, and cut off when its time is over, whatever it waits for."""

    def __init__(self, target: Target, within_s: float) -> None:
        super().__init__(target.host, target.port)
        self.target = target
        self._until = time.monotonic() + within_s
        self._cutter: threading.Timer | None = None
        self._other_end: socket.socket | None = None

    def connect(self) -> None:
        """Called by the first request. Raises OSError, Refused, Unanswered."""
        connected = _connected(self.target, min(CONNECT_S, self._left_s()))
        # A time limit of a socket is one of each read, of which a slow receiver may ask for many. And a
        # socket that TLS wraps is none any more, so what is shut down is another handle to the same.
        self._other_end = connected.dup()
        self._cutter = threading.Timer(self._left_s(), self._cut)
        self._cutter.daemon = True
        self._cutter.start()
        connected.settimeout(self._left_s())
        self.sock = connected
        if self.target.scheme == "https":
            self.sock = _tls().wrap_socket(connected, server_hostname=self.target.host.rstrip("."))

    def close(self) -> None:
        """Let go of both handles."""
        super().close()
        if self._cutter is not None:
            self._cutter.cancel()
            self._cutter.join()
        if self._other_end is not None:
            self._other_end.close()

    def is_late(self) -> bool:
        """Whether its time is over."""
        return time.monotonic() >= self._until

    def _left_s(self) -> float:
        return max(0.001, self._until - time.monotonic())

    def _cut(self) -> None:
        assert self._other_end is not None, "connect() comes first"
        with suppress(OSError):  # the other side was quicker
            self._other_end.shutdown(socket.SHUT_RDWR)


@cache
def _tls() -> ssl.SSLContext:
    context = ssl.create_default_context()
    context.load_verify_locations(certifi.where())  # a bare machine has no list of its own
    return context


def _connected(target: Target, within_s: float) -> socket.socket:
    """A connection to an address of the target that may be reached. Raises OSError, Refused, Unanswered."""
    until = time.monotonic() + within_s
    found = [(family, place) for family, place in _addresses(target, within_s)
             if may_reach(target, ipaddress.ip_address(place[0]))]  # fmt: skip
    if not found:
        # Which address it is would tell a stranger what names mean in here.
        raise Refused("is not on the public network, or on a port that is not 80, 443 or from 1024 on")
    for index, (family, place) in enumerate(found):
        connecting = socket.socket(family, socket.SOCK_STREAM)
        # One that swallows packets must leave time for the next.
        connecting.settimeout(max(0.001, (until - time.monotonic()) / (len(found) - index)))
        try:
            connecting.connect(place)
            return connecting
        except OSError as error:
            connecting.close()
            failure = error
    if isinstance(failure, TimeoutError):
        raise Unanswered(f"no connection within {within_s:g} s") from failure
    raise failure


def _addresses(target: Target, within_s: float) -> list[tuple[int, tuple[str, int]]]:
    """What its name resolves to; a resolver knows no time limit of ours, so a thread waits for it."""
    found: list[tuple[int, tuple[str, int]]] = []
    failure: list[Exception] = []

    def look_up() -> None:
        try:
            # As bytes: a str would pass through a codec that has rules of its own.
            answers = socket.getaddrinfo(target.host.encode(), target.port, type=socket.SOCK_STREAM)
            found.extend((family, place) for family, _, _, _, place in answers)  # type: ignore[misc]
        except (OSError, UnicodeError) as error:
            failure.append(error)

    looking = threading.Thread(target=look_up, daemon=True)
    looking.start()
    looking.join(within_s)
    if not found:
        why = "its name could not be resolved"
        raise Unanswered(f"{why}: {_reason(failure[0])}" if failure else f"{why} within {within_s:g} s")
    return found[:8]


def _beginning(response: HTTPResponse) -> bytes:
    """As much of a body as came; what an answer means stands in its status."""
    try:
        return response.read(_READ_BYTES)
    except (OSError, HTTPException):
        return b""


def _reason(error: Exception) -> str:
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"its certificate is not valid: {error.verify_message}"
    if isinstance(error, HTTPException):
        return f"its answer is not HTTP, or was cut off ({type(error).__name__})"
    return str(getattr(error, "strerror", None) or error)
