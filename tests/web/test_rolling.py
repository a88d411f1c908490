"""A rolling restart under load: no request fails, nothing accepted is lost, sockets are told to come back."""

import os
import random
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import requests
from simple_websocket import Client, ConnectionClosed, ConnectionError
from sqlalchemy import text

from judge import db
from tests.conftest import PATIENCE_S, Running
from tests.servers import Servers, new_language, new_problem, until
from tests.tasks.workers import children, is_alive
from tests.web.conftest import web_alone

RESTARTS = 2
BODY = {"problem_id": "echo", "language": "python3", "code": "print(input())"}


class Load:
    """Clients that post and read until they are told to stop; the ids that were accepted, and what failed."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._stopped = threading.Event()
        self.accepted: list[str] = []
        self.failures: list[str] = []
        self.closings: list[int] = []
        self.greeted = 0
        clients = [self._keep_alive, self._keep_alive, self._afresh, self._afresh, self._seldom, self._watch]
        self._threads = [threading.Thread(target=client) for client in clients]
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """No more; returns when the last answer is there."""
        self._stopped.set()
        for thread in self._threads:
            thread.join(PATIENCE_S)

    @contextmanager
    def told(self) -> Iterator[None]:
        """Within the block a restart is begun; at its end all is served as before, the socket too."""
        answered, closed, greeted = len(self.accepted), len(self.closings), self.greeted
        yield
        until(lambda: len(self.accepted) > answered + 20)
        until(lambda: len(self.closings) > closed and self.greeted > greeted)

    def _keep_alive(self) -> None:
        with requests.Session() as session:
            while not self._stopped.wait(random.uniform(0, 0.02)):
                self._ask(session)

    def _afresh(self) -> None:
        while not self._stopped.is_set():
            with requests.Session() as session:
                self._ask(session)

    def _seldom(self) -> None:
        with requests.Session() as session:
            while not self._stopped.wait(random.uniform(0.4, 0.8)):
                self._ask(session)

    def _ask(self, session: requests.Session) -> None:
        try:
            answer = session.post(f"{self._url}/api/v1/submissions", json=BODY, timeout=PATIENCE_S)
            assert answer.status_code == 202, answer.text
            self.accepted.append(answer.json()["id"])
            path = answer.headers["Location"]
            assert session.get(self._url + path, timeout=PATIENCE_S).ok
        except Exception as error:  # noqa: BLE001  # whatever it is, the test tells of it
            self.failures.append(repr(error))

    def _watch(self) -> None:
        while not self._stopped.is_set():
            greeted = self.greeted
            try:
                client = Client(f"ws{self._url.removeprefix('http')}/ws")
                client.send('{"type": "hello", "user_id": "somebody else"}')
                client.receive(timeout=PATIENCE_S)
                self.greeted += 1
                while not self._stopped.is_set():
                    client.receive(timeout=0.1)
                client.close()
            except ConnectionClosed as closed:
                # One that is closed as soon as it is open reads no reason: the client cannot.
                self.closings += [int(closed.reason)] if self.greeted > greeted else []
                self._stopped.wait(0.1)
            except ConnectionError:
                self._stopped.wait(0.1)  # refused, 503, by a process that is about to end


@contextmanager
def load(url: str) -> Iterator[Load]:
    """Clients, for as long as the block lasts; at its end everything is looked at."""
    clients = Load(url)
    try:
        until(lambda: len(clients.accepted) > 20)
        yield clients
    finally:
        clients.stop()
    assert clients.failures == []
    with db.transaction() as session:
        query = text("SELECT count(*) FROM submissions WHERE id = ANY(:ids)")
        assert session.execute(query, {"ids": clients.accepted}).scalar_one() == len(clients.accepted)
    assert set(clients.closings) == {1012}


@pytest.fixture
def web(clean: Servers, tmp_path: Path) -> Iterator[Running]:
    """Two web processes, and something to submit to them."""
    new_problem(tmp_path, tests=1)
    new_language()
    with web_alone(clean, by_port=True, WEB_CONCURRENCY="2") as running:
        yield running


def workers_of(master: int) -> set[int]:
    return {pid for pid in children(master) if is_alive(pid)}


def test_new_settings(web: Running) -> None:
    """SIGHUP: each process is replaced by one that has read them anew."""
    with load(web.url) as clients:
        for _ in range(RESTARTS):
            with clients.told():
                _renew(web.pid)


def test_new_code(web: Running) -> None:
    """SIGUSR2 starts new code on the same socket; SIGTERM ends the old once the new one serves."""
    new = None
    try:
        with load(web.url) as clients:
            with clients.told():
                new = _successor(web.pid)
                os.kill(web.pid, signal.SIGTERM)
                until(lambda: not is_alive(web.pid))
            with clients.told():
                _renew(new)
    finally:
        if new is not None:
            os.kill(new, signal.SIGTERM)
            until(lambda: not is_alive(new))


def _renew(master: int) -> None:
    before = workers_of(master)
    os.kill(master, signal.SIGHUP)
    until(lambda: len(now := workers_of(master)) == 2 and not now & before)


def _successor(master: int) -> int:
    before = workers_of(master)
    os.kill(master, signal.SIGUSR2)
    until(lambda: workers_of(master) - before)
    [new] = workers_of(master) - before
    until(lambda: len(workers_of(new)) == 2)
    return new
