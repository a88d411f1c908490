"""Receivers on the loopback, couriers that may reach it, and webhooks."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from judge import webhooks
from judge.webhooks import Webhook
from tests.servers import PATIENCE_S, Servers, new_language, new_problem, until
from tests.webhooks.receiver import Receiver

COURIER = [sys.executable, "-m", "celery", "-A", "judge.couriers", "worker", "-n", "courier@%h"]
QUICK = {"JUDGE_WEBHOOK_ALLOW": "127.0.0.0/8", "JUDGE_WEBHOOK_RETRY_S": "0.1,0.1,0.1,0.1"}
"""So that no test waits for a retry."""


class Courier:
    """A courier process."""

    def __init__(self, log: Path, **environment: str) -> None:
        self._log = log
        with log.open("wb") as output:
            self.process = subprocess.Popen(
                COURIER, env={**os.environ, **QUICK, **environment}, stdout=output, stderr=subprocess.STDOUT
            )

    def until(self, check: Callable[[], object], within_s: float = 2 * PATIENCE_S) -> None:
        """Wait for something that this courier does."""

        def look() -> object:
            assert self.process.poll() is None, "it has ended"
            return check()

        try:
            until(look, within_s)
        except AssertionError as error:
            raise AssertionError(f"{error}:\n{self.log()}") from None

    def log(self) -> str:
        """What it has said so far."""
        return self._log.read_text()

    def kill(self) -> None:
        """End it as if the machine had lost its power."""
        self.process.kill()
        self.process.wait()

    def end(self) -> int:
        """Drain it; its exit code."""
        self.process.terminate()
        return self.process.wait(2 * PATIENCE_S)


@pytest.fixture
def start_courier(clean: Servers, tmp_path: Path) -> Iterator[Callable[..., Courier]]:
    """Start couriers; what is still running at the end is ended."""
    started: list[Courier] = []

    def start(**environment: str) -> Courier:
        started.append(Courier(tmp_path / f"courier-{len(started)}.log", **environment))
        return started[-1]

    yield start
    for courier in started:
        if courier.process.poll() is None:
            courier.kill()


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    """One that takes everything, until a test tells it otherwise."""
    with Receiver() as receiver:
        yield receiver


@pytest.fixture
def problem(clean: Servers, tmp_path: Path) -> str:
    """A problem to submit to."""
    new_problem(tmp_path)
    new_language()
    return "echo"


def webhook(url: str, user_id: str = "1", **values: Any) -> tuple[Webhook, str]:
    """A webhook as the web process makes it, and its secret."""
    fields = {"host": "127.0.0.1", "scope": "own", "events": None, "problem_id": None, "description": None}
    return webhooks.create(user_id=user_id, **{"has_account": False, **fields, "url": url, **values})
