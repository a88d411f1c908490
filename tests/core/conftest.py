"""What the tests of this folder share: a problem and a language."""

from pathlib import Path

import pytest

from tests.servers import Servers, new_language, new_problem


@pytest.fixture
def problem(clean: Servers, tmp_path: Path) -> str:
    """A problem to submit to, in a database with nothing else."""
    new_problem(tmp_path)
    new_language()
    return "echo"
