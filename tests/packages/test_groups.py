"""Groups and points of format 2025-09."""

from pathlib import Path

import pytest

from judge.manifest import Group
from tests.packages.building import CURRENT, GROUPED, SCORING, Changes, faults, group, read, warnings

POINTS: Changes = {
    **SCORING,
    **GROUPED,
    "data/secret/one/test_group.yaml": "max_score: 30\n",
    "data/secret/two/test_group.yaml": "max_score: 70\nscore_aggregation: sum\n",
}
ROOT = Group("", "", ignore_sample=True, stops=False)
SAMPLE = Group("sample", "sample", score="pass-fail", accept_score=0.0, most=0.0, stops=False)


def test_without_points_groups_only_part_the_tests(tmp_path: Path) -> None:
    """The first test that is not accepted decides, whatever group it is in."""
    manifest = read(tmp_path, CURRENT, GROUPED).manifest
    assert manifest.groups == (
        Group("", ""),
        Group("sample", "sample"),
        Group("secret", "secret"),
        Group("secret/one", "secret/group-1"),
        Group("secret/two", "secret/group-2"),
    )
    assert [(test.name, test.group) for test in manifest.tests] == [
        ("sample/1", "sample"),
        ("secret/1", "secret/one"),
        ("secret/2", "secret/two"),
        ("secret/3", "secret/two"),
    ]


def test_without_points_and_groups_there_is_nothing_to_say(tmp_path: Path) -> None:
    """The usual contest problem."""
    assert read(tmp_path, CURRENT).manifest.groups == ()


def test_groups_with_points(tmp_path: Path) -> None:
    """All or nothing, or a share for each test; samples count for nothing."""
    manifest = read(tmp_path, CURRENT, POINTS).manifest
    assert manifest.scoring
    assert manifest.strict_scores
    assert manifest.groups == (
        ROOT,
        SAMPLE,
        Group("secret", "secret", score="sum", accept_score=100.0, most=100.0, stops=False),
        Group("secret/one", "secret/group-1", score="pass-fail", accept_score=0.0, most=30.0),
        Group("secret/two", "secret/group-2", score="sum", accept_score=35.0, most=70.0, stops=False),
    )


@pytest.mark.parametrize(
    ("content", "secret"),
    [
        ("", Group("secret", "secret", score="sum", accept_score=50.0, most=100.0, stops=False)),
        ("max_score: 7", Group("secret", "secret", score="sum", accept_score=3.5, most=7.0, stops=False)),
        ("score_aggregation: min", Group("secret", "secret", score="min", accept_score=100.0, most=100.0)),
        (
            "max_score: unbounded",
            Group("secret", "secret", score="sum", accept_score=None, most=None, stops=False),
        ),
        (
            "score_aggregation: pass-fail\nrequire_pass: sample",
            Group("secret", "secret", "pass-fail", 0.0, most=100.0, requires=("sample",)),
        ),
    ],
)
def test_points_of_tests_without_groups(tmp_path: Path, content: str, secret: Group) -> None:
    """A test's own maximum follows from its group's."""
    manifest = read(tmp_path, CURRENT, SCORING, {"data/secret/test_group.yaml": content}).manifest
    assert manifest.groups == (ROOT, SAMPLE, secret)


def test_tests_in_folders_of_a_group_are_the_groups(tmp_path: Path) -> None:
    """Folders there are no groups, and names go before folders."""
    more = {f"data/secret/two/{name}{end}": "" for name in ("b/x", "a-b", "a/x") for end in (".in", ".ans")}
    del more["data/secret/two/b/x.in"], more["data/secret/two/b/x.ans"]
    manifest = read(tmp_path, CURRENT, POINTS, more).manifest
    names = [test.author_name for test in manifest.tests if test.group == "secret/two"]
    assert names == ["secret/two/a-b", "secret/two/a/x", "secret/two/b", "secret/two/c"]
    two = group(read(tmp_path, CURRENT, POINTS, more), "secret/two")
    assert isinstance(two, Group)
    assert two.accept_score == 17.5


def test_what_a_group_requires(tmp_path: Path) -> None:
    """One name or several."""
    more = {"data/secret/two/test_group.yaml": "max_score: 70\nrequire_pass: [sample, secret/one]\n"}
    two = read(tmp_path, CURRENT, POINTS, more).manifest.groups[-1]
    assert two.requires == ("sample", "secret/one")


def test_constants_in_a_groups_file(tmp_path: Path) -> None:
    """They are replaced before it is read."""
    more = {
        "problem.yaml": f"{SCORING['problem.yaml']}constants: {{points: 30}}\n",
        "data/secret/one/test_group.yaml": "max_score: {{points}}\n",
    }
    assert read(tmp_path, CURRENT, POINTS, more).manifest.groups[3].most == 30.0


def test_arguments_of_secret_reach_its_groups(tmp_path: Path) -> None:
    """The format does not say so, and an author who writes them there means it."""
    package = read(tmp_path, CURRENT, GROUPED, {"data/secret/test_group.yaml": "args: [x]\n"})
    assert {test.args for test in package.manifest.tests if test.group != "sample"} == {("x",)}
    assert "gives arguments to groups" in warnings(package)["data/secret/test_group.yaml"]


def test_groups_that_do_not_add_up(tmp_path: Path) -> None:
    """Odd, and allowed."""
    package = read(tmp_path, CURRENT, POINTS, {"data/secret/one/test_group.yaml": "max_score: 20\n"})
    assert "its groups give 90 at most" in warnings(package)["data/secret"]


ONE, TWO, SECRET = (f"data/secret{name}/test_group.yaml" for name in ("/one", "/two", ""))
FAULTS: dict[str, tuple[Changes, str, str]] = {
    "tests beside groups": (
        {"data/secret/a.in": "", "data/secret/a.ans": ""}, "data/secret", "one or the other",
    ),
    "an empty group": ({"data/secret/three/.keep": ""}, "data/secret/three", "a group without a test"),
    "a group in a group": (
        {"data/secret/two/x/test_group.yaml": "args: []"},
        "data/secret/two/x/test_group.yaml", "no groups in groups",
    ),
    "a folder with a test's name": (
        {"data/secret/two/b/x.in": "", "data/secret/two/b/x.ans": ""}, "data/secret/two/b", "name of a test",
    ),
    "an unknown key": ({ONE: "maximum: 3"}, ONE, "maximum: is no key"),
    "points below none": ({ONE: "max_score: -1"}, ONE, "max_score"),
    "parts of points": ({ONE: "max_score: 0.5"}, ONE, "max_score"),
    "an unknown aggregation": ({ONE: "score_aggregation: max"}, ONE, "score_aggregation"),
    "no maximum for all or nothing": ({ONE: ""}, ONE, "needs one, of points"),
    "no maximum in what has one": ({TWO: "score_aggregation: sum"}, "data/secret/two", "bounded data/secret"),
    "no bound in what has one": (
        {TWO: "score_aggregation: sum\nmax_score: unbounded"}, "data/secret/two", "bounded data/secret",
    ),
    "all or nothing of what is not": ({SECRET: "score_aggregation: pass-fail"}, TWO, "must be pass-fail"),
    "secret requires a group": ({SECRET: "require_pass: secret/one"}, SECRET, "may only require sample"),
    "a later group": ({ONE: "max_score: 30\nrequire_pass: secret/two"}, ONE, "no group that comes before"),
    "no group": ({TWO: "max_score: 70\nrequire_pass: one"}, TWO, "'one' is no group"),
    "a group without a verdict": (
        {ONE: "max_score: 30\nscore_aggregation: sum", TWO: "max_score: 70\nrequire_pass: secret/one"},
        TWO, "has not the aggregation pass-fail",
    ),
    "points of samples": (
        {"data/sample/test_group.yaml": "max_score: 3"}, "data/sample/test_group.yaml", "is not for samples",
    ),
    "points of sources": ({ONE: "max_score: 3\nstatic_validation_score: 3"}, ONE, "static validators"),
}  # fmt: skip


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_is_named(tmp_path: Path, name: str) -> None:
    """With the group's file."""
    changes, path, words = FAULTS[name]
    assert words in faults(tmp_path, CURRENT, POINTS, changes)[path]


@pytest.mark.parametrize("key", ["max_score: 3", "score_aggregation: sum", "require_pass: sample"])
def test_points_are_for_problems_of_points(tmp_path: Path, key: str) -> None:
    """A pass-fail problem has none."""
    assert "is for problems of type scoring" in faults(tmp_path, CURRENT, {SECRET: key})[SECRET]
