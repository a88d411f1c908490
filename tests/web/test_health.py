"""A web process by itself, without the database that it needs."""

import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
import requests
from simple_websocket import Client, ConnectionClosed
from sqlalchemy import create_engine, text
from sqlalchemy.engine import make_url

from tests.conftest import JUDGE, PATIENCE_S, Running
from tests.web.programs import SUM
from tests.web.test_refusals import refused

GOOD = {"problem_id": "a-plus-b", "language": "python3", "code": SUM}


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
        return port


@contextmanager
def web(judge: Running, database_url: str) -> Iterator[str]:
    """`judge web` beside a judge, on another database; its URL once it answers."""
    port = free_port()
    env = judge.env | {"DATABASE_URL": database_url, "PORT": str(port), "WEB_CONCURRENCY": "1"}
    url = f"http://127.0.0.1:{port}"
    with subprocess.Popen([*JUDGE, "web"], env=env, stderr=subprocess.DEVNULL) as process:
        try:
            until = time.monotonic() + PATIENCE_S
            while True:
                try:
                    assert requests.get(f"{url}/healthz", timeout=20).json() == {"status": "ok"}
                    break
                except requests.ConnectionError:
                    assert time.monotonic() < until
                    time.sleep(0.05)
            yield url
        finally:
            process.send_signal(signal.SIGINT)  # at once, connections that are kept alive or not


@pytest.fixture
def empty_database(judge: Running) -> Iterator[str]:
    """A database beside the judge's own, without a table."""
    url = make_url(judge.env["DATABASE_URL"])
    engine = create_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text("CREATE DATABASE empty"))
        yield url.set(database="empty").render_as_string(hide_password=False)
        connection.execute(text("DROP DATABASE empty WITH (FORCE)"))
    engine.dispose()


def test_without_a_database(judge: Running) -> None:
    """It lives and is not ready; whatever needs the rows is 503 with Retry-After, and a hello 1013."""
    with web(judge, f"postgresql://nobody@127.0.0.1:{free_port()}/judge") as url:
        ready = refused(requests.get(f"{url}/readyz", timeout=20), 503)
        assert [reason.partition(":")[0] for reason in ready["reasons"]] == ["database"]
        assert ready["degraded"] == []
        for response in (
            requests.get(f"{url}/api/v1/problems", timeout=20),
            requests.post(f"{url}/api/v1/submissions", json=GOOD, timeout=20),
        ):
            refused(response, 503)
            assert int(response.headers["Retry-After"]) > 0
        client = Client(f"ws{url.removeprefix('http')}/ws")
        client.send('{"type": "hello", "user_id": "1"}')
        with pytest.raises(ConnectionClosed) as closed:
            client.receive(timeout=20)
        assert closed.value.reason == 1013


def test_before_the_migrations(judge: Running, empty_database: str) -> None:
    """Not ready, and it says what to run; ready once that has run."""
    with web(judge, empty_database) as url:
        ready = refused(requests.get(f"{url}/readyz", timeout=20), 503)
        assert [reason.partition(":")[0] for reason in ready["reasons"]] == ["migrations"]
        assert "judge migrate" in ready["detail"]
        refused(requests.get(f"{url}/api/v1/problems", timeout=20), 503)
        env = judge.env | {"DATABASE_URL": empty_database}
        subprocess.run([*JUDGE, "migrate"], env=env, check=True, capture_output=True, timeout=60)
        assert requests.get(f"{url}/readyz", timeout=20).json() == {"status": "ok", "degraded": []}
