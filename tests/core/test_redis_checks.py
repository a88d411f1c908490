"""What is said of a Redis that is not set up for its use, with real servers that are."""

import logging
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import redis

from judge import redis_checks
from judge.config import settings
from judge.errors import ConfigError
from judge.redis_checks import Use, check_at_start, findings, uses
from tests.brokers.servers import answers, free_ports
from tests.conftest import JUDGE, REPOSITORY
from tests.servers import Servers, forget_settings, until

Start = Callable[..., str]


@pytest.fixture
def start_redis(tmp_path: Path) -> Iterator[Start]:
    """Start Redis with some settings; its URL."""
    started: list[subprocess.Popen[bytes]] = []

    def start(*options: str) -> str:
        [port] = free_ports(1)
        command = ["redis-server", *options, "--port", str(port), "--dir", str(tmp_path)]
        started.append(subprocess.Popen(command, stdout=subprocess.DEVNULL))
        until(lambda: answers(redis.Redis(port=port)))
        return f"redis://127.0.0.1:{port}/0"

    yield start
    for process in started:
        process.kill()
        process.wait()


@pytest.fixture
def environment(servers: Servers, monkeypatch: pytest.MonkeyPatch) -> Iterator[pytest.MonkeyPatch]:
    """An environment to be changed, and read again."""
    yield monkeypatch
    monkeypatch.undo()
    forget_settings()


def faults(url: str, *, keeps_queue: bool = True) -> dict[str, bool | None]:
    """What is not as it should be."""
    found = findings(Use("REDIS_URL", url, keeps_queue))
    return {one.name: one.ok for one in found if one.ok is not True}


def test_what_deploy_holds_is_right(start_redis: Start) -> None:
    """A server with deploy/redis.conf."""
    assert faults(start_redis(str(REPOSITORY / "deploy" / "redis.conf"))) == {}


def test_the_embedded_one_is_right(servers: Servers) -> None:
    """That of `judge up`."""
    assert faults(settings().redis_url) == {}


@pytest.mark.parametrize(
    ("options", "keeps_queue", "expected"),
    [
        (["--appendonly", "no"], True, {"persistence": None}),
        (["--appendonly", "no", "--save", ""], True, {"persistence": None}),
        (["--appendonly", "no", "--save", ""], False, {}),
        (["--appendonly", "yes", "--maxmemory-policy", "allkeys-lru"], True, {"eviction": None}),
        (["--appendonly", "yes", "--maxmemory", "64mb", "--maxmemory-policy", "allkeys-lru"], True,
         {"eviction": False}),
        (["--appendonly", "yes", "--maxmemory", "64mb", "--maxmemory-policy", "volatile-ttl"], True, {}),
        (["--appendonly", "yes", "--maxmemory", "64mb", "--maxmemory-policy", "noeviction"], True, {}),
        (["--maxmemory", "64mb", "--maxmemory-policy", "allkeys-lru"], False, {}),
        (["--maxmemory", "64mb", "--maxmemory-policy", "noeviction"], False, {"eviction": None}),
    ],
)  # fmt: skip
def test_what_is_weak(
    start_redis: Start, options: list[str], keeps_queue: bool, expected: dict[str, bool | None]
) -> None:
    """A queue wants to be kept and never evicted; caches want to be evicted, and need not be kept."""
    assert faults(start_redis(*options), keeps_queue=keeps_queue) == expected


def test_a_server_that_tells_no_save_points(start_redis: Start) -> None:
    """Hosted ones have no CONFIG; that is no failure."""
    url = start_redis("--appendonly", "yes", "--rename-command", "CONFIG", "")
    assert faults(url) == {}


def test_which_redis_is_used_for_what(environment: pytest.MonkeyPatch) -> None:
    """One for all, one for each, or none for the queue."""
    environment.setenv("REDIS_URL", "redis://cache")
    for broker, expected in (
        ("", [("REDIS_URL", True)]),
        ("redis://cache", [("REDIS_URL", True)]),
        ("rediss://queue", [("REDIS_URL", False), ("CELERY_BROKER_URL", True)]),
        ("amqp://queue", [("REDIS_URL", False)]),
    ):
        environment.setenv("CELERY_BROKER_URL", broker)
        forget_settings()
        assert [(use.variable, use.keeps_queue) for use in uses()] == expected


def test_a_start_warns(
    start_redis: Start, environment: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Of what could be better, with the mend; and of a server that is away."""
    environment.setenv("REDIS_URL", start_redis("--appendonly", "no"))
    environment.setenv("CELERY_BROKER_URL", "redis://127.0.0.1:1/0")
    forget_settings()
    with caplog.at_level(logging.WARNING):
        check_at_start()
    assert "CELERY_BROKER_URL: Redis does not answer" in caplog.text
    assert "persistence" not in caplog.text, "caches need not be kept"
    environment.delenv("CELERY_BROKER_URL")
    forget_settings()
    with caplog.at_level(logging.WARNING):
        check_at_start()
    assert "REDIS_URL: persistence: append-only file off" in caplog.text
    assert "set `appendonly yes`" in caplog.text


def test_a_server_that_is_too_old(environment: pytest.MonkeyPatch, start_redis: Start) -> None:
    """Neither web nor a worker starts with it."""
    environment.setattr(redis_checks, "LEAST_VERSION", (99, 0))
    with pytest.raises(ConfigError, match=r"Celery needs 99\.0 or newer"):
        check_at_start()
    script = (
        "import sys; from judge import redis_checks; redis_checks.LEAST_VERSION = (99, 0); "
        "from celery.bin.celery import main; "
        "sys.argv[1:] = ['-A', '{}', 'worker']; main()"
    )
    for app in ("judge.tasks", "judge.couriers"):
        done = subprocess.run(
            [sys.executable, "-c", script.format(app)], capture_output=True, text=True, timeout=60
        )
        assert done.returncode != 0
        assert "Celery needs 99.0 or newer" in done.stdout + done.stderr


def test_doctor_names_the_mend(environment: pytest.MonkeyPatch, start_redis: Start) -> None:
    """A line for each."""
    environment.setenv("REDIS_URL", start_redis("--maxmemory", "64mb", "--maxmemory-policy", "allkeys-lru"))
    environment.setenv("JUDGE_LANGUAGES", "c")
    done = subprocess.run([*JUDGE, "doctor"], capture_output=True, text=True, timeout=120)
    assert done.returncode == 1
    assert "FAIL  redis: eviction: maxmemory-policy allkeys-lru" in done.stdout
    assert "mend: set `maxmemory-policy volatile-lru`" in done.stdout
    assert "weak  redis: persistence: append-only file off" in done.stdout
