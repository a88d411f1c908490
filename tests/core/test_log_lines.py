"""Lines of a log, as text and as JSON, and what they are about."""

import json
import logging
import subprocess
import sys
import threading
from collections.abc import Iterator

import pytest

from judge import log_lines

NAMED = {"process": "worker", "worker": "celery@here"}


@pytest.fixture(autouse=True)
def about_nothing() -> Iterator[None]:
    """What a test notes is forgotten after it."""
    log_lines.forget()
    yield
    log_lines.forget()


def line(message: str = "so it is", *, error: BaseException | None = None) -> logging.LogRecord:
    info = (type(error), error, None) if error else None
    return logging.LogRecord("judge.somewhere", logging.WARNING, "file.py", 1, message, (), info)


def as_json(record: logging.LogRecord) -> dict[str, str]:
    text = log_lines.JsonLines(NAMED).format(record)
    assert "\n" not in text
    parsed: dict[str, str] = json.loads(text)
    return parsed


def test_an_object() -> None:
    """A line that has breaks in it is one line all the same, with its traceback."""
    log_lines.note(submission_id="1", stage="compile")
    log_lines.note(stage="test 2")
    found = as_json(line("one\ntwo", error=ValueError("three\nfour")))
    assert found.pop("ts").endswith("+00:00")
    assert isinstance(found.pop("pid"), int)
    assert "three\nfour" in found.pop("exception")
    assert found == {
        **NAMED,
        "level": "warning",
        "logger": "judge.somewhere",
        "message": "one\ntwo",
        "submission_id": "1",
        "stage": "test 2",
    }


def test_a_text() -> None:
    """What it is about stands behind the message, before a traceback."""
    log_lines.note(submission_id="1")
    first, *rest = log_lines.TextLines(NAMED).format(line(error=ValueError("no"))).splitlines()
    assert first.endswith(" judge.somewhere: so it is submission_id=1")
    assert rest == ["ValueError: no"]


def test_a_block_is_about_more() -> None:
    """What was noted before is noted after it."""
    log_lines.note(submission_id="1")
    with log_lines.about(run_id="2"):
        assert as_json(line())["run_id"] == "2"
    assert "run_id" not in as_json(line())
    assert as_json(line())["submission_id"] == "1"


def test_a_thread_is_about_the_same() -> None:
    """One that was told; another has a log of its own, and what one notes is not the other's."""
    log_lines.note(submission_id="1")
    found: list[dict[str, str]] = []

    def say() -> None:
        found.append(as_json(line()))
        log_lines.note(stage="test 1")

    for target in (log_lines.carried(say), say):
        thread = threading.Thread(target=target)
        thread.start()
        thread.join()
    assert [one.get("submission_id") for one in found] == ["1", None]
    assert "stage" not in as_json(line())


@pytest.mark.parametrize("begun", [1, 2])
def test_a_line_is_written_once(begun: int) -> None:
    """However often a process begins its log, to have it under another name."""
    program = f"""
import logging
from judge import log_lines
for name in ["one", "two"][:{begun}]:
    log_lines.begin(name)
logging.getLogger("elsewhere").info("once")
"""
    environment = {"JUDGE_LOG_FORMAT": "json"}
    ended = subprocess.run(
        [sys.executable, "-c", program], env=environment, capture_output=True, text=True, check=True
    )
    [only] = ended.stderr.splitlines()
    assert json.loads(only)["process"] == ["one", "two"][begun - 1]
