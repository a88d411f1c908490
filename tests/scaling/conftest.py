"""What the tests of this folder share: an autoscaler process, and how its workers are seen from outside."""

import os
import signal
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from judge import workers
from judge.workers import Worker
from tests.conftest import JUDGE
from tests.servers import FEW_LANGUAGES, PATIENCE_S, Servers, new_language, new_problem, until
from tests.tasks.workers import children, command, is_alive

QUICK = {
    "JUDGE_SLOTS": "2",
    "JUDGE_LANGUAGES": "python3",
    "JUDGE_AUTOSCALE_EVERY_S": "0.2",
    "JUDGE_AUTOSCALE_HOLD_S": "2",
    "JUDGE_AUTOSCALE_STEP_S": "0.5",
}
"""Times that a test can wait for. Two slots, so that one that is taken does not ask for a second worker."""


class Autoscaler:
    """`judge autoscale`, and everything that it and its workers have logged."""

    def __init__(self, log: Path, *options: str, **environment: str) -> None:
        self._log = log
        with log.open("ab") as output:
            self.process = subprocess.Popen(
                [*JUDGE, "autoscale", *options],
                env={**os.environ, **FEW_LANGUAGES, **QUICK, **environment},
                stdout=output,
                stderr=subprocess.STDOUT,
            )

    @property
    def log(self) -> str:
        return self._log.read_text()

    @property
    def workers(self) -> list[int]:
        """Its worker processes, those that drain among them."""
        return [pid for pid in children(self.process.pid) if b"judge.tasks" in command(pid)]

    def until(self, check: Callable[[], object], within_s: float = PATIENCE_S) -> None:
        """Wait for something that it or its workers do."""
        try:
            until(check, within_s)
        except AssertionError as error:
            raise AssertionError(f"{error}:\n{self.log}") from None

    def until_ready(self, number: int) -> list[Worker]:
        """So many of its workers can judge; which."""
        self.until(lambda: len(present()) == number and len(self.workers) == number)
        return present()

    def end(self) -> None:
        """Drain it, or where that takes long, hurry."""
        for number in (signal.SIGTERM, signal.SIGTERM, signal.SIGKILL):
            if self.process.poll() is None:
                self.process.send_signal(number)
                try:
                    self.process.wait(5)
                except subprocess.TimeoutExpired:
                    continue


def present() -> list[Worker]:
    """The workers of autoscalers that are there."""
    return [worker for worker in workers.present() if worker.name.startswith("auto-")]


@pytest.fixture
def autoscale(clean: Servers, tmp_path: Path) -> Iterator[Callable[..., Autoscaler]]:
    """Start autoscalers; what is still running at the end is ended, their workers too."""
    new_problem(tmp_path, tests=1, time_limit_s=60.0)
    new_language()
    started: list[Autoscaler] = []

    def start(*options: str, **environment: str) -> Autoscaler:
        started.append(Autoscaler(tmp_path / "autoscale.log", *options, **environment))
        return started[-1]

    yield start
    left = [pid for one in started for pid in one.workers]
    for one in started:
        one.end()
    until(lambda: not any(map(is_alive, left)))
