"""What the tests of this folder share: how Hypothesis looks for examples, what must be there, a folder."""

from collections.abc import Iterator
from pathlib import Path

import hypothesis
import pytest

from judge.config import settings

_LINES = (Path(__file__).parent.parent / "debian-packages.txt").read_text().splitlines()
INSTALLED_FOR_TESTS = {line.partition("#")[0].strip() for line in _LINES} - {""}
"""The Debian packages that `make test` installs: languages that need no others must be found by CI."""

# A busy machine is no failure, and nothing is written beside the source.
hypothesis.settings.register_profile("judging", deadline=None, database=None)
hypothesis.settings.load_profile("judging")


@pytest.fixture(autouse=True)
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """One for each test, so that nothing is found that another one has compiled."""
    home = tmp_path_factory.mktemp("home")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("JUDGE_HOME", str(home))
        patch.delenv("JUDGE_HEADER_BYTES", raising=False)
        settings.cache_clear()
        yield home
    settings.cache_clear()
