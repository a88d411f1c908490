"""The queue over real Redis: one list a language, and a broker that forgets, or is away."""

import json
import socket
import time
from collections.abc import Iterator

import pytest
from kombu import Connection
from kombu.exceptions import OperationalError

from judge import events, queue
from judge.config import settings
from judge.errors import ConfigError, QueueUnavailable
from judge.queue import broker_url, depth, send
from tests.servers import Servers, forget_settings


def waiting(language: str) -> list[dict[str, object]]:
    """The messages on a language's list, the next one first."""
    return [
        json.loads(message) for message in reversed(events.connection().lrange(f"judge.{language}", 0, -1))
    ]


def test_a_message_is_one_id_with_limits(clean: Servers) -> None:
    """What waits on the list of its language is the id alone; its limits follow from the judging."""
    send("first", "cpp", 30.0)
    send("second", "cpp", 30.0)
    first, second = waiting("cpp")
    assert [first["headers"]["argsrepr"], second["headers"]["argsrepr"]] == ["['first']", "['second']"]
    assert first["headers"]["task"] == "judge.judge"
    assert first["headers"]["timelimit"] == [50.0, 40.0]
    assert (depth("cpp"), depth("python3")) == (2, 0)
    assert not any(key.startswith("_kombu.binding") for key in events.connection().scan_iter())


def test_a_broker_that_has_forgotten_everything_takes_messages(clean: Servers) -> None:
    """After FLUSHALL nothing is there to be routed by, and nothing is needed."""
    for round_ in range(3):
        send(f"id {round_}", "c", 1.0)
        assert depth("c") == 1
        events.connection().flushall()
        assert depth("c") == 0


def test_a_broker_that_is_gone_is_told_within_seconds(clean: Servers) -> None:
    """A refused connection is QueueUnavailable soon; once Redis is back, so is the queue."""
    send("before", "c", 1.0)
    clean.stop_redis()
    try:
        for ask in (lambda: send("lost", "c", 1.0), lambda: depth("c")):
            began = time.monotonic()
            with pytest.raises(QueueUnavailable):
                ask()
            assert time.monotonic() - began < 5
    finally:
        clean.start_redis()
    send("after", "c", 1.0)
    assert [message["headers"]["argsrepr"] for message in waiting("c")][-1] == "['after']"


def test_a_broker_that_is_full_is_told(clean: Servers) -> None:
    """A Redis without memory refuses writes; the row stays, and the sweeper sends it later."""
    events.connection().config_set("maxmemory", 1)
    try:
        with pytest.raises(QueueUnavailable):
            send("id", "c", 1.0)
    finally:
        events.connection().config_set("maxmemory", 0)


def test_a_judging_cannot_be_delivered_twice_while_it_lasts(clean: Servers) -> None:
    """The visibility timeout lies a minute above the hard limit of the longest judging."""
    longest = settings().max_judging_s + 2 * queue.HARD_AFTER_S
    assert queue.app.conf.broker_transport_options["visibility_timeout"] >= longest + 50
    assert queue.app.conf.task_acks_late
    assert queue.app.conf.task_reject_on_worker_lost


@pytest.fixture
def own_environment(servers: Servers, monkeypatch: pytest.MonkeyPatch) -> Iterator[pytest.MonkeyPatch]:
    """An environment to be changed, and read again."""
    yield monkeypatch
    monkeypatch.undo()
    forget_settings()


@pytest.mark.parametrize(
    ("given", "read"),
    [
        ("redis://:p@host:6380/2", "redis://:p@host:6380/2"),
        ("unix:///run/redis.sock", "redis+socket:///run/redis.sock"),
        ("unix:///run/redis.sock?db=3", "redis+socket:///run/redis.sock?virtual_host=3"),
        ("unix://me:p%40ss@/run/redis.sock?db=3", "redis+socket://me:p%40ss@/run/redis.sock?virtual_host=3"),
        (
            "unix:///run/redis.sock?db=3&password=p%40ss",
            "redis+socket://:p%40ss@/run/redis.sock?virtual_host=3",
        ),
        ("rediss://host:6380/0", "rediss://host:6380/0?ssl_cert_reqs=required"),
        ("rediss://host/0?ssl_ca_certs=/ca", "rediss://host/0?ssl_ca_certs=/ca&ssl_cert_reqs=required"),
        ("rediss://host/0?ssl_cert_reqs=none", "rediss://host/0?ssl_cert_reqs=none"),
        ("amqp://guest@host//", "amqp://guest@host//"),
        ("amqps://me:p@host/judge?ssl_ca_certs=/ca", "amqps://me:p@host/judge"),
        ("amqps://one/;amqps://two/", "amqps://one/;amqps://two/"),
        ("sentinel://one:26379;sentinel://two:26379", "sentinel://one:26379;sentinel://two:26379"),
    ],
)
def test_urls_are_spelled_as_celery_reads_them(
    own_environment: pytest.MonkeyPatch, given: str, read: str
) -> None:
    """Celery's own spelling of sockets, and certificates that are looked at unless somebody says no."""
    own_environment.setenv("CELERY_BROKER_URL", given)
    own_environment.setenv("JUDGE_BROKER_OPTIONS", '{"master_name": "judge"}')
    forget_settings()
    assert broker_url() == read


def test_the_broker_is_redis_unless_named(own_environment: pytest.MonkeyPatch) -> None:
    """CELERY_BROKER_URL stands above REDIS_URL; with neither there is no guessing."""
    own_environment.setenv("REDIS_URL", "redis://cache")
    forget_settings()
    assert broker_url() == "redis://cache"
    own_environment.setenv("REDIS_URL", "")
    forget_settings()
    with pytest.raises(ConfigError, match="REDIS_URL"):
        broker_url()


def test_leases_must_be_renewed_before_they_run_out(own_environment: pytest.MonkeyPatch) -> None:
    """Settings under which every attempt would be lost are refused at start."""
    own_environment.setenv("JUDGE_LEASE_S", "5")
    forget_settings()
    with pytest.raises(ConfigError, match="JUDGE_LEASE_RENEW_S"):
        settings()


def test_a_broker_that_was_long_away_is_found_soon() -> None:
    """However often it was looked for, it is looked for again after two seconds."""
    waits_s: list[float] = []
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    with Connection(f"redis://127.0.0.1:{port}/0") as connection, pytest.raises(OperationalError):
        connection.ensure_connection(lambda error, wait_s: waits_s.append(wait_s), 4, 1.5, 1)
    assert waits_s == [1.5, 2, 2, 2]
