"""`judge problem verify` and `new` as commands: what they print, what they exit with, how they end early."""

import contextlib
import json
import os
import signal
import subprocess
import time
from pathlib import Path
from xml.etree import ElementTree

from click.testing import CliRunner

from judge import packages
from judge.cli.new import TYPES, new
from judge.cli.verify import verify
from tests.conftest import JUDGE, PATIENCE_S
from tests.verifying.conftest import Copied, verified, write

FOREVER = "while True:\n    pass\n"


def run(*arguments: object) -> tuple[int, str]:
    result = CliRunner().invoke(verify, [*map(str, arguments), "--slots", "2"])
    return result.exit_code, result.stdout


def test_one_folder_is_one_object_and_several_are_a_list(copied: Copied) -> None:
    one, two = copied("pass-fail"), copied("interactive")
    report = verified(one)
    assert {"ok", "time_limit_s", "errors", "warnings", "submissions"} <= report.keys()
    assert report["submissions"][0].keys() >= {
        *("name", "language", "expected", "got", "score", "ok"),
        *("cpu_time_s", "memory_bytes", "first_failed_test"),
    }
    both = verified(one, two)
    assert [each["package"] for each in both] == ["pass-fail", "interactive"]


def test_the_matrix_has_expected_beside_got(copied: Copied) -> None:
    code, said = run(copied("pass-fail"))
    assert code == 0
    (row,) = [line for line in said.splitlines() if "│ wrong_answer/first.py" in line]
    assert "AC/WA > WA 2" in row
    assert said.splitlines()[-1] == "pass-fail: green"


def test_errors_are_lines_and_exit_code_1(copied: Copied) -> None:
    folder = copied("pass-fail")
    write(folder / "submissions" / "accepted" / "wrong.py", "print(0)\n")
    code, said = run(folder)
    assert code == 1
    (line,) = [line for line in said.splitlines() if line.startswith("error ")]
    assert line.startswith(
        "error pass-fail/submissions/accepted/wrong.py: expected accepted, got wrong_answer"
    )
    assert said.splitlines()[-1] == "pass-fail: 1 error"


def test_a_folder_that_is_no_package(tmp_path: Path) -> None:
    """What reading finds is told in the same form."""
    report = verified(tmp_path)
    assert (report["ok"], report["time_limit_s"], report["submissions"]) == (False, None, [])
    assert "problem.yaml" in [error["path"] for error in report["errors"]]


def test_junit_has_a_case_for_every_check_and_submission(copied: Copied, tmp_path: Path) -> None:
    folder, file = copied("pass-fail"), tmp_path / "junit.xml"
    write(folder / "submissions" / "accepted" / "wrong.py", "print(0)\n")
    write(folder / "data" / "invalid_input" / "one.in", "1\n1\n")
    code, _ = run(folder, "--junit", file)
    assert code == 1
    (suite,) = ElementTree.parse(file).getroot()
    failed = {case.get("name") for case in suite if case.find("failure") is not None}
    assert failed == {"data", "submissions/accepted/wrong.py"}
    assert (suite.get("failures"), suite.get("tests")) == ("2", str(len(suite)))
    assert {"statement", "input_validators", "submissions/wrong_answer/first.py"} <= {
        c.get("name") for c in suite
    }


def test_a_new_package_has_a_name_and_a_uuid_of_its_own(tmp_path: Path) -> None:
    for kind in TYPES:
        folder = tmp_path / f"my-{kind}"
        result = CliRunner().invoke(new, [str(folder), "--type", kind])
        assert result.exit_code == 0, result.output
        assert packages.read(folder).manifest.name == folder.name.replace("-", " ").title()
    described = [(tmp_path / f"my-{kind}" / "problem.yaml").read_text() for kind in TYPES]
    assert len({line for text in described for line in text.splitlines() if line.startswith("uuid")}) == len(
        TYPES
    )


def test_new_writes_over_nothing_and_wants_an_id(tmp_path: Path) -> None:
    (tmp_path / "there").mkdir()
    for name in ("there", "No Id"):
        assert CliRunner().invoke(new, [str(tmp_path / name)]).exit_code == 2
    assert list((tmp_path / "there").iterdir()) == []


def descendants(pid: int) -> set[int]:
    """All processes below one."""
    found = set()
    for child in Path(f"/proc/{pid}/task").glob("*/children"):
        with contextlib.suppress(FileNotFoundError, ProcessLookupError):
            for below in map(int, child.read_text().split()):
                found |= {below} | descendants(below)
    return found


def is_submission(pid: int) -> bool:
    """Whether it is the one that never ends."""
    try:
        return b"forever.py" in Path(f"/proc/{pid}/cmdline").read_bytes()
    except (FileNotFoundError, ProcessLookupError):
        return False


def test_an_interrupt_leaves_nothing_running(copied: Copied) -> None:
    """Ctrl-C in the midst of a run that would last for a minute."""
    folder = copied("pass-fail")
    write(folder / "submissions" / "accepted" / "forever.py", FOREVER)
    command = subprocess.Popen(
        [*JUDGE, "problem", "verify", str(folder)], stdout=subprocess.DEVNULL, start_new_session=True
    )
    deadline = time.monotonic() + PATIENCE_S
    while not any(map(is_submission, running := descendants(command.pid))):
        assert time.monotonic() < deadline
    command.send_signal(signal.SIGINT)
    assert command.wait(PATIENCE_S) == 1
    while left := {pid for pid in running if Path(f"/proc/{pid}").exists()}:
        assert time.monotonic() < deadline, left


def test_an_ordinary_user_may_verify(copied: Copied, tmp_path: Path) -> None:
    """With no database, and nothing but a folder to write to."""
    if os.geteuid() != 0:
        return  # as every other test here
    folder = copied("pass-fail")
    for path in (tmp_path, *tmp_path.parents):
        if path.stat().st_uid == 0 and path.is_relative_to("/tmp") and path != Path("/tmp"):
            path.chmod(0o755)
    home = tmp_path / "home"
    home.mkdir()
    os.chown(home, 65534, 65534)
    done = subprocess.run(
        [*JUDGE, "problem", "verify", "--json", str(folder)],
        user=65534,
        group=65534,
        extra_groups=[],
        env=os.environ | {"JUDGE_HOME": str(home), "HOME": str(home)},
        cwd=home,
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
        check=False,
    )
    assert done.returncode == 0, done.stderr + done.stdout
    assert json.loads(done.stdout)["ok"]
