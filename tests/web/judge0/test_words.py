"""Each state of a run in Judge0's words, from what Judge0's own sources say of them."""

import base64
import uuid
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from judge import judge0
from judge.execution import RunLimits
from judge.judge0 import FIELDS, NotText
from judge.records import new_id
from judge.runs.ledger import Asked
from judge.runs.records import Run
from judge.verdict import State, Verdict

AT = datetime(2026, 1, 2, 3, 4, 5, 678901, tzinfo=UTC)
RUN = Run(
    id=new_id(), user_id="1", language="c", state=State.DONE, verdict="accepted", stdout=b"out\n", stderr=b"",
    exit_code=0, signal=None, cpu_time_s=0.01234, wall_time_s=0.5, memory_bytes=2_000_000,
    compile_output=None, message=None, repetitions=(), limits=RunLimits(cpu_time_s=2.0), repeat=1,
    stdin_open=False, attempt=1, created_at=AT, started_at=AT, finished_at=AT, expires_at=AT, last_seq=4,
)  # fmt: skip
AS_TOLD = {
    "language_id": 50, "language_name": "C (GCC 12.2.0)", "cpu_time_limit": 2, "cpu_extra_time": 0.5,
    "wall_time_limit": 10, "memory_limit": 128000, "stack_limit": 64000, "max_processes_and_or_threads": 60,
    "max_file_size": 1024, "enable_per_process_and_thread_time_limit": False,
    "enable_per_process_and_thread_memory_limit": False, "compiler_options": "-O2",
    "command_line_arguments": None, "callback_url": None,
}  # fmt: skip
ASKED = Asked(
    files=[{"name": "main.c", "content": "int main;"}], entry_point=None, stdin=b"1\xff", args=(),
    expected_output=b"out", comparison=("lines",), compile_options=("-O2",), merge_stderr=False,
    archive=b"zip", asked_as=AS_TOLD,
)  # fmt: skip


def shown(run: Run, fields: Any = FIELDS, *, encoded: bool = True) -> dict[str, Any]:
    return judge0.shown(run, ASKED, fields, encoded=encoded)


ENDINGS = [
    # state, verdict, exit code, signal: status, exit code, signal, message
    ("queued", None, None, None, 1, "In Queue", None, None, None),
    ("compiling", None, None, None, 2, "Processing", None, None, None),
    ("running", None, None, None, 2, "Processing", None, None, None),
    ("done", "accepted", 0, None, 3, "Accepted", 0, None, None),
    ("done", "wrong_answer", 0, None, 4, "Wrong Answer", 0, None, None),
    ("done", "time_limit_exceeded", None, 9, 5, "Time Limit Exceeded", 0, None, "Time limit exceeded"),
    ("done", "compile_error", None, None, 6, "Compilation Error", None, None, None),
    ("done", "runtime_error", None, 11, 7, "Runtime Error (SIGSEGV)", 0, 11, "Caught fatal signal 11"),
    ("done", "runtime_error", None, 25, 8, "Runtime Error (SIGXFSZ)", 0, 25, "Caught fatal signal 25"),
    ("done", "output_limit_exceeded", None, 9, 8, "Runtime Error (SIGXFSZ)", 0, 25, "Caught fatal signal 25"),
    ("done", "runtime_error", None, 8, 9, "Runtime Error (SIGFPE)", 0, 8, "Caught fatal signal 8"),
    ("done", "runtime_error", None, 6, 10, "Runtime Error (SIGABRT)", 0, 6, "Caught fatal signal 6"),
    ("done", "runtime_error", 3, None, 11, "Runtime Error (NZEC)", 3, None, "Exited with error status 3"),
    ("done", "memory_limit_exceeded", None, 9, 11, "Runtime Error (NZEC)", 137, None, "Exited with error status 137: m"),  # noqa: E501
    ("done", "runtime_error", None, 15, 12, "Runtime Error (Other)", 0, 15, "Caught fatal signal 15"),
    ("failed", None, None, None, 13, "Internal Error", None, None, "m"),
    ("cancelled", None, None, None, 13, "Internal Error", None, None, "m"),
]  # fmt: skip


@pytest.mark.parametrize("ending", ENDINGS, ids=lambda ending: f"{ending[0]} {ending[1]} {ending[3]}")
def test_statuses(ending: tuple[Any, ...]) -> None:
    """Each way in which a run can stand or end."""
    state, verdict, exit_code, signal, id_, description, shown_code, shown_signal, message = ending
    told = None if id_ in (1, 2, 3, 4, 6) else "m"
    run = replace(RUN, state=State(state), verdict=verdict, exit_code=exit_code, signal=signal, message=told,
                  cpu_time_s=3.0, compile_output=b"error")  # fmt: skip
    fields = shown(run, ("status", "status_id", "exit_code", "exit_signal", "message"), encoded=False)
    assert fields == {
        "status": {"id": id_, "description": description},
        "status_id": id_,
        "exit_code": shown_code,
        "exit_signal": shown_signal,
        "message": message,
    }


def test_every_verdict_has_a_status() -> None:
    """And there are the fourteen that clients know."""
    assert {verdict for _, verdict, *_ in ENDINGS if verdict} == set(Verdict)
    assert {state for state, *_ in ENDINGS} == set(State)
    assert list(judge0.STATUSES) == list(range(1, 15))


def test_by_the_clock() -> None:
    """A program that waits is told of in other words."""
    run = replace(RUN, verdict="time_limit_exceeded", cpu_time_s=0.1, exit_code=None, signal=9)
    assert shown(run, ["message"], encoded=False) == {"message": "Time limit exceeded (wall clock)"}


def test_every_field() -> None:
    """Decimals are texts, sizes kilobytes, instants end in Z, what is empty is null, texts are base64."""
    assert shown(RUN) == {
        "source_code": "aW50IG1haW47\n", "language_id": 50, "stdin": "Mf8=\n", "expected_output": "b3V0\n",
        "stdout": "b3V0Cg==\n", "status_id": 3, "created_at": "2026-01-02T03:04:05.678Z",
        "finished_at": "2026-01-02T03:04:05.678Z", "time": "0.012", "memory": 1953, "stderr": None,
        "token": str(uuid.UUID(judge0.token_of(RUN.id))), "number_of_runs": 1, "cpu_time_limit": "2.0",
        "cpu_extra_time": "0.5", "wall_time_limit": "10.0", "memory_limit": 128000, "stack_limit": 64000,
        "max_processes_and_or_threads": 60, "enable_per_process_and_thread_time_limit": False,
        "enable_per_process_and_thread_memory_limit": False, "max_file_size": 1024, "compile_output": None,
        "exit_code": 0, "exit_signal": None, "message": None, "wall_time": "0.5", "compiler_options": "-O2",
        "command_line_arguments": None, "redirect_stderr_to_stdout": False, "callback_url": None,
        "additional_files": "emlw\n", "enable_network": False, "status": {"id": 3, "description": "Accepted"},
        "language": {"id": 50, "name": "C (GCC 12.2.0)"},
    }  # fmt: skip
    assert set(shown(RUN)) == set(FIELDS)


def test_text() -> None:
    """Without base64, as long as it is text; the archive is base64 in any case."""
    fields = ("stdout", "source_code", "additional_files")
    assert shown(RUN, fields, encoded=False) == {
        "stdout": "out\n",
        "source_code": "int main;",
        "additional_files": "emlw\n",
    }
    with pytest.raises(NotText):
        shown(RUN, ["stdin"], encoded=False)


def test_base64_comes_in_lines() -> None:
    """As Ruby writes it: sixty characters each."""
    told = shown(replace(RUN, stdout=bytes(100)), ["stdout"])["stdout"]
    assert [len(line) for line in told.split("\n")] == [60, 60, 16, 0]
    assert base64.b64decode(told) == bytes(100)


def test_tokens() -> None:
    """Every id of ours is a UUID of version 4 in other clothes; what is none is nobody's."""
    for id_ in [new_id() for _ in range(100)]:
        token = judge0.token_of(id_)
        parsed = uuid.UUID(token)
        assert (parsed.version, parsed.variant) == (4, uuid.RFC_4122)
        assert judge0.run_id_of(token) == judge0.run_id_of(token.upper()) == id_
    for nobodys in ("", "batch", "0" * 32, RUN.id, f"{{{uuid.uuid4()}}}", "x" * 36):
        assert judge0.run_id_of(nobodys) is None
