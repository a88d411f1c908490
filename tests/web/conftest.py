"""A judge that the tests of the web process may break."""

from collections.abc import Iterator

import pytest

from tests.conftest import Running, judge_up, open_folder

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
