"""Each broker once a session, and this process's queue in it while a test runs."""

import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, suppress
from pathlib import Path

import pytest
from kombu import pools

from judge import queue
from judge.queue import COURIERS, UPKEEP, VERIFYING, language_queue
from tests.brokers.servers import RABBITMQ, Broker, RabbitMQ, SecureRedis, Sqs, WatchedRedis
from tests.servers import Servers, forget_settings
from tests.tasks.conftest import problem as problem  # the same problem, and the same workers
from tests.tasks.conftest import start_worker as start_worker


def _started(kind: type[Broker]) -> Iterator[Broker]:
    folder = Path(tempfile.mkdtemp(prefix=f"judge-{kind.__name__.lower()}-", dir="/tmp"))
    broker = kind(folder)
    try:
        yield broker
    finally:
        broker.kill()
        if isinstance(broker, RabbitMQ):
            broker.close()
        shutil.rmtree(folder)


@pytest.fixture(scope="session")
def rediss() -> Iterator[Broker]:
    yield from _started(SecureRedis)


@pytest.fixture(scope="session")
def sentinel() -> Iterator[Broker]:
    yield from _started(WatchedRedis)


@pytest.fixture(scope="session")
def rabbitmq() -> Iterator[Broker]:
    if not RABBITMQ.exists() and os.environ.get("CI") != "true":
        pytest.skip("Debian's rabbitmq-server is not installed")
    yield from _started(RabbitMQ)


@pytest.fixture(scope="session")
def sqs() -> Iterator[Broker]:
    yield from _started(Sqs)


ALL = ("rediss", "sentinel", "rabbitmq", "sqs")


@pytest.fixture(params=[pytest.param(name, marks=pytest.mark.xdist_group(name)) for name in ALL])
def broker(request: pytest.FixtureRequest, clean: Servers) -> Iterator[Broker]:
    """One broker after the other, with nothing in it that a worker would take."""
    found: Broker = request.getfixturevalue(request.param)
    with queue_in(found):
        empty()
        yield found


def queue_in(broker: Broker) -> AbstractContextManager[None]:
    """While the block runs, this process and those that it starts use a broker."""
    return queue_at(broker.environment)


@contextmanager
def queue_at(environment: Mapping[str, str]) -> Iterator[None]:
    """The same, as an environment names it."""
    with pytest.MonkeyPatch.context() as patch:
        for name, value in environment.items():
            patch.setenv(name, value)
        _configure()
        yield
    _configure()


def _configure() -> None:
    forget_settings()
    queue.configure(queue.app)
    # Celery keeps connections by the settings that they were made with; this is how it forgets them.
    pools.reset()
    queue.app._after_fork()


def empty() -> None:
    """Take every message from the queues that tests use."""
    for one in (UPKEEP, VERIFYING, COURIERS, language_queue("python3")):
        if queue.depth_of(one):
            with queue.app.connection_for_write() as connection, suppress(*connection.channel_errors):
                connection.default_channel.queue_purge(one.name)
