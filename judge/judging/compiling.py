"""Compiling a submission inside its box; a compiler is foreign code that reads foreign code."""

from collections.abc import Sequence
from dataclasses import dataclass

from judge.errors import JudgeError
from judge.judging.belongings import foreign
from judge.languages import Language
from judge.records import SourceFile
from judge.sandbox import Box, Limits, Status

MIB = 1024 * 1024
OUTPUT_KEPT_BYTES = 64 * 1024


class ToolchainMissing(JudgeError):
    """A language's compiler or interpreter is not where it was when the language was proven."""


@dataclass(frozen=True)
class Compilation:
    """How compiling ended, and what the compiler printed, cut at a bound."""

    ok: bool
    output: bytes


def compile_in(
    box: Box, language: Language, files: Sequence[SourceFile], *, time_limit_s: float, memory_bytes: int
) -> Compilation:
    """Compile the sources in the box and seal the result against every later run.

    Of the machine's toolchains it shows the language's own from then on.

    Raises ToolchainMissing, SandboxError.
    """
    box.cover(foreign(language.id))
    box.put({file.name: file.content.encode() for file in files})
    compilation = Compilation(ok=True, output=b"")
    # Headers and data lie beside the sources; a compiler is not to be asked to compile them.
    sources = [f"/code/{file.name}" for file in files if file.name.endswith(language.extensions)]
    if command := language.compile_command(sources):
        compilation = _run(box, language, command, time_limit_s, memory_bytes)
    box.seal()
    return compilation


def _run(
    box: Box, language: Language, command: Sequence[str], time_limit_s: float, memory_bytes: int
) -> Compilation:
    limits = Limits(
        cpu_time_s=time_limit_s,
        wall_time_s=time_limit_s,  # a compiler has nothing to wait for
        memory_bytes=memory_bytes,
        output_bytes=MIB,
        file_bytes=512 * MIB,
        file_count=20_000,  # Go's build cache
        processes=256,
    )
    outcome = box.run(command, limits, env=language.environment, merge_stderr=True)
    output = outcome.stdout[:OUTPUT_KEPT_BYTES]
    if outcome.could_not_start:
        raise ToolchainMissing(f"{language.id}: {outcome.stderr.decode(errors='replace')}")
    ending = {
        Status.CPU_TIME_EXCEEDED: f"\nThe compiler was stopped after {time_limit_s:g} s.\n",
        Status.WALL_TIME_EXCEEDED: f"\nThe compiler was stopped after {time_limit_s:g} s.\n",
        Status.MEMORY_EXCEEDED: f"\nThe compiler needed more than {memory_bytes // MIB} MiB.\n",
        Status.OUTPUT_EXCEEDED: "\nThe compiler printed too much.\n",
        Status.SIGNALED: f"\nThe compiler was ended by signal {outcome.signal}.\n",
    }.get(outcome.status, "")
    return Compilation(ok=outcome.exit_code == 0 and not ending, output=output + ending.encode())
