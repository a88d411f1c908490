"""A whole judge for tests, started as a user starts it: embedded servers, web, worker, beat."""

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import requests
from simple_websocket import Client

from judge.judging import toolchains
from tests.servers import FEW_LANGUAGES, NO_LIMITS
from tests.servers import clean as clean  # fixtures, here so that there is one of each
from tests.servers import servers as servers

# A judge that lives for a few tests makes no headers for C++: that would take longer than the tests.
os.environ.setdefault("JUDGE_HEADER_BYTES", "0")

REPOSITORY = Path(__file__).parent.parent
JUDGE = [sys.executable, "-m", "judge"]
START_S = 120.0
PATIENCE_S = 60.0
"""How long a test waits for something that should come much sooner."""


@dataclass
class Running:
    """A judge that serves at ``url``; commands run with ``env`` find its servers."""

    url: str
    pid: int
    home: Path
    env: dict[str, str]
    token: str | None = None
    _sockets: list["Socket"] = field(default_factory=list)

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"} if self.token else {}

    def request(self, method: str, path: str, **arguments: Any) -> requests.Response:
        """Any request, with the token if there is one; ``path`` may leave out /api/v1."""
        whole = path if path.startswith("/api/") or path in ROOT_PATHS else f"/api/v1{path}"
        headers = self.headers | arguments.pop("headers", {})
        return requests.request(method, self.url + whole, headers=headers, timeout=PATIENCE_S, **arguments)

    def get(self, path: str, **arguments: Any) -> Any:
        """The JSON of a GET that must succeed."""
        response = self.request("GET", path, **arguments)
        assert response.ok, response.text
        return response.json()

    def submit(self, problem: str, language: str, code: str, **more: Any) -> dict[str, Any]:
        """POST a submission that must be accepted for judging."""
        body = {"problem_id": problem, "language": language, "code": code, **more}
        response = self.request("POST", "/submissions", json=body)
        assert response.status_code == 202, response.text
        submission: dict[str, Any] = response.json()
        return submission

    def ended(self, submission_id: str, within_s: float = PATIENCE_S) -> dict[str, Any]:
        """The submission once it has ended."""
        until = time.monotonic() + within_s
        while True:
            submission: dict[str, Any] = self.get(f"/submissions/{submission_id}?wait=20")
            if submission["state"] in ("done", "failed", "cancelled"):
                return submission
            assert time.monotonic() < until, f"not ended within {within_s} s: {submission}"

    def socket(self, hello: Mapping[str, Any] | None = None) -> "Socket":
        """A WebSocket, greeted unless ``hello`` is None; closed at the end of the test."""
        socket = Socket(Client(f"ws{self.url.removeprefix('http')}/ws"))
        self._sockets.append(socket)
        if hello is not None:
            socket.send({"type": "hello", **hello})
            assert socket.receive()["type"] == "ready"
        return socket

    def wait_for_languages(self) -> None:
        """Until every language that it offers has been proven."""
        offered = self.env["JUDGE_LANGUAGES"].split(",")
        wanted = {language.id for language in toolchains.found() if language.id in offered}
        until = time.monotonic() + START_S
        while missing := wanted - {language["id"] for language in self.get("/languages")["items"]}:
            assert time.monotonic() < until, f"not proven: {missing}"
            time.sleep(0.1)

    def command(self, *arguments: str, **options: Any) -> "subprocess.CompletedProcess[str]":
        """Run ``judge …`` against this judge."""
        return subprocess.run(
            [*JUDGE, *arguments], env=self.env, capture_output=True, text=True, timeout=120, **options
        )

    def close_sockets(self) -> None:
        while self._sockets:
            self._sockets.pop().close()


ROOT_PATHS = ("/healthz", "/readyz", "/metrics", "/submit", "/openapi.json", "/docs", "/")


class Socket:
    """A WebSocket client that speaks JSON."""

    def __init__(self, client: Client) -> None:
        self.client = client

    def send(self, message: Any) -> None:
        self.client.send(message if isinstance(message, str | bytes) else json.dumps(message))

    def receive(self, timeout_s: float = PATIENCE_S) -> dict[str, Any]:
        """The next message, which must come."""
        text = self.client.receive(timeout=timeout_s)
        assert text is not None, f"nothing came within {timeout_s} s"
        message: dict[str, Any] = json.loads(text)
        return message

    def until(
        self, wanted: Callable[[dict[str, Any]], bool], timeout_s: float = PATIENCE_S
    ) -> list[dict[str, Any]]:
        """Every message up to and with the first that is wanted."""
        messages, end = [], time.monotonic() + timeout_s
        while not messages or not wanted(messages[-1]):
            messages.append(self.receive(end - time.monotonic()))
        return messages

    def close(self) -> None:
        if self.client.connected:
            self.client.close()


@contextmanager
def judge_up(home: Path, *options: str, env: Mapping[str, str] | None = None) -> Iterator[Running]:
    """`judge up` on a free port, from its start to its clean end."""
    ready = home / "ready"
    home.mkdir(parents=True, exist_ok=True)
    own = {
        key: value for key, value in os.environ.items() if key not in ("DATABASE_URL", "REDIS_URL", "PORT")
    }
    own |= {"JUDGE_HOME": str(home / "data"), **FEW_LANGUAGES, **(env or {})}
    with (home / "output").open("wb") as output:
        process = subprocess.Popen(
            [*JUDGE, "up", "--port", "0", "--ready-file", str(ready), *options],
            cwd=REPOSITORY,
            env=own,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    try:
        until = time.monotonic() + START_S
        while not ready.exists():
            told = (home / "output").read_text()
            assert process.poll() is None, f"judge up has ended:\n{told}"
            assert time.monotonic() < until, f"judge up did not get ready:\n{told}"
            time.sleep(0.05)  # a file cannot be waited for without a library of its own
        told = json.loads(ready.read_text())
        addresses = json.loads((home / "data" / "running.json").read_text())
        own |= {"DATABASE_URL": addresses["database_url"], "REDIS_URL": addresses["redis_url"]}
        yield Running(told["url"], told["pid"], home / "data", own)
    finally:
        process.send_signal(signal.SIGINT)
        assert process.wait(PATIENCE_S) == 0, (home / "output").read_text()


@contextmanager
def open_folder() -> Iterator[Path]:
    """A folder that the database's own user may pass through, as it may not through pytest's."""
    folder = Path(tempfile.mkdtemp(prefix="judge-test-"))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder)


@pytest.fixture(scope="session")
def running_judge() -> Iterator[Running]:
    """One judge without accounts, shared by the tests of a session."""
    with open_folder() as folder, judge_up(folder) as running:
        running.wait_for_languages()
        yield running


@pytest.fixture
def judge(running_judge: Running) -> Iterator[Running]:
    """The shared judge; sockets that a test opens are closed after it."""
    yield running_judge
    running_judge.close_sockets()


@pytest.fixture(scope="session")
def running_token_judge() -> Iterator[Running]:
    """One judge that wants tokens, with an admin's, shared by the tests of a session."""
    secret = {
        "JUDGE_AUTH": "token",
        "SECRET_KEY": "only for these tests",
        "WEB_CONCURRENCY": "2",
        **NO_LIMITS,
    }
    with open_folder() as folder, judge_up(folder, env=secret) as running:
        running.token = running.command("user", "add", "root", "--role", "admin", check=True).stdout.strip()
        yield running


@pytest.fixture
def token_judge(running_token_judge: Running) -> Iterator[Running]:
    """The shared judge with accounts."""
    yield running_token_judge
    running_token_judge.close_sockets()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Tests that share a judge, a browser or servers run in one process, or each would start its own.

    The others stay together by file, for the sake of what their modules share.
    """
    for item in items:
        used = set(getattr(item, "fixturenames", ()))
        if "browser" in used:
            group = "page"
        elif used & {"running_judge", "running_token_judge"}:
            group = "judge"
        elif "servers" in used:
            group = "servers"
        else:
            group = str(item.path)
        if not item.get_closest_marker("xdist_group"):
            item.add_marker(pytest.mark.xdist_group(group))
