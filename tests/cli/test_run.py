"""`judge run`: what the program prints, what it is given, and what its end is to the shell."""

import json
import re
import subprocess
from pathlib import Path

import pytest

from tests.conftest import JUDGE, PATIENCE_S, Running


def program(tmp_path: Path, code: str) -> str:
    file = tmp_path / "main.py"
    file.write_text(code)
    return str(file)


def run(judge: Running, *arguments: str, stdin: bytes | None = None) -> "subprocess.CompletedProcess[bytes]":
    """`judge run …`, with bytes in and out."""
    return subprocess.run(
        [*JUDGE, "run", *arguments], env=judge.env, capture_output=True, timeout=120, input=stdin, check=False
    )


def test_streams_arguments_and_success(judge: Running, tmp_path: Path) -> None:
    """Its bytes on the stream they were printed to, how it ended on standard error, and exit code 0."""
    code = (
        "import sys\n"
        "sys.stdout.buffer.write(sys.stdin.buffer.read() + b'\\xff')\n"
        "print(sys.argv[1:], file=sys.stderr)\n"
    )
    done = run(judge, program(tmp_path, code), "--stdin", "-", "--arg", "a b", "--arg=-c", stdin=b"in\0")
    assert done.returncode == 0, done.stderr
    assert done.stdout == b"in\0\xff"
    printed, _, ending = done.stderr.decode().partition("\n")
    assert printed == "['a b', '-c']"
    assert ending.startswith("judge: accepted   ")


@pytest.mark.parametrize(
    ("code", "told"),
    [
        ("import sys; sys.exit(3)", "exit code 3"),
        ("print(", "SyntaxError"),
        ("while True: pass", "CPU time|by the clock"),  # as the machine has time for it
    ],
)
def test_no_success(judge: Running, tmp_path: Path, code: str, told: str) -> None:
    """Exit code 1, and why."""
    done = run(judge, program(tmp_path, code))
    assert done.returncode == 1
    assert re.search(told, done.stderr.decode())


def test_more_than_is_told_live(judge: Running, tmp_path: Path) -> None:
    """What goes beyond the live events is fetched at the end: nothing is lost, nothing comes twice."""
    done = run(judge, program(tmp_path, "for number in range(80_000): print(number)"))
    assert done.stdout == "".join(f"{number}\n" for number in range(80_000)).encode()


def test_json(judge: Running, tmp_path: Path) -> None:
    """One event a line, the whole run in the last."""
    done = run(judge, program(tmp_path, "print(1)"), "--json")
    events = [json.loads(line) for line in done.stdout.splitlines()]
    assert [event["seq"] for event in events] == list(range(1, len(events) + 1))
    assert events[-1]["data"]["stdout"] == "1\n"


def test_interactive(judge: Running, tmp_path: Path) -> None:
    """What is typed after the program has asked reaches it; the end of what is typed is its end of input."""
    code = (
        "import sys\n"
        "print('name?', flush=True)\n"
        "print('hello', input(), flush=True)\n"
        "print(len(sys.stdin.read()))\n"
    )
    talking = subprocess.Popen(
        [*JUDGE, "run", program(tmp_path, code), "--interactive"],
        env=judge.env, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, bufsize=0,
    )  # fmt: skip
    with talking:
        assert talking.stdin is not None
        assert talking.stdout is not None
        assert talking.stdout.readline() == b"name?\n"
        talking.stdin.write(b"Ada\n")
        assert talking.stdout.readline() == b"hello Ada\n"
        talking.stdin.write(b"more")
        talking.stdin.close()
        assert talking.stdout.readline() == b"4\n"
        assert talking.wait(PATIENCE_S) == 0


def test_misuse(judge: Running, tmp_path: Path) -> None:
    """A file that tells no language, and none given; and an input that is read twice."""
    strange = tmp_path / "program.strange"
    strange.write_text("?")
    assert run(judge, str(strange)).returncode == 2
    assert run(judge, program(tmp_path, ""), "--stdin", "-", "--interactive").returncode == 2
