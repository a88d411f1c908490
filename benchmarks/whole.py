"""A judge to be measured from outside, whole or in parts, started as tests start it, and plain clients."""

import json
import os
import shutil
import socket
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Self
from urllib.parse import urlsplit

from judge import schema
from tests.conftest import Running, judge_up
from tests.servers import Servers, forget_settings, new_problem
from tests.web.rawsocket import PING, PONG, RawSocket

PROBLEM = "echo"
QUIET = {"JUDGE_LOG_LEVEL": "warning"}
CODE = "print(input())\n"


@contextmanager
def whole_judge(folder: Path) -> Iterator[Running]:
    """`judge up` with a problem of one test; modules of ours that are called here find its servers."""
    with judge_up(folder / "judge", env={"JUDGE_LANGUAGES": "python3"}) as running, environment(running.env):
        new_problem(folder, tests=1, problem_id=PROBLEM)
        yield running


@contextmanager
def servers_alone() -> Iterator[Servers]:
    """PostgreSQL and Redis with our tables, and nobody to work on what is in them."""
    home = Path(tempfile.mkdtemp(prefix="judge-bench-"))
    home.chmod(0o755)  # the database's own user must pass
    servers = Servers(home)
    try:
        with environment(servers.environment):
            schema.upgrade()
            yield servers
    finally:
        servers.close()
        shutil.rmtree(home)


@contextmanager
def environment(variables: dict[str, str]) -> Iterator[None]:
    """While the block runs, this process and those it starts have these settings."""
    before = dict(os.environ)
    os.environ.update(variables)
    forget_settings()
    try:
        yield
    finally:
        forget_settings()
        os.environ.clear()
        os.environ.update(before)


def submission(code: str = CODE, *, user_id: str) -> bytes:
    """The body of a POST."""
    body = {"problem_id": PROBLEM, "language": "python3", "code": code, "user_id": user_id}
    return json.dumps(body).encode()


class Poster:
    """One connection over which POSTs are sent, each once the one before it is answered."""

    def __init__(self, url: str) -> None:
        address = urlsplit(url)
        self._socket = socket.create_connection((address.hostname, address.port), timeout=60)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._head = (
            f"POST {address.path or '/'} HTTP/1.1\r\nHost: {address.netloc}\r\n"
            "Content-Type: application/json\r\nContent-Length: %d\r\n\r\n"
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._socket.close()

    def fileno(self) -> int:
        """To be waited for."""
        return self._socket.fileno()

    def send(self, body: bytes) -> None:
        """A request, whose answer is to be received before the next is sent."""
        self._socket.sendall((self._head % len(body)).encode() + body)

    def receive(self) -> bytes:
        """The body of the answer, which must be a 202. Raises AssertionError."""
        answer = b""
        while b"\r\n\r\n" not in answer:
            answer += self._received()
        head, _, answer = answer.partition(b"\r\n\r\n")
        assert head.startswith(b"HTTP/1.1 202"), head
        size = int(head.lower().partition(b"\r\ncontent-length:")[2].partition(b"\r\n")[0])
        while len(answer) < size:
            answer += self._received()
        return answer

    def _received(self) -> bytes:
        received = self._socket.recv(1 << 16)
        assert received, "the server has closed"
        return received


def greeted(url: str, user_id: str) -> RawSocket:
    """A WebSocket that gets a user's events from now on."""
    opened = RawSocket(url)
    opened.send(json.dumps({"type": "hello", "user_id": user_id}).encode())
    assert json.loads(opened.receive()[1])["type"] == "ready"
    return opened


def until_done(opened: RawSocket) -> list[dict[str, Any]]:
    """The events of a judging up to its verdict, which must come."""
    events: list[dict[str, Any]] = []
    while not events or events[-1]["type"] != "submission.done":
        opcode, payload = opened.receive()
        if opcode == PING:
            opened.send(payload, PONG)
            continue
        events.append(json.loads(payload))
        assert events[-1]["type"] not in ("submission.failed", "submission.cancelled"), events[-1]
    return events
