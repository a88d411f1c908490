"""A judge that the tests of the command line may change."""

from collections.abc import Iterator

import pytest

from tests.conftest import Running, judge_up, open_folder


@pytest.fixture(scope="session")
def own_judge() -> Iterator[Running]:
    """Problems may be added to it, and its web process stopped."""
    with open_folder() as folder, judge_up(folder, env={"WEB_CONCURRENCY": "1"}) as running:
        yield running
