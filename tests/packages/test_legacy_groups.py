"""Groups of the legacy format: trees of any depth, and what testdata.yaml makes of them."""

from pathlib import Path

import pytest

from judge.manifest import Group
from tests.packages.building import DRAFT, GROUPED, LEGACY, Changes, faults, read, warnings

SCORED: Changes = {**GROUPED, "problem.yaml": "type: scoring\n"}
ROOT, SECRET, ONE = (f"data{name}/testdata.yaml" for name in ("", "/secret", "/secret/one"))


def test_a_plain_problem_has_none(tmp_path: Path) -> None:
    """As by default, the first test that is not accepted decides."""
    manifest = read(tmp_path, LEGACY, {ROOT: "output_validator_flags: case_sensitive\n"}).manifest
    assert manifest.groups == ()
    assert {test.validator_args for test in manifest.tests} == {("case_sensitive",)}


@pytest.mark.parametrize(
    "content", ["on_reject: continue", "grader_flags: always_accept", "grader_flags: accept_if_any_accepted"]
)
def test_a_plain_problem_that_says_otherwise(tmp_path: Path, content: str) -> None:
    """Verdicts are made of those of groups without points, too."""
    manifest = read(tmp_path, LEGACY, {SECRET: content}).manifest
    assert [group.name for group in manifest.groups] == ["", "sample", "secret"]
    assert manifest.scoring is False


def test_defaults(tmp_path: Path) -> None:
    """A point for each test, added up; the worst error is the group's."""
    manifest = read(tmp_path, LEGACY, SCORED).manifest
    assert manifest.groups == tuple(
        Group(name, public, score="sum", accept_score=1.0, verdict="worst_error")
        for name, public in [
            ("", ""), ("sample", "sample"), ("secret", "secret"),
            ("secret/one", "secret/group-1"), ("secret/two", "secret/group-2"),
        ]
    )  # fmt: skip
    assert manifest.strict_scores is False


def test_everything_said(tmp_path: Path) -> None:
    """Of contradicting modes the last one stands."""
    more = {
        ROOT: "on_reject: continue\ngrader_flags: ignore_sample\nrange: 0 100\n",
        ONE: "on_reject: break\ngrading: default\ngrader_flags: worst_error first_error sum avg\n"
        "accept_score: 40\n"
        "reject_score: -2.5\nrange: -inf 40\n"
        "input_validator_flags: n=1 m=2\noutput_validator_flags: case_sensitive\n",
    }
    package = read(tmp_path, LEGACY, SCORED, more)
    root, *_, one, _ = package.manifest.groups
    assert root == Group("", "", "sum", 1.0, 0.0, 0.0, 100.0, "worst_error", ignore_sample=True, stops=False)
    assert one == Group("secret/one", "secret/group-1", "avg", 40.0, -2.5, None, 40.0, "first_error")
    test = next(test for test in package.manifest.tests if test.group == "secret/one")
    assert test.validator_args == ("case_sensitive",)
    assert package.input_args[test.index] == {"check.py": ("n=1", "m=2")}


def test_groups_inherit(tmp_path: Path) -> None:
    """The whole file of the nearest folder above that has one, but for what only the root may say."""
    more = {
        ROOT: "grader_flags: min ignore_sample\naccept_score: 5\non_reject: continue\n",
        "data/secret/one/deep/deeper/x.in": "", "data/secret/one/deep/deeper/x.ans": "",
        SECRET: "accept_score: 7\noutput_validator_flags: float_tolerance 1e-6\n",
        ONE: "grader_flags: max\n",
    }  # fmt: skip
    package = read(tmp_path, LEGACY, SCORED, more)
    told = [(one.name, one.score, one.accept_score, one.ignore_sample) for one in package.manifest.groups]
    assert told == [
        ("", "min", 5.0, True), ("sample", "min", 5.0, False), ("secret", "min", 7.0, False),
        ("secret/one", "max", 7.0, False), ("secret/one/deep", "max", 7.0, False),
        ("secret/one/deep/deeper", "max", 7.0, False), ("secret/two", "min", 7.0, False),
    ]  # fmt: skip
    assert [one.public_name for one in package.manifest.groups[3:]] == [
        f"secret/group-{number}" for number in (1, 2, 3, 4)
    ]
    assert "output_validator_flags, taken from the folder above" in warnings(package)[ONE]


def test_tests_and_groups_are_in_one_order(tmp_path: Path) -> None:
    """By their base names, in every folder."""
    more = {f"data/secret/{name}{end}": "" for name in ("p", "three", "z") for end in (".in", ".ans")}
    manifest = read(tmp_path, LEGACY, SCORED, more).manifest
    assert [test.author_name for test in manifest.tests] == [
        "sample/1", "secret/one/a", "secret/p", "secret/three", "secret/two/b", "secret/two/c", "secret/z",
    ]  # fmt: skip


def test_samples_in_groups_keep_their_names(tmp_path: Path) -> None:
    """Everybody may see those."""
    manifest = read(
        tmp_path, LEGACY, SCORED, {"data/sample/more/2.in": "", "data/sample/more/2.ans": ""}
    ).manifest
    assert [test.name for test in manifest.tests][:2] == ["sample/1", "sample/more/2"]
    assert manifest.groups[2].public_name == "sample/more"
    assert [sample.name for sample in manifest.samples] == ["sample/1", "sample/more/2"]


def test_flags_of_one_validator(tmp_path: Path) -> None:
    """A map of its name and flags: for the input validator of that name alone."""
    more = {"input_validators/other.py": "", SECRET: "input_validator_flags: {name: other, flags: a b}\n"}
    package = read(tmp_path, LEGACY, more)
    assert package.input_args[2] == {"check.py": (), "other.py": ("a", "b")}
    package = read(tmp_path, LEGACY, {SECRET: "output_validator_flags: {name: x, flags: case_sensitive}\n"})
    assert package.manifest.tests[1].validator_args == ("case_sensitive",)
    assert "not 'x' alone" in warnings(package)[SECRET]


def test_flags_of_the_problem_come_first(tmp_path: Path) -> None:
    """Both are seen in real packages; a tolerance that is said twice is the nearer one."""
    more = {
        "problem.yaml": "validator_flags: float_tolerance 1e-4\n",
        SECRET: "output_validator_flags: case_sensitive\n",
    }
    assert read(tmp_path, LEGACY, more).manifest.tests[1].validator_args == (
        "float_tolerance", "1e-4", "case_sensitive",
    )  # fmt: skip
    package = read(tmp_path, LEGACY, more, {SECRET: "output_validator_flags: float_tolerance 1e-6\n"})
    assert package.manifest.tests[1].validator_args == ("float_tolerance", "1e-6")
    assert "gives a tolerance again" in warnings(package)[SECRET]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("on_reject: explode", "on_reject"),
        ("grading: custom", "custom graders are not supported"),
        ("grader_flags: median", "no flag 'median'"),
        ("range: 0", "range: must be two numbers"),
        ("range: 10 0", "is no range"),
        ("range: nan 1", "is no range"),
        ("accept_score: many", "accept_score"),
        ("output_validator_flags: 5", "output_validator_flags"),
        ("output_validator_flags: close_enough", "no argument 'close_enough'"),
        ("- a", "must be a map"),
    ],
)
def test_a_fault_is_named(tmp_path: Path, content: str, words: str) -> None:
    """With the file that says it."""
    assert words in faults(tmp_path, LEGACY, SCORED, {ONE: content})[ONE]


@pytest.mark.parametrize(
    ("changes", "path", "words"),
    [
        ({SECRET: "colour: red"}, SECRET, "colour: is no key of testdata.yaml"),
        ({SECRET: "accept_score: 3"}, SECRET, "accept_score: is for problems of type scoring"),
        ({"data/secret/test_group.yaml": ""}, "data/secret/test_group.yaml", "is ignored"),
    ],
)
def test_what_is_odd_is_told_of(tmp_path: Path, changes: Changes, path: str, words: str) -> None:
    """And ignored."""
    package = read(tmp_path, LEGACY, changes)
    assert words in warnings(package)[path]
    assert package.manifest.groups == ()


def test_a_draft_had_other_names(tmp_path: Path) -> None:
    """For arguments; what else it says there cannot be left alone."""
    more = {ROOT: "output_validator_args: [float_tolerance, '1e-6']\ninput_validator_args: a b\n"}
    package = read(tmp_path, DRAFT, more)
    assert package.manifest.tests[1].validator_args == ("float_tolerance", "1e-6")
    assert package.input_args[2] == {"check.py": ("a", "b")}
    assert "scoring: is no key" in faults(tmp_path, DRAFT, {ROOT: "scoring: {score: 5}\n"})[ROOT]


def test_no_secret_test(tmp_path: Path) -> None:
    """In no group at all."""
    without = dict.fromkeys(GROUPED)
    assert (
        "holds no test"
        in faults(tmp_path, LEGACY, SCORED, without, {"data/secret/x/.keep": ""})["data/secret"]
    )
