"""`judge submit`: each test as it comes in, and the verdict as an exit code."""

import json
import os
import re
import signal
import subprocess
from pathlib import Path

import pytest

from tests.conftest import JUDGE, PATIENCE_S, REPOSITORY, Running
from tests.web.programs import SLOWER, SUM
from tests.web.test_streams import web_process

SUBMISSIONS = REPOSITORY / "problems" / "a-plus-b" / "submissions"


def submit(judge: Running, file: Path, *options: str) -> "subprocess.CompletedProcess[str]":
    return judge.command("submit", str(file), "--problem", "a-plus-b", *options)


@pytest.mark.parametrize("name", ["sum.cpp", "sum.py"])
def test_an_accepted_one(judge: Running, name: str) -> None:
    """Exit code 0: the id, every test with its number and name, and accepted at the end."""
    told = submit(judge, SUBMISSIONS / "accepted" / name)
    assert (told.returncode, told.stderr) == (0, "")
    first, *lines, last = told.stdout.splitlines()
    assert judge.get(f"/submissions/{first.split()[1]}")["verdict"] == "accepted"
    tests = [line.split() for line in lines if re.match(r" +\d", line)]
    assert [test[0] for test in tests] == [str(number) for number in range(1, 13)]
    assert [test[1] for test in tests[:3]] == ["sample/1", "sample/2", "secret/1"]
    assert {test[2] for test in tests} == {"accepted"}
    assert last.startswith("accepted")


def test_a_wrong_one(judge: Running) -> None:
    """Exit code 1, and the last line has the verdict and the number of the test that failed."""
    told = submit(judge, SUBMISSIONS / "wrong_answer" / "sum_int.cpp")
    assert told.returncode == 1
    last = told.stdout.splitlines()[-1]
    failed = re.match(r"wrong_answer on test (\d+) \((\S+)\)", last)
    assert failed, last
    shown = judge.get(f"/submissions/{told.stdout.split()[1]}")["tests"][-1]
    assert (int(failed[1]), failed[2]) == (shown["index"], shown["name"])


def test_one_that_does_not_compile(judge: Running) -> None:
    """Exit code 1, and the compiler's own words."""
    told = submit(judge, SUBMISSIONS / "compile_error" / "missing_semicolon.cpp")
    assert told.returncode == 1
    assert told.stdout.splitlines()[-1].startswith("compile_error")
    assert "error: expected" in told.stdout


def test_events_as_lines_of_json(judge: Running) -> None:
    """--json prints every event, from queued to done, without a gap."""
    told = submit(judge, SUBMISSIONS / "accepted" / "sum.py", "--json", "--user", "json-lines")
    assert told.returncode == 0
    events = [json.loads(line) for line in told.stdout.splitlines()]
    assert [event["seq"] for event in events] == list(range(1, len(events) + 1))
    assert (events[0]["type"], events[-1]["type"]) == ("submission.queued", "submission.done")
    assert {event["user_id"] for event in events} == {"json-lines"}


def test_a_problem_that_there_is_not(judge: Running) -> None:
    """Exit code 1 with the judge's own reason."""
    told = judge.command("submit", str(SUBMISSIONS / "accepted" / "sum.py"), "--problem", "nope")
    assert (told.returncode, told.stdout) == (1, "")
    assert "unknown problem" in told.stderr


def test_a_language_that_there_is_not(judge: Running) -> None:
    """Exit code 1 where it is named, 2 where a file's name does not tell it."""
    named = submit(judge, SUBMISSIONS / "accepted" / "sum.py", "--language", "cobol")
    assert named.returncode == 1
    assert "unknown language" in named.stderr
    guessed = judge.command("submit", str(REPOSITORY / "setup.cfg"), "--problem", "a-plus-b")
    assert guessed.returncode == 2
    assert "--language" in guessed.stderr


def test_a_file_in_another_encoding(judge: Running, tmp_path: Path) -> None:
    """Exit code 1: it is not judged as something that was never written."""
    file = tmp_path / "latin.py"
    file.write_bytes(b"# caf\xe9\n" + SUM.encode())
    told = submit(judge, file)
    assert (told.returncode, told.stdout) == (1, "")
    assert "UTF-8" in told.stderr


def test_a_url_where_nobody_listens(judge: Running) -> None:
    """Exit code 1 in one line."""
    told = submit(judge, SUBMISSIONS / "accepted" / "sum.py", "--url", "http://127.0.0.1:9")
    assert (told.returncode, told.stdout) == (1, "")
    assert told.stderr.count("\n") == 1
    assert "nothing answers at http://127.0.0.1:9" in told.stderr


def test_it_outlives_a_restart_of_the_web_process(own_judge: Running, tmp_path: Path) -> None:
    """The connection is lost in the middle of a judging; every test is shown all the same, once."""
    file = tmp_path / "slow.py"
    file.write_text(SLOWER)
    arguments = [*JUDGE, "submit", str(file), "--problem", "a-plus-b", "--json"]
    with subprocess.Popen(arguments, env=own_judge.env, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        lines = []
        for line in process.stdout:
            lines.append(line)
            if len(lines) == 4:  # the first test is through
                os.kill(web_process(own_judge), signal.SIGTERM)
        assert process.wait(PATIENCE_S) == 0
    events = [json.loads(line) for line in lines]
    assert [event["seq"] for event in events] == list(range(1, len(events) + 1))
    assert [event["data"]["index"] for event in events if event["type"] == "submission.test"] == list(
        range(1, 13)
    )
