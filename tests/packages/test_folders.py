"""What is seen of a package's files: names, links, and how many there may be."""

import os
from pathlib import Path

import pytest

from judge.errors import PackageError
from judge.packages import folders
from judge.packages.folders import Scan
from tests.packages.building import CURRENT, LEGACY, faults, faults_of, packages, read, warnings, write

A = "data/secret/a.in"


def linked(folder: Path, path: str, target: str) -> Path:
    """The package with a link in a file's place, or in a folder's."""
    file = folder / path
    file.unlink(missing_ok=True)
    file.parent.mkdir(parents=True, exist_ok=True)
    file.symlink_to(target)
    return folder


@pytest.mark.parametrize("name", ["A", "-a", "a-", "a_b", "a.b", "ä", "x" * 65])
def test_a_folder_names_its_problem(tmp_path: Path, name: str) -> None:
    """What stands in paths of pages is lower case, digits and inner hyphens."""
    assert "no problem id" in faults_of(write(tmp_path / name, CURRENT))["."]


@pytest.mark.parametrize(
    ("target", "words"),
    [
        ("/etc/passwd", "an absolute link"),
        ("/dev/zero", "an absolute link"),
        ("/proc/self/cwd/problems", "an absolute link"),
        ("../../../outside", "leaves the package"),
        ("../../../elsewhere", "leads nowhere"),
        ("nothing.in", "leads nowhere"),
        ("a.in", "leads nowhere"),
    ],
)
def test_a_link_leads_into_the_package(tmp_path: Path, target: str, words: str) -> None:
    """Nothing of the machine gets into a problem."""
    (tmp_path / "outside").touch()
    assert words in faults_of(linked(write(tmp_path / "sum", CURRENT), A, target))[A]


def test_a_folder_elsewhere(tmp_path: Path) -> None:
    """Likewise."""
    write(tmp_path / "other", CURRENT)
    folder = linked(write(tmp_path / "sum", CURRENT), "attachments", "../other/data")
    assert "leaves the package" in faults_of(folder)["attachments"]


def test_problem_yaml_elsewhere(tmp_path: Path) -> None:
    """It is read before anything else, and held to the same."""
    folder = linked(write(tmp_path / "sum", CURRENT), "problem.yaml", "/etc/passwd")
    assert faults_of(folder) == {
        "problem.yaml": "is an absolute link, which leaves the package wherever that is moved"
    }


def test_links_inside_a_package_are_followed(tmp_path: Path) -> None:
    """Real packages share tests between groups by thousands of relative links."""
    folder = linked(write(tmp_path / "sum", CURRENT), A, "../sample/1.in")
    linked(folder, "attachments", "data/sample")
    package = packages.read(folder)
    digests = {test.author_name: test.input for test in package.manifest.tests}
    assert digests["secret/a"] == digests["sample/1"]
    assert package.attachments["1.in"] == digests["sample/1"]


def test_a_folder_in_itself(tmp_path: Path) -> None:
    """A link to a folder above it has no end."""
    folder = linked(write(tmp_path / "sum", CURRENT), "attachments/all", "..")
    assert "a folder that it lies in" in faults_of(folder)["attachments/all"]


def test_a_pipe(tmp_path: Path) -> None:
    """Whoever opens it waits for ever."""
    folder = write(tmp_path / "sum", CURRENT)
    os.mkfifo(folder / "data/secret/pipe.in")
    assert faults_of(folder)["data/secret/pipe.in"] == "is no regular file"


@pytest.mark.parametrize("name", ["-a", "a b", "a#", "a\\b", "ä", "a\nb"])
def test_odd_names_are_as_if_absent(tmp_path: Path, name: str) -> None:
    """In format 2025-09, and its author should know."""
    package = read(tmp_path, CURRENT, {f"data/secret/{name}.in": "", f"data/secret/{name}.ans": ""})
    assert len(package.manifest.tests) == 3
    assert "is ignored" in warnings(package)[f"data/secret/{name}.in"]


def test_hidden_files_are_nobodys_business(tmp_path: Path) -> None:
    """Those of version control, say."""
    package = read(tmp_path, CURRENT, {".git/config": "", "data/.gitignore": "", "data/secret/.a.in": ""})
    assert package.warnings == ()


@pytest.mark.parametrize("name", ["a b", "a#", "a\\b", "ä"])
def test_odd_names_of_legacy_packages_are_read(tmp_path: Path, name: str) -> None:
    """They are seen in real packages."""
    package = read(tmp_path, LEGACY, {f"data/secret/{name}.in": "", f"data/secret/{name}.ans": ""})
    assert f"secret/{name}" in {test.author_name for test in package.manifest.tests}


def test_names_that_are_no_text(tmp_path: Path) -> None:
    """Nobody could be told of such a test."""
    folder = write(tmp_path / "sum", LEGACY)
    Path(os.fsdecode(os.fsencode(folder / "data/secret") + b"/\xff.in")).touch()
    assert "not printable" in faults_of(folder)["data/secret/\\xff.in"]
    assert (
        "not printable"
        in faults(tmp_path / "other", LEGACY, {"data/secret/a\nb.in": ""})["data/secret/a\nb.in"]
    )


def test_no_package_has_so_many_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Links between folders can make any number of few."""
    monkeypatch.setattr(folders, "MOST_FILES", 10)
    with pytest.raises(PackageError, match="are no package"):
        read(tmp_path, CURRENT)


def test_no_package_is_so_deep(tmp_path: Path) -> None:
    """Folders in folders in folders."""
    assert "are no package" in next(
        iter(faults(tmp_path, CURRENT, {"attachments/" + "a/" * 40 + "b": ""}).values())
    )


def test_folders_are_looked_up_by_their_path(tmp_path: Path) -> None:
    """What is not there is None, at every depth."""
    root = Scan(write(tmp_path / "sum", CURRENT), True, lambda *_: None, lambda *_: None).folder()
    sample = root.at("data/sample")
    assert sample
    assert sample.path == "data/sample"
    assert root.at("data/none/at/all") is None
    assert [name for name, _ in sample.walk()] == ["1.ans", "1.in"]


@pytest.mark.parametrize(
    ("path", "told"),
    [
        ("solutions/a.md", "no folder of the format"),
        ("graders/grade.py", "custom graders are not supported"),
    ],
)
def test_folders_that_mean_nothing_here(tmp_path: Path, path: str, told: str) -> None:
    """Told of and left alone."""
    assert told in warnings(read(tmp_path, CURRENT, {path: ""}))[path.partition("/")[0]]


@pytest.mark.parametrize(
    ("path", "told"),
    [
        ("static_validator/check.py", "static validators are not supported"),
        ("output_validators/check.py", "calls it output_validator"),
        ("include/sum.h", "no folder of its language"),
    ],
)
def test_folders_that_would_change_verdicts(tmp_path: Path, path: str, told: str) -> None:
    """Left alone, they would."""
    assert any(told in message for message in faults(tmp_path, CURRENT, {path: ""}).values())
