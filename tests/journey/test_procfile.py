"""The Procfile against servers from Debian's packages, and processes that share two URLs and nothing else."""

import os
import pwd
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

import psycopg2
import pytest
import redis
import requests

from tests.conftest import JUDGE, PATIENCE_S, REPOSITORY, Running, open_folder
from tests.servers import FEW_LANGUAGES

SUM = "print(sum(map(int, input().split())))"


@contextmanager
def program(command: Sequence[str], log: Path, **options: object) -> Iterator["subprocess.Popen[bytes]"]:
    """A program that runs for the length of the block and is then told to end."""
    with log.open("wb") as output:
        process = subprocess.Popen(command, stdout=output, stderr=subprocess.STDOUT, **options)  # type: ignore[call-overload]
        try:
            yield process
        finally:
            process.terminate()
            process.wait(PATIENCE_S)


def until(succeeds: Callable[[], object], error: type[Exception] | tuple[type[Exception], ...]) -> None:
    """Try until it does not raise."""
    deadline = time.monotonic() + PATIENCE_S
    while True:
        try:
            succeeds()
            return
        except error:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.1)


def free_port() -> int:
    """A port that nobody listens on, and 300 above it neither, where honcho puts Flower."""
    while True:
        with socket.socket() as one, socket.socket() as other:
            one.bind(("127.0.0.1", 0))
            port: int = one.getsockname()[1]
            try:
                other.bind(("127.0.0.1", port + 300))
            except (OSError, OverflowError):
                continue
            return port


@pytest.fixture(scope="module")
def debian_urls() -> Iterator[dict[str, str]]:
    """DATABASE_URL as Heroku spells it and REDIS_URL with a password, of Debian's servers."""
    [initdb] = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))[-1:]
    owner = pwd.getpwnam("postgres") if os.geteuid() == 0 else pwd.getpwuid(os.geteuid())
    database_port, redis_port = free_port(), free_port()
    with open_folder() as folder, ExitStack() as stack:
        data = folder / "postgres"
        data.mkdir(0o700)
        as_owner = {}
        if os.geteuid() == 0:
            os.chown(data, owner.pw_uid, owner.pw_gid)
            as_owner = {"user": owner.pw_uid, "group": owner.pw_gid, "extra_groups": ()}
        subprocess.run(
            [initdb, "-D", data, "-U", "judge", "-A", "trust"],
            check=True, cwd=folder, capture_output=True, **as_owner,
        )  # fmt: skip
        postgres = [
            str(initdb.with_name("postgres")),
            "-D",
            str(data),
            "-p",
            str(database_port),
            "-k",
            str(data),
        ]
        stack.enter_context(program(postgres, folder / "postgres.log", cwd=folder, **as_owner))
        server = ["redis-server", "--port", str(redis_port), "--requirepass", "open", "--dir", str(folder)]
        stack.enter_context(program([*server, "--appendonly", "yes"], folder / "redis.log"))
        client = redis.Redis(port=redis_port, password="open")
        until(client.ping, redis.RedisError)
        dsn = f"host=127.0.0.1 port={database_port} user=judge dbname=postgres"
        until(lambda: psycopg2.connect(dsn).close(), psycopg2.OperationalError)
        yield {
            "DATABASE_URL": f"postgres://judge@127.0.0.1:{database_port}/postgres",
            "REDIS_URL": f"redis://:open@127.0.0.1:{redis_port}/0",
        }


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder for logs and homes."""
    with open_folder() as path:
        yield path


def environment(urls: dict[str, str], home: Path, **more: str) -> dict[str, str]:
    path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    return {
        **os.environ,
        **FEW_LANGUAGES,
        **urls,
        "PATH": path,
        "JUDGE_HOME": str(home),
        "WEB_CONCURRENCY": "2",
        **more,
    }


def prepare(env: dict[str, str]) -> None:
    """What the release process and an author do once."""
    for arguments in (["migrate"], ["problem", "add", "problems/a-plus-b"]):
        subprocess.run([*JUDGE, *arguments], env=env, cwd=REPOSITORY, check=True, capture_output=True)


def judged(running: Running) -> None:
    """One submission goes all the way, and its socket hears of it."""
    until(lambda: requests.get(f"{running.url}/readyz").raise_for_status(), requests.RequestException)
    until(lambda: knows_python(running), AssertionError)
    watcher = running.socket({"user_id": "1"})
    submission = running.submit("a-plus-b", "python3", SUM, user_id="1")
    events = watcher.until(lambda event: event["type"] == "submission.done")
    assert [event["seq"] for event in events] == list(range(1, len(events) + 1))
    assert running.ended(submission["id"])["verdict"] == "accepted"
    running.close_sockets()


def knows_python(running: Running) -> None:
    assert "python3" in [language["id"] for language in running.get("/languages")["items"]]
    assert running.get("/queue")["workers"]


def test_procfile(debian_urls: dict[str, str], folder: Path) -> None:
    """All processes start under honcho; Flower asks for its password and shows worker, queue and tasks."""
    port = free_port()
    env = environment(debian_urls, folder / "home", FLOWER_BASIC_AUTH="ops:secret")
    prepare(env)
    processes = ["web", "worker", "beat", "flower", "courier"]
    honcho = [sys.executable, "-m", "honcho", "start", "-p", str(port), *processes]
    with program(honcho, folder / "honcho.log", env=env, cwd=REPOSITORY) as process:
        judged(Running(f"http://127.0.0.1:{port}", process.pid, folder, env))
        flower = f"http://127.0.0.1:{port + 300}"
        until(lambda: requests.get(flower), requests.RequestException)
        assert requests.get(f"{flower}/api/tasks").status_code == 401

        def shown() -> None:
            # Flower sees what happens from when it has asked for it.
            judged(Running(f"http://127.0.0.1:{port}", process.pid, folder, env))
            tasks = requests.get(f"{flower}/api/tasks", auth=("ops", "secret"))
            names = {task["name"] for task in tasks.json().values()}
            assert "judge.judge" in names
            workers = requests.get(f"{flower}/api/workers?refresh=1", auth=("ops", "secret")).json()
            queues = {queue["name"] for worker in workers.values() for queue in worker["active_queues"]}
            assert {"upkeep", "judge.python3", "webhooks"} <= queues

        until(shown, (AssertionError, ValueError, KeyError))


def test_web_and_worker_share_two_urls(debian_urls: dict[str, str], folder: Path) -> None:
    """With homes of their own, as on two machines, test data still reaches the worker."""
    web_env = environment(debian_urls, folder / "web-home", PORT=str(free_port()))
    worker_env = environment(debian_urls, folder / "worker-home")
    prepare(web_env)
    with ExitStack() as stack:
        for name, env in (("web", web_env), ("worker", worker_env), ("beat", worker_env)):
            stack.enter_context(program([*JUDGE, name], folder / f"{name}.log", env=env, cwd=REPOSITORY))
        judged(Running(f"http://127.0.0.1:{web_env['PORT']}", 0, folder, web_env))
    assert list((folder / "worker-home" / "blobs").glob("??/*"))
    assert not (folder / "web-home" / "blobs").exists()


def test_flower_needs_a_password_beyond_loopback(debian_urls: dict[str, str], folder: Path) -> None:
    """Without one it refuses to start there, and says what to set."""
    refused = subprocess.run(
        [sys.executable, "-m", "celery", "-A", "judge.tasks", "flower", "--address=0.0.0.0"],
        env=environment(debian_urls, folder), cwd=REPOSITORY, capture_output=True, text=True, timeout=60,
    )  # fmt: skip
    assert refused.returncode != 0
    assert "FLOWER_BASIC_AUTH" in refused.stderr


def test_web_refuses_strangers_without_tokens(debian_urls: dict[str, str], folder: Path) -> None:
    """Beyond loopback JUDGE_AUTH=none does not start, and says what to set."""
    refused = subprocess.run(
        [*JUDGE, "web"], env=environment(debian_urls, folder, JUDGE_BIND="0.0.0.0"),
        cwd=REPOSITORY, capture_output=True, text=True, timeout=60,
    )  # fmt: skip
    assert refused.returncode != 0
    assert "JUDGE_AUTH=token" in refused.stderr
