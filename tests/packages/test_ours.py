"""Our own packages are read without a fault and without a warning."""

from pathlib import Path

import pytest

from judge import packages
from judge.verdict import Verdict

OURS = sorted(path.parent for path in (Path(__file__).parents[2] / "problems").glob("*/problem.yaml"))


@pytest.mark.parametrize("folder", OURS, ids=lambda folder: folder.name)
def test_our_packages_are_without_fault(folder: Path) -> None:
    """Each is read, has samples and secret tests in that order, and data for each of them."""
    read = packages.read(folder)
    manifest = read.manifest
    assert read.warnings == ()
    assert read.id == folder.name
    groups = [test.name.partition("/")[0] for test in manifest.tests]
    assert groups == sorted(groups)
    assert {"sample", "secret"} == set(groups)
    assert [test.index for test in manifest.tests] == list(range(1, len(groups) + 1))
    assert manifest.digests() <= set(read.data)
    assert all(sample.interaction or (sample.input and sample.answer) for sample in manifest.samples)
    assert type(manifest).from_json(manifest.as_json()) == manifest


@pytest.mark.parametrize("folder", OURS, ids=lambda folder: folder.name)
def test_the_folder_of_a_submission_says_its_verdict(folder: Path) -> None:
    """Those of the format's folders, and ours, which are named for one verdict."""
    words = {"run_time_error": "runtime_error"}
    for example in packages.read(folder).examples:
        told = example.name.partition("/")[0]
        assert example.language
        assert Verdict(words.get(told, told)).value == example.expected[0]


def test_there_are_twelve() -> None:
    """From the sum of two numbers to those of every kind."""
    assert len(OURS) == 12
