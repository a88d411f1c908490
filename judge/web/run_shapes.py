"""What the API answers about runs, as ``judge.web.shapes`` describes the rest."""

from datetime import datetime
from typing import Literal

from pydantic import BaseModel, Field

from judge.verdict import State, Verdict
from judge.web.schemas import Id, UserName
from judge.web.shapes import Problem, SourceFile


class Repetition(BaseModel):
    """One of the runs of a program that was to run several times."""

    index: int
    verdict: Verdict
    exit_code: int | None
    signal: int | None
    cpu_time_s: float
    wall_time_s: float
    memory_bytes: int


class RunLimits(BaseModel):
    """What the program might use."""

    cpu_time_s: float
    cpu_extra_time_s: float | None
    wall_time_s: float | None
    memory_bytes: int
    stack_bytes: int | None
    output_bytes: int
    processes: int
    file_bytes: int
    one_file_bytes: int | None
    compile_time_s: float
    compile_memory_bytes: int


class Run(BaseModel):
    """A run as it stands; lists leave out what was printed."""

    id: Id
    user_id: UserName
    language: str
    state: State
    verdict: Verdict | None
    stdout: str | None = None
    stderr: str | None = None
    exit_code: int | None
    signal: int | None
    cpu_time_s: float | None
    wall_time_s: float | None
    memory_bytes: int | None
    compile_output: str | None = None
    message: str | None
    repetitions: list[Repetition]
    limits: RunLimits
    repeat: int
    stdin_open: bool
    attempt: int
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None
    expires_at: datetime = Field(description="when it is removed")
    encoding: Literal["base64"] = "base64"


class RunPage(BaseModel):
    """Runs, the newest first, or in the order of the ids that were asked for."""

    items: list[Run]
    next_cursor: str | None


class AnsweredRun(BaseModel):
    """The answer to one of several: the run, or what is wrong with it."""

    status: int
    run: Run | None = None
    problem: Problem | None = None


class RunBatch(BaseModel):
    """The answers to several, in their order."""

    items: list[AnsweredRun]


class RunSource(BaseModel):
    """What was asked for; stdin as text, and to the byte."""

    id: Id
    language: str
    files: list[SourceFile]
    entry_point: str | None
    stdin: str
    stdin_base64: str
    args: list[str]
    expected_output: str | None
    comparison: list[str] = Field(description="as the default output validator's arguments say it, or lines")
    compile_options: list[str]
    merge_stderr: bool
    archive: str | None = Field(description="base64")


class RunInput(BaseModel):
    """What was typed has been kept."""

    run_id: Id
    seq: int
