"""A judge that the tests of the web process may break."""

import os
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.conftest import JUDGE, PATIENCE_S, REPOSITORY, Running, judge_up, open_folder
from tests.servers import NO_LIMITS, Servers, until

STREAMS = 3
BACKLOG = 30


@pytest.fixture(scope="session")
def running_frail_judge() -> Iterator[Running]:
    """One web process with room for few streams and few unread events."""
    small = {
        "WEB_CONCURRENCY": "1",
        "JUDGE_MAX_STREAMS": str(STREAMS),
        "JUDGE_SOCKET_BACKLOG": str(BACKLOG),
    }
    with open_folder() as folder, judge_up(folder, env=small) as running:
        yield running


@pytest.fixture
def frail_judge(running_frail_judge: Running) -> Iterator[Running]:
    """The judge of these tests alone; sockets that a test opens are closed after it."""
    yield running_frail_judge
    running_frail_judge.close_sockets()


@contextmanager
def web_alone(servers: Servers, *, by_port: bool = False, **environment: str) -> Iterator[Running]:
    """A web process with nothing beside it but the servers, so that no worker takes anything.

    by_port: it opens its socket itself, at a port that was free a moment ago.
    """
    with socket.create_server(("127.0.0.1", 0)) as listening, tempfile.TemporaryFile() as output:
        descriptor = listening.fileno()
        port = listening.getsockname()[1]
        env = {**os.environ, "WEB_CONCURRENCY": "1", "PORT": str(port), **environment}
        if by_port:
            listening.close()
        process = subprocess.Popen(
            [*JUDGE, "web", *([] if by_port else ["--bind", f"fd://{descriptor}"])],
            cwd=REPOSITORY,
            env=env,
            pass_fds=[] if by_port else [descriptor],
            stdout=output,
            stderr=subprocess.STDOUT,
        )
        running = Running(f"http://127.0.0.1:{port}", process.pid, Path(env["JUDGE_HOME"]), env)
        try:
            until(lambda: _answers(port))
            assert running.request("GET", "/healthz").ok
            yield running
        finally:
            running.close_sockets()
            process.terminate()
            process.wait(PATIENCE_S)
            output.seek(0)
            sys.stdout.write(output.read().decode())


def _answers(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port)).close()
    except ConnectionRefusedError:
        return False
    return True


MOST_REJUDGED = 4
SMALL_PACKAGES = {"JUDGE_MAX_PACKAGE_BYTES": str(8 * 2**20), "JUDGE_MAX_UNPACKED_BYTES": str(64 * 2**20)}


@pytest.fixture(scope="session")
def running_web(servers: Servers) -> Iterator[Running]:
    """Shared by the tests of a session, each of which finds the tables empty."""
    with web_alone(servers, **SMALL_PACKAGES, JUDGE_MAX_REJUDGED=str(MOST_REJUDGED)) as running:
        yield running


@pytest.fixture
def web(clean: Servers, running_web: Running) -> Iterator[Running]:
    """A web process, and empty tables; sockets that a test opens are closed after it."""
    yield running_web
    running_web.close_sockets()


@pytest.fixture(scope="session")
def running_token_web(servers: Servers) -> Iterator[Running]:
    """The same with accounts."""
    secret = {"JUDGE_AUTH": "token", "SECRET_KEY": "only for these tests", **NO_LIMITS}
    with web_alone(servers, **secret) as running:
        yield running


@pytest.fixture
def token_web(clean: Servers, running_token_web: Running) -> Running:
    """A web process with accounts, of which there are none yet."""
    return running_token_web
