"""A run in the words of Judge0's API: its token, its status and its fields."""

import base64
import uuid
from collections.abc import Iterable
from typing import Any

from judge.records import as_number, instant, of_number
from judge.runs.ledger import Asked
from judge.runs.records import Run
from judge.verdict import HELD, State, Verdict

QUEUED, PROCESSING, ACCEPTED, INTERNAL_ERROR = 1, 2, 3, 13
STATUSES = {
    QUEUED: "In Queue",
    PROCESSING: "Processing",
    ACCEPTED: "Accepted",
    4: "Wrong Answer",
    5: "Time Limit Exceeded",
    6: "Compilation Error",
    7: "Runtime Error (SIGSEGV)",
    8: "Runtime Error (SIGXFSZ)",
    9: "Runtime Error (SIGFPE)",
    10: "Runtime Error (SIGABRT)",
    11: "Runtime Error (NZEC)",
    12: "Runtime Error (Other)",
    INTERNAL_ERROR: "Internal Error",
    14: "Exec Format Error",
}

DEFAULT_FIELDS = ("stdout", "time", "memory", "stderr", "token", "compile_output", "message", "status")
FIELDS = (
    "source_code", "language_id", "stdin", "expected_output", "stdout", "status_id", "created_at",
    "finished_at", "time", "memory", "stderr", "token", "number_of_runs", "cpu_time_limit", "cpu_extra_time",
    "wall_time_limit", "memory_limit", "stack_limit", "max_processes_and_or_threads",
    "enable_per_process_and_thread_time_limit", "enable_per_process_and_thread_memory_limit",
    "max_file_size", "compile_output", "exit_code", "exit_signal", "message", "wall_time",
    "compiler_options", "command_line_arguments", "redirect_stderr_to_stdout", "callback_url",
    "additional_files", "enable_network", "status", "language",
)  # fmt: skip
"""Those of version 1.13.1. Later ones have more, on which clients break that do not know them."""

ASKED_FIELDS = frozenset(("source_code", "stdin", "expected_output", "additional_files"))
"""What of a submission is shown to nobody who does not ask for it: only then need it be read."""

_ENCODED = ("source_code", "stdin", "expected_output", "stdout", "stderr", "compile_output", "message")
_DECIMALS = ("cpu_time_limit", "cpu_extra_time", "wall_time_limit")
_SIGNALS = {11: 7, 25: 8, 8: 9, 6: 10}
_VERDICTS = {
    Verdict.ACCEPTED: ACCEPTED,
    Verdict.WRONG_ANSWER: 4,
    Verdict.TIME_LIMIT_EXCEEDED: 5,
    Verdict.COMPILE_ERROR: 6,
    Verdict.OUTPUT_LIMIT_EXCEEDED: 8,  # there the output is a file
    Verdict.MEMORY_LIMIT_EXCEEDED: 11,  # there is no word for it: the program's shell tells of a SIGKILL
}
_TIMEOUTS = {True: "Time limit exceeded (wall clock)", False: "Time limit exceeded"}
_LINE = 60


class NotText(Exception):
    """A field has to be shown as text, and is none."""


def token_of(run_id: str) -> str:
    """A run's token: a UUID of version 4."""
    return str(uuid.UUID(int=as_number(run_id)))


def run_id_of(token: str) -> str | None:
    """The id of the run whose token this is; None where it can be nobody's."""
    try:
        parsed = uuid.UUID(token)
    except ValueError:
        return None
    return of_number(parsed.int) if str(parsed) == token.lower() else None


def status_of(state: State, verdict: str | None, signal: int | None) -> int:
    """The id of the status that a run has."""
    if state is State.QUEUED:
        return QUEUED
    if state in HELD:
        return PROCESSING
    if state is not State.DONE or verdict is None:
        return INTERNAL_ERROR
    known = _VERDICTS.get(Verdict(verdict))
    if known is None:
        return 11 if signal is None else _SIGNALS.get(signal, 12)
    return known


def shown(run: Run, asked: Asked, fields: Iterable[str], *, encoded: bool) -> dict[str, Any]:
    """A run as it is shown; encoded: whether texts are base64, as they have to be where they are none.

    Raises NotText.
    """
    values = _asked(asked) | _result(run)
    return {name: _written(name, values[name], encoded=encoded) for name in fields}


def _asked(asked: Asked) -> dict[str, Any]:
    """What was asked for: in its words, and what of it is kept with every run."""
    assert asked.asked_as is not None, "it was asked for in other words"
    values = dict(asked.asked_as)
    return values | {
        "source_code": asked.files[0]["content"].encode() if asked.files else None,
        "stdin": asked.stdin or None,
        "expected_output": asked.expected_output,
        "redirect_stderr_to_stdout": asked.merge_stderr,
        "additional_files": asked.archive,
        "enable_network": False,
        "language": {"id": values["language_id"], "name": values["language_name"]},
    }


def _result(run: Run) -> dict[str, Any]:
    status = status_of(run.state, run.verdict, run.signal)
    exit_code, exit_signal, message = _ending(run, status)
    return {
        "token": token_of(run.id),
        "created_at": instant(run.created_at),
        "finished_at": instant(run.finished_at),
        "number_of_runs": run.repeat,
        "stdout": run.stdout or None,
        "stderr": run.stderr or None,
        "compile_output": run.compile_output or None,
        "time": None if run.cpu_time_s is None else _decimal(run.cpu_time_s),
        "wall_time": None if run.wall_time_s is None else _decimal(run.wall_time_s),
        "memory": None if run.memory_bytes is None else run.memory_bytes // 1024,
        "exit_code": exit_code,
        "exit_signal": exit_signal,
        "message": message,
        "status_id": status,
        "status": {"id": status, "description": STATUSES[status]},
    }


def _ending(run: Run, status: int) -> tuple[int | None, int | None, str | None]:
    """Exit code, signal and message, as the sandbox isolate tells of them."""
    if run.state is not State.DONE:
        return None, None, run.message or ("The run was cancelled." if run.state is State.CANCELLED else None)
    match run.verdict:
        case Verdict.COMPILE_ERROR:
            return None, None, run.message if run.compile_output is None else None
        case Verdict.TIME_LIMIT_EXCEEDED:
            by_clock = (run.cpu_time_s or 0) <= run.limits.cpu_time_s
            return run.exit_code or 0, None, _TIMEOUTS[by_clock]
        case Verdict.MEMORY_LIMIT_EXCEEDED:
            return 137, None, f"Exited with error status 137: {run.message}"
        case Verdict.OUTPUT_LIMIT_EXCEEDED:
            return 0, 25, "Caught fatal signal 25"
        case Verdict.RUNTIME_ERROR if run.signal is not None:
            return 0, run.signal, f"Caught fatal signal {run.signal}"
        case Verdict.RUNTIME_ERROR:
            return run.exit_code, None, f"Exited with error status {run.exit_code}"
    return run.exit_code, None, None


def _decimal(value: float) -> str:
    """A number as it is written there: text, to the millisecond."""
    return str(round(float(value), 3))


def _written(name: str, value: Any, *, encoded: bool) -> Any:
    if name == "additional_files":
        return None if value is None else _base64(value)
    if name in _DECIMALS:
        return _decimal(value)
    if name not in _ENCODED or value is None:
        return value
    content = value.encode() if isinstance(value, str) else value
    if encoded:
        return _base64(content)
    try:
        return content.decode()
    except UnicodeDecodeError as error:
        raise NotText from error


def _base64(content: bytes) -> str:
    """In lines, as Ruby writes it."""
    text = base64.b64encode(content).decode()
    return "".join(f"{text[at : at + _LINE]}\n" for at in range(0, len(text), _LINE))
