"""`judge problem`: packages go in whole, or every fault is told."""

import json
import shutil
from pathlib import Path

import pytest

from judge.packages import archives
from tests.conftest import REPOSITORY, Running
from tests.web.programs import SUM

SAMPLE = REPOSITORY / "problems" / "a-plus-b"


@pytest.fixture
def package(tmp_path: Path, request: pytest.FixtureRequest) -> Path:
    """A good package under an id of its own."""
    name = request.node.name.removeprefix("test_").replace("_", "-")[:40].strip("-")
    return Path(shutil.copytree(SAMPLE, tmp_path / name))


def test_a_package_is_imported_once(own_judge: Running, package: Path) -> None:
    """imported, then unchanged, then imported again when it has changed; it can be solved at once."""
    for said in ("imported", "unchanged"):
        added = own_judge.command("problem", "add", str(package))
        assert (added.returncode, added.stdout) == (0, f"{package.name}: {said}\n")
    assert own_judge.get(f"/problems/{package.name}")["limits"]["time_limit_s"] == 1.0
    done = own_judge.ended(own_judge.submit(package.name, "python3", SUM)["id"])
    assert done["verdict"] == "accepted"
    described = package / "problem.yaml"
    described.write_text(described.read_text().replace("time_limit: 1.0", "time_limit: 2.0"))
    assert own_judge.command("problem", "add", str(package)).stdout == f"{package.name}: imported\n"
    assert own_judge.get(f"/problems/{package.name}")["limits"]["time_limit_s"] == 2.0


def test_a_time_limit_follows_from_the_submissions(own_judge: Running, tmp_path: Path) -> None:
    """A package that names none is not guessed at: its accepted submission is run first."""
    package = shutil.copytree(REPOSITORY / "skeletons" / "pass-fail", tmp_path / "without-a-limit")
    added = own_judge.command("problem", "add", str(package))
    assert (added.returncode, added.stdout) == (0, "without-a-limit: imported\n")
    assert own_judge.get("/problems/without-a-limit")["limits"]["time_limit_s"] == 1.0
    assert own_judge.command("problem", "add", str(package)).stdout == "without-a-limit: unchanged\n"


def test_without_a_time_limit_submissions_must_be_right(own_judge: Running, tmp_path: Path) -> None:
    """What the limit would follow from does not do as its author says: nothing is imported."""
    package = shutil.copytree(REPOSITORY / "skeletons" / "pass-fail", tmp_path / "without-a-right-one")
    (package / "submissions" / "accepted" / "largest.py").write_text("print(0)\n")
    added = own_judge.command("problem", "add", str(package))
    assert added.returncode == 1
    assert "submissions/accepted/largest.py: expected accepted, got wrong_answer" in added.stderr
    assert own_judge.request("GET", "/problems/without-a-right-one").status_code == 404


def test_every_fault_is_told_with_its_path(own_judge: Running, package: Path) -> None:
    """Exit code 1, a line a fault; nothing of it is imported, and a good package beside it is."""
    described = package / "problem.yaml"
    described.write_text(described.read_text().replace("time_limit: 1.0", "time_limit: -1") + "colour: red\n")
    (package / "statement" / "problem.en.md").unlink()
    (package / "data" / "secret" / "02-small.ans").unlink()
    (package / "data" / "secret" / "stray.ans").touch()
    good = Path(shutil.copytree(SAMPLE, package.parent / "beside-a-bad-one"))
    added = own_judge.command("problem", "add", str(package), str(good))
    assert added.returncode == 1
    assert added.stdout == "beside-a-bad-one: imported\n"
    faults = [line.partition(": ") for line in added.stderr.splitlines()]
    paths = sorted(path.removeprefix(f"{package}/") for path, _, _ in faults)
    assert paths == [
        "data/secret/02-small.ans",
        "data/secret/stray.ans",
        "problem.yaml",
        "problem.yaml",
        "statement/problem.en.md",
    ]
    assert all(message for _, _, message in faults)
    assert own_judge.request("GET", f"/problems/{package.name}").status_code == 404


def test_a_folder_that_is_no_package(own_judge: Running, tmp_path: Path) -> None:
    """Exit code 1, with what is missing."""
    folder = tmp_path / "empty"
    folder.mkdir()
    added = own_judge.command("problem", "add", str(folder))
    assert (added.returncode, added.stdout) == (1, "")
    assert f"{folder}/problem.yaml: is missing" in added.stderr


def test_a_name_that_is_no_id(own_judge: Running, tmp_path: Path) -> None:
    """The folder's name is the id, so it must look like one."""
    folder = Path(shutil.copytree(SAMPLE, tmp_path / "A Plus B"))
    added = own_judge.command("problem", "add", str(folder))
    assert added.returncode == 1
    assert "A Plus B" in added.stderr


def test_quiet_tells_of_faults_alone(own_judge: Running, package: Path) -> None:
    """--quiet prints nothing where all is well."""
    added = own_judge.command("problem", "add", "--quiet", str(package))
    assert (added.returncode, added.stdout, added.stderr) == (0, "", "")


def test_the_list_is_that_of_the_judge(own_judge: Running) -> None:
    """With --json every item of GET /problems, otherwise a line each."""
    items = own_judge.get("/problems?limit=200")["items"]
    listed = own_judge.command("problem", "list", "--json")
    assert listed.returncode == 0
    assert json.loads(listed.stdout) == items
    plain = own_judge.command("problem", "list").stdout.splitlines()
    assert [line.split()[0] for line in plain] == [item["id"] for item in items]


def test_a_package_comes_out_again(own_judge: Running, package: Path, tmp_path: Path) -> None:
    """Whole, as a zip that can be put back; what is there is not overwritten."""
    own_judge.command("problem", "add", str(package), check=True)
    out = tmp_path / "out.zip"
    words = ("problem", "export", package.name, "--output", str(out))
    assert own_judge.command(*words).returncode == 0
    again = archives.unpack(out, tmp_path / "again")
    assert archives.digest(again) == archives.digest(package)
    assert "cannot be written" in own_judge.command(*words).stderr
    unknown = own_judge.command("problem", "export", package.name, "--version", "7")
    assert (unknown.returncode, "no version 7" in unknown.stderr) == (1, True)
