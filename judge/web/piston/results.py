"""A run in Piston's words: what each of its stages came to."""

import base64
import signal
from typing import Any

from judge.events import RunEvent
from judge.languages import Language
from judge.runs.records import Run, as_text
from judge.verdict import State, Verdict
from judge.web.piston.runtimes import Runtime
from judge.web.piston.versions import written

_MS = 1000
_KILLED = "SIGKILL"


def has_compile_stage(language: Language) -> bool:
    """Whether a language is compiled there; what only looks for errors beforehand is no stage of its own."""
    return "/code/{entry}" not in language.run


def result(run: Run, runtime: Runtime, log: list[RunEvent]) -> dict[str, Any]:
    """The answer to a job whose run has ended; log: its events, for the order of what it printed."""
    told: dict[str, Any] = {"language": runtime.language, "version": written(runtime.version)}
    if run.verdict == Verdict.COMPILE_ERROR:
        failed = _compile_stage(run)
        return {"compile": failed, "run": failed} | told
    stages = {"run": _run_stage(run, log)}
    if has_compile_stage(runtime.ours):
        stages = {"compile": _compile_stage(run)} | stages
    return stages | told


def code_and_signal(run: Run) -> tuple[int | None, str | None]:
    """How the program ended; what a limit has stopped was killed."""
    if run.verdict in (Verdict.ACCEPTED, Verdict.RUNTIME_ERROR):
        return run.exit_code, None if run.signal is None else _name(run.signal)
    return None, _KILLED


def _compile_stage(run: Run) -> dict[str, Any]:
    """The compiler's messages; of its usage nothing is kept."""
    failed = run.verdict == Verdict.COMPILE_ERROR
    printed = as_text(run.compile_output) or ""
    return {
        "stdout": "",
        "stderr": printed,
        "output": printed,
        "code": 1 if failed else 0,
        "signal": None,
        "message": run.message if failed else None,
        "status": "RE" if failed else None,
        "cpu_time": None,
        "wall_time": None,
        "memory": None,
    }


def _run_stage(run: Run, log: list[RunEvent]) -> dict[str, Any]:
    code, name = code_and_signal(run)
    status = _status(run)
    return {
        "stdout": as_text(run.stdout) or "",
        "stderr": as_text(run.stderr) or "",
        "output": _in_order(run, log),
        "code": code,
        "signal": name,
        "message": run.message,
        "status": status,
        "cpu_time": None if run.cpu_time_s is None else round(run.cpu_time_s * _MS),
        "wall_time": None if run.wall_time_s is None else round(run.wall_time_s * _MS),
        "memory": run.memory_bytes,
    }


def _status(run: Run) -> str | None:
    if run.state is not State.DONE:
        return "XX"
    match run.verdict:
        case Verdict.ACCEPTED:
            return None
        case Verdict.TIME_LIMIT_EXCEEDED:
            return "TO"
        case Verdict.OUTPUT_LIMIT_EXCEEDED:
            return "OL" if len(run.stdout or b"") >= run.limits.output_bytes else "EL"
        case Verdict.RUNTIME_ERROR if run.signal is None:
            return "RE"
    return "SG"


def _in_order(run: Run, log: list[RunEvent]) -> str:
    """Both streams as they came, as far as the log tells; what it does not is at their ends."""
    pieces: list[bytes] = []
    told = {"stdout": 0, "stderr": 0}
    for event in log:
        stream = event.type.removeprefix("run.")
        if stream in told and event.data["attempt"] == run.attempt:
            content = content_of(event)
            pieces.append(content)
            told[stream] += len(content)
    printed = {"stdout": run.stdout or b"", "stderr": run.stderr or b""}
    rest = [content[told[stream] :] for stream, content in printed.items()]
    return as_text(b"".join([*pieces, *rest])) or ""


def content_of(event: RunEvent) -> bytes:
    """What an event of output has in it, to the byte."""
    data = event.data
    return base64.b64decode(data["base64"]) if "base64" in data else data["text"].encode()


def _name(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"SIGRTMIN+{number - signal.SIGRTMIN}"
