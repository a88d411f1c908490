"""What the tests of this folder share: a problem of slow programs, and real workers."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.servers import Servers, new_language, new_problem
from tests.tasks.workers import Worker


@pytest.fixture
def start_worker(clean: Servers, tmp_path: Path) -> Iterator[Callable[..., Worker]]:
    """Start workers; what is still running at the end is ended."""
    started: list[Worker] = []

    def start(name: str = "one", **environment: str) -> Worker:
        started.append(Worker(name, tmp_path / f"{name}.log", **environment))
        return started[-1]

    yield start
    for worker in started:
        worker.end()


@pytest.fixture
def problem(clean: Servers, tmp_path: Path) -> str:
    """A problem of one test that leaves a program much time."""
    new_problem(tmp_path, tests=1, time_limit_s=60.0)
    new_language()
    return "echo"
