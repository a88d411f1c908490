"""Packages as they should be: every submission gets what its folder says, on every group of tests."""

from pathlib import Path
from typing import Any

import pytest

from judge.cli.new import TYPES
from tests.conftest import REPOSITORY
from tests.verifying.conftest import Copied, verified

EXAMPLES = {"different": 20, "guess": 12, "hello": 8, "oddecho": 3}
"""How many submissions each of the format's own example packages has."""


def check(report: Any) -> None:
    assert report["errors"] == []
    assert report["ok"]
    for submission in report["submissions"]:
        assert submission["ok"], submission
        assert submission["got"] in submission["expected"]
        assert not submission["skipped"]


@pytest.mark.parametrize("kind", [*TYPES, "custom"])
def test_what_a_new_package_begins_with(copied: Copied, kind: str) -> None:
    """Nothing is odd about it, and no test in it is idle."""
    report = verified(copied(kind))
    check(report)
    assert report["warnings"] == []
    assert {"accepted", "wrong_answer"} <= {one["name"].split("/")[0] for one in report["submissions"]}


@pytest.mark.parametrize("name", ["lost-card", "photo-finish", "two-rooms", "warmer-colder"])
def test_sample_problems_of_each_type(name: str) -> None:
    """A custom validator, an interactor, scores by group, two passes."""
    check(verified(REPOSITORY / "problems" / name))


@pytest.mark.xdist_group("reference")
@pytest.mark.parametrize("name", EXAMPLES)
def test_example_packages_of_the_format(reference: Path, name: str) -> None:
    """All of them, in all of their languages: one that is left out is a failure."""
    report = verified(reference / name)
    check(report)
    assert len(report["submissions"]) == EXAMPLES[name]


def test_partial_scores(reference: Path) -> None:
    """What the rest of oddecho's points depend on is its fives."""
    report = verified(reference / "oddecho")
    assert {one["name"]: one["score"] for one in report["submissions"]} == {
        "accepted/echo.cpp": 100,
        "accepted/js.py": 100,
        "partially_accepted/sol.py": 50,
    }
