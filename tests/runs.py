"""Runs for tests: made as the web process makes them, before anything is sent or published."""

from typing import Any

from sqlalchemy import text

from judge import db, runs
from judge.events import RunEvent
from judge.execution import Execution, ExecutionResult, Repetition, RunLimits
from judge.languages import table
from judge.records import SourceFile
from judge.runs import ledger as run_ledger
from judge.runs.records import Run
from judge.verdict import Verdict

REPETITION = Repetition(Verdict.ACCEPTED, 0, None, 0.01, 0.02, 9 * 2**20)
RESULT = ExecutionResult(
    Verdict.ACCEPTED,
    stdout=b"caf\xc3\xa9 \xff\0",
    stderr=b"warned\n",
    exit_code=0,
    cpu_time_s=0.01,
    wall_time_s=0.02,
    memory_bytes=9 * 2**20,
    compile_output=b"note",
    repetitions=(REPETITION,),
)


def new_run(code: str = "print(input())", *, user_id: str = "1", stdin_open: bool = False,
            asked_as: dict[str, Any] | None = None, language: str = "python3",
            **asked: Any) -> tuple[Run, RunEvent]:  # fmt: skip
    """A run and its first event."""
    spoken = table()[language]
    execution = Execution(
        spoken, [SourceFile(spoken.source, code)], limits=RunLimits(wall_time_s=60.0), **asked
    )
    return runs.create(execution, user_id=user_id, stdin_open=stdin_open, asked_as=asked_as)


def change(run_id: str, **columns: str) -> None:
    """Set columns of a run to SQL expressions: what would otherwise take time."""
    values = ", ".join(f"{name} = {value}" for name, value in columns.items())
    with db.transaction() as session:
        session.execute(text(f"UPDATE runs SET {values} WHERE id = :id"), {"id": run_id})


def expire(run_id: str) -> None:
    """Let the lease of a run run out."""
    change(run_id, lease_until="clock_timestamp() - interval '1 ms'")


def log_of(run_id: str) -> list[tuple[int, str]]:
    """The numbers and the types of a run's events."""
    return [(event.seq, event.type.removeprefix("run.")) for event in run_ledger.events_after(run_id, 0)]
