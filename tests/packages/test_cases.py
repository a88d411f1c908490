"""Data that validators are tried on."""

from pathlib import Path

import pytest

from tests.packages.building import CURRENT, DRAFT, VALIDATED, Changes, faults, read, warnings

CASES: Changes = {
    "data/invalid_input/few.in": "1\n",
    "data/invalid_output/wrong.in": "1 2\n",
    "data/invalid_output/wrong.ans": "3\n",
    "data/invalid_output/wrong.out": "4\n",
    "data/valid_output/deep/right.in": "1 2\n",
    "data/valid_output/deep/right.ans": "3\n",
    "data/valid_output/deep/right.out": "3.0\n",
}


def test_cases(tmp_path: Path) -> None:
    """Each kind with what it has, and with what its folder and it say of validators."""
    more = {
        "data/invalid_input/test_group.yaml": "input_validator_args: [g]\ndescription: too few\n",
        "data/invalid_output/wrong.yaml": "output_validator_args: [case_sensitive]\n",
    }
    package = read(tmp_path, CURRENT, CASES, more)
    few, wrong, right = package.cases
    assert [(one.kind, one.name) for one in package.cases] == [
        ("invalid_input", "invalid_input/few"),
        ("invalid_output", "invalid_output/wrong"),
        ("valid_output", "valid_output/deep/right"),
    ]
    assert (few.answer, few.output, few.input_args) == (None, None, {"check.py": ("g",)})
    assert wrong.answer
    assert wrong.output
    assert package.opened(wrong.output).read() == b"4\n"
    assert wrong.output_args == ("case_sensitive",)
    assert right.input_args == {"check.py": ()}
    assert package.warnings == ()


@pytest.mark.parametrize(
    ("base", "args"), [(CURRENT, ()), (DRAFT, ("case_sensitive",))], ids=["current", "draft"]
)
def test_folders_in_folders(tmp_path: Path, base: Changes, args: tuple[str, ...]) -> None:
    """Drafts hand arguments down; then a file is for its own folder."""
    more = {"data/valid_output/test_group.yaml": "output_validator_args: [case_sensitive]\n"}
    assert read(tmp_path, base, CASES, more).cases[2].output_args == args


@pytest.mark.parametrize(
    ("changes", "path", "words"),
    [
        ({"data/invalid_output/wrong.out": None}, "data/invalid_output/wrong.out", "a case of"),
        ({"data/invalid_input/x.ans": ""}, "data/invalid_input/x.in", "is missing"),
        ({"data/valid_output/deep/right.yaml": "output_validator_args: [x]"},
         "data/valid_output/deep/right.yaml", "no argument 'x'"),
    ],
)  # fmt: skip
def test_a_fault_is_named(tmp_path: Path, changes: Changes, path: str, words: str) -> None:
    """With the file that is missing or wrong."""
    assert words in faults(tmp_path, CURRENT, CASES, changes)[path]


def test_older_names(tmp_path: Path) -> None:
    """Drafts had them in the plural."""
    package = read(tmp_path, CURRENT, {"data/invalid_inputs/few.in": ""})
    assert [one.kind for one in package.cases] == ["invalid_input"]
    assert "old name of data/invalid_input" in warnings(package)["data/invalid_inputs"]


def test_dialogues_have_no_outputs(tmp_path: Path) -> None:
    """There is nothing to give to a validator."""
    content = f"{CURRENT['problem.yaml']}type: interactive\n"
    package = read(tmp_path, CURRENT, CASES, VALIDATED, {"problem.yaml": content})
    assert [one.kind for one in package.cases] == ["invalid_input"]
    assert "is ignored" in warnings(package)["data/valid_output"]
