"""Groups of the draft of 2023-07, whose points are shared out."""

from pathlib import Path

import pytest

from judge.manifest import Group
from tests.packages.building import DRAFT, GROUPED, Changes, faults, read

SCORED: Changes = {**GROUPED, "problem.yaml": f"{DRAFT['problem.yaml']}type: scoring\n"}
SECRET, ONE, TWO = (f"data/secret{name}/test_group.yaml" for name in ("", "/one", "/two"))


def most(tmp_path: Path, *changes: Changes) -> dict[str, tuple[float | None, float | None]]:
    """The maximum of each group, and of each test in it."""
    groups = read(tmp_path, DRAFT, SCORED, *changes).manifest.groups
    return {one.name: (one.most, one.accept_score) for one in groups if one.name.startswith("secret")}


def test_points_are_shared_out(tmp_path: Path) -> None:
    """Among what has none of its own."""
    assert most(tmp_path) == {"secret": (100.0, 50.0), "secret/one": (50.0, 0.0), "secret/two": (50.0, 0.0)}
    assert most(tmp_path, {ONE: "scoring: {score: 30}", TWO: "scoring: {aggregation: sum}"}) == {
        "secret": (100.0, 70.0),
        "secret/one": (30.0, 0.0),
        "secret/two": (70.0, 35.0),
    }
    more = {TWO: "scoring: {aggregation: min}", "data/secret/two/x/t.in": "", "data/secret/two/x/t.ans": ""}
    assert most(tmp_path, {SECRET: "scoring: {score: 10, aggregation: min}"}, more) == {
        "secret": (10.0, 10.0),
        "secret/one": (10.0, 0.0),
        "secret/two": (10.0, 10.0),
        "secret/two/x": (10.0, 0.0),
    }


def test_no_bound(tmp_path: Path) -> None:
    """A validator has to give the score."""
    unbounded = "scoring: {score: unbounded}"
    open_end = {ONE: "scoring: {aggregation: sum}", TWO: "scoring: {aggregation: sum, score: 5}"}
    assert most(tmp_path, {SECRET: unbounded}, open_end) == {
        "secret": (None, None),
        "secret/one": (None, None),
        "secret/two": (5.0, 2.5),
    }


def test_samples_count_for_nothing(tmp_path: Path) -> None:
    """As in the later format, and to its strictness."""
    manifest = read(tmp_path, DRAFT, SCORED).manifest
    assert manifest.groups[0] == Group("", "", ignore_sample=True, stops=False)
    assert manifest.groups[1].most == 0.0
    assert manifest.strict_scores


def test_without_points(tmp_path: Path) -> None:
    """Groups only part the tests, and arguments are handed down to them."""
    manifest = read(
        tmp_path, DRAFT, GROUPED, {"data/test_group.yaml": "input_validator_args: [a]\n"}
    ).manifest
    assert [one.name for one in manifest.groups] == ["", "sample", "secret", "secret/one", "secret/two"]
    assert read(tmp_path / "plain", DRAFT).manifest.groups == ()


FAULTS: dict[str, tuple[Changes, str, str]] = {
    "an unknown key": ({ONE: "max_score: 3"}, ONE, "max_score: is no key"),
    "an unknown word": ({ONE: "scoring: {aggregation: max}"}, ONE, "aggregation"),
    "more than there is": ({ONE: "scoring: {score: 300}"}, SECRET, "more than 100"),
    "no bound in what has one": (
        {ONE: "scoring: {score: unbounded, aggregation: sum}"}, ONE, "is unbounded in a group that is not",
    ),
    "nothing to give": ({SECRET: "scoring: {score: unbounded}"}, ONE, "needs a score"),
    "parts of all or nothing": (
        {SECRET: "scoring: {aggregation: pass-fail}", ONE: "scoring: {aggregation: min}"},
        SECRET, "must be of pass-fail",
    ),
    "a later group": ({ONE: "scoring: {require_pass: secret/two}"}, ONE, "no group before this one"),
    "points of samples": (
        {"data/sample/test_group.yaml": "scoring: {score: 3}"},
        "data/sample/test_group.yaml", "not for samples",
    ),
    "groups of samples": ({"data/sample/x/1.in": ""}, "data/sample/x", "among the samples"),
    "sources": ({ONE: "static_validation: true"}, ONE, "static validators are not supported"),
    "two kinds of files": ({ONE: "", "data/testdata.yaml": ""}, ONE, "contradicts data/testdata.yaml"),
}  # fmt: skip


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_is_named(tmp_path: Path, name: str) -> None:
    """With the group's file."""
    changes, path, words = FAULTS[name]
    assert words in faults(tmp_path, DRAFT, SCORED, changes)[path]


def test_points_are_for_problems_of_points(tmp_path: Path) -> None:
    """A pass-fail problem has none."""
    assert "of type scoring" in faults(tmp_path, DRAFT, {SECRET: "scoring: {score: 3}"})[SECRET]
