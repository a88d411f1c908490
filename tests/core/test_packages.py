"""Packages in the database, by version."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from judge import packages, problems, submissions
from tests.servers import Servers, new_language, submit

SECRET = Path("data/secret")


@pytest.fixture
def package(tmp_path: Path) -> Path:
    """A package without fault, to be spoilt."""
    return Path(shutil.copytree(Path(__file__).parents[2] / "problems" / "a-plus-b", tmp_path / "a-plus-b"))


def written(file: str | Path, content: str | bytes) -> Callable[[Path], object]:
    """A spoiler that writes a file."""
    data = content.encode() if isinstance(content, str) else content
    return lambda folder: (folder / file).write_bytes(data)


def test_a_second_import_changes_nothing(clean: Servers, package: Path) -> None:
    """Equal bytes are no new version."""
    read = packages.read(package)
    assert problems.add(read) is True
    first = problems.get("a-plus-b")
    assert problems.add(packages.read(package)) is False
    assert problems.get("a-plus-b") == first
    assert [problem.id for problem in problems.page(limit=10)] == ["a-plus-b"]


def test_a_submission_keeps_the_version_it_was_made_for(clean: Servers, package: Path) -> None:
    """A changed test makes a new version; who submitted before is judged by the old one."""
    new_language()
    problems.add(packages.read(package))
    old, _ = submit(problem_id="a-plus-b")
    old_answer = problems.get("a-plus-b").manifest.tests[-1].answer
    written(SECRET / "10-cancel.ans", "42\n")(package)
    assert problems.add(packages.read(package)) is True
    new, _ = submit(problem_id="a-plus-b")
    claims = [submissions.claim(made.id, "worker") for made in (old, new)]
    answers = [claim.manifest.tests[-1].answer for claim in claims if claim]
    assert answers[0] == old_answer != answers[1]
    assert problems.get("a-plus-b").manifest.tests[-1].answer == answers[1]


def test_a_better_statement_replaces_the_other(clean: Servers, package: Path) -> None:
    """Words are shown, tests judge: where no files are kept, the version stays."""
    problems.add(packages.read(package))
    before = problems.get("a-plus-b")
    written("statement/problem.en.md", "# Mended\n")(package)
    assert problems.add(packages.read(package)) is True
    after = problems.get("a-plus-b")
    assert (after.package_id, after.pages.statement().html) == (before.package_id, "<h1>Mended</h1>\n")
