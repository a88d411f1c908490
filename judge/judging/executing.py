"""Running a program on its caller's own input: compile once, run as often as is asked, compare."""

from collections.abc import Callable, Mapping
from contextlib import ExitStack, nullcontext
from dataclasses import replace
from functools import partial
from typing import Literal, Protocol

from judge import log_lines
from judge.archive import clash, unzipped
from judge.comparison import LINES, Comparison, comparison
from judge.execution import Execution, ExecutionResult, Repetition
from judge.judging.belongings import hidden_from
from judge.judging.comparing import difference
from judge.judging.compiling import ToolchainMissing, compiled, contents
from judge.judging.grading import flaw
from judge.judging.pools import Take
from judge.judging.programs import Program, arranged
from judge.judging.turns import Turns
from judge.manifest import MIB, STOP_FACTOR
from judge.records import SourceFile
from judge.sandbox import Box, Feed, Limits, Outcome, Status, run_live
from judge.verdict import Verdict

_PAGE_BYTES = 4096


class ExecutionProgress(Protocol):
    """Whoever wants to know of each step; what it raises ends the execution.

    The program waits while it is told of, on its own wall time, so nothing here is to take long.
    """

    def compiled(self, output: bytes | None) -> None:
        """The program is compiled, and run from now on. Not called after a compile error."""

    def printed(self, stream: Literal["stdout", "stderr"], data: bytes, repetition: int) -> None:
        """A piece of what is kept of a stream has come, from a byte to 64 KiB; repetitions count from 1."""


def execute(
    execution: Execution,
    take: Take,
    progress: ExecutionProgress,
    feed: Feed | None = None,
) -> ExecutionResult:
    """Run a program; ``take`` gives a fresh box for it.

    feed: its further input, after ``execution.stdin``; abandoned in any case when this returns.

    Raises SandboxError, ToolchainMissing: failures of ours, none of which is a verdict. BoxKilled, a
    SandboxError, is what ends it after ``kill`` of its box. ValueError where a program that is to be run more
    than once is given a feed.
    """
    if feed and execution.repeat > 1:
        raise ValueError("a program that is given input while it runs is run once")
    limits = execution.limits
    with ExitStack() as stack:
        if feed:
            stack.callback(feed.abandon)
        turns = stack.enter_context(Turns())
        box = stack.enter_context(take(hidden_from(execution.language.id)))
        log_lines.note(box=box.name, stage="compile")
        beside = unzipped(execution.archive) if execution.archive is not None else {}
        program = _arranged(execution, beside, is_fed=feed is not None)
        if (name := clash(contents(program))) is not None:
            refused = f"The archive has {name} where the program has a file."
            return ExecutionResult(Verdict.COMPILE_ERROR, message=refused)
        with turns.beside_others():
            compilation = compiled(
                box, program, time_limit_s=limits.compile_time_s, memory_bytes=limits.compile_memory_bytes
            )
        compile_output = compilation.output or None
        if not compilation.ok:
            failed = "The program could not be compiled."
            return ExecutionResult(Verdict.COMPILE_ERROR, compile_output=compile_output, message=failed)
        progress.compiled(compile_output)
        repetitions: list[Repetition] = []
        while True:
            log_lines.note(stage=f"run {len(repetitions) + 1}")
            told = partial(progress.printed, repetition=len(repetitions) + 1)
            # Who waits for a person does not keep others from being alone.
            with nullcontext() if feed else turns.beside_others():
                if beside:
                    box.place(beside)
                outcome = _outcome(execution, program, box, told, feed)
            verdict, message = _judged(execution, outcome)
            repetitions.append(_repetition(verdict, outcome))
            if verdict is not Verdict.ACCEPTED or len(repetitions) == execution.repeat:
                return _result(outcome, repetitions, message, compile_output)


def _arranged(execution: Execution, beside: Mapping[str, bytes], *, is_fed: bool) -> Program:
    language = execution.language
    program = arranged(language, execution.files, execution.entry_point, execution.compile_options)
    program = replace(program, beside=tuple(beside.items()))
    if not is_fed:
        return program
    theirs = {file.name for file in program.files}
    ours = (SourceFile(*file) for file in language.fed_files.items() if file[0] not in theirs)
    return replace(program, files=(*program.files, *ours))


def _outcome(
    execution: Execution,
    program: Program,
    box: Box,
    printed: Callable[[Literal["stdout", "stderr"], bytes], None],
    feed: Feed | None,
) -> Outcome:
    language = execution.language
    command = program.run_command(execution.memory_bytes)
    asked = execution.limits
    stopped_at_s = max(
        STOP_FACTOR * execution.cpu_time_s, execution.cpu_time_s + (asked.cpu_extra_time_s or 0)
    )
    # The program has as much room as ever beside what lies there.
    taken_bytes = sum(len(content) + _PAGE_BYTES for _, content in program.beside)
    limits = Limits(
        cpu_time_s=stopped_at_s,
        wall_time_s=execution.wall_time_s(is_fed=feed is not None),
        memory_bytes=execution.memory_bytes,
        output_bytes=asked.output_bytes,
        processes=asked.processes,
        file_bytes=asked.file_bytes + taken_bytes,
        one_file_bytes=asked.one_file_bytes or asked.file_bytes,
        stack_bytes=asked.stack_bytes or 0,
    )
    outcome = run_live(
        box,
        (*command, *execution.args),
        limits,
        printed,
        stdin=execution.stdin,
        feed=feed,
        env={**language.environment, **(language.fed_environment if feed else {})},
        merge_stderr=execution.merge_stderr,
    )
    # An interpreter that is gone is a failure of ours; limits that leave it no room are the asker's.
    if outcome.could_not_start and not outcome.did_not_fit and "/" not in command[0]:
        raise ToolchainMissing(f"{language.id}: {outcome.stderr.decode(errors='replace')}")
    return outcome


def _judged(execution: Execution, outcome: Outcome) -> tuple[Verdict, str | None]:
    """What is to be said of a run, and a sentence about what was wrong: who asks knows all of it."""
    flawed = flaw(outcome, execution.cpu_time_s)
    if flawed:
        return flawed, _message(execution, outcome)
    if execution.expected_output is None:
        return Verdict.ACCEPTED, None
    found = _difference(execution, outcome.stdout, execution.expected_output)
    if found is None:
        return Verdict.ACCEPTED, None
    return Verdict.WRONG_ANSWER, f"The output is not the expected one: {found}."


def _difference(execution: Execution, output: bytes, answer: bytes) -> str | None:
    if execution.comparison != LINES:
        return difference(output, answer, comparison(execution.comparison))
    exactly = Comparison(case_sensitive=True, space_change_sensitive=True)
    return difference(_trimmed(output), _trimmed(answer), exactly)


def _trimmed(text: bytes) -> bytes:
    """Without the white space at the end of each line, and at the end of all."""
    return b"\n".join(line.rstrip() for line in text.split(b"\n")).rstrip()


def _message(execution: Execution, outcome: Outcome) -> str:
    limits = execution.limits
    if outcome.did_not_fit:
        return "The program with its arguments does not fit its limits of stack and memory."
    if outcome.could_not_start:
        return "The program could not be started."
    match outcome.status:
        case Status.MEMORY_EXCEEDED:
            return f"The program used more memory than {execution.memory_bytes / MIB:g} MiB."
        case Status.OUTPUT_EXCEEDED:
            return f"The program printed more than {limits.output_bytes} bytes."
        case Status.WALL_TIME_EXCEEDED:
            return f"The program had not ended after {outcome.wall_time_s:.3g} s by the clock."
    if outcome.cpu_time_s > execution.cpu_time_s:
        return f"The program used more CPU time than {execution.cpu_time_s:g} s."
    if outcome.signal is not None:
        return f"The program was ended by signal {outcome.signal}."
    return f"The program ended with exit code {outcome.exit_code}."


def _repetition(verdict: Verdict, outcome: Outcome) -> Repetition:
    return Repetition(
        verdict,
        outcome.exit_code,
        outcome.signal,
        outcome.cpu_time_s,
        outcome.wall_time_s,
        outcome.memory_bytes,
    )


def _result(
    outcome: Outcome, repetitions: list[Repetition], message: str | None, compile_output: bytes | None
) -> ExecutionResult:
    last = repetitions[-1]
    counted = repetitions if last.verdict is Verdict.ACCEPTED else [last]
    count = len(counted)
    return ExecutionResult(
        verdict=last.verdict,
        stdout=outcome.stdout,
        stderr=outcome.stderr,
        exit_code=last.exit_code,
        signal=last.signal,
        cpu_time_s=sum(each.cpu_time_s for each in counted) / count,
        wall_time_s=sum(each.wall_time_s for each in counted) / count,
        memory_bytes=sum(each.memory_bytes for each in counted) // count,
        compile_output=compile_output,
        message=message,
        repetitions=tuple(repetitions),
    )
