"""Compiling a submission inside its box; a compiler is foreign code that reads foreign code."""

import time
from collections.abc import Sequence
from dataclasses import dataclass

from judge import metrics
from judge.errors import JudgeError
from judge.judging import artefacts, headers
from judge.judging.belongings import foreign
from judge.judging.fingerprints import fingerprint
from judge.judging.programs import Program
from judge.languages import Language
from judge.manifest import COMPILER_PATIENCE
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


def compile_in(box: Box, program: Program, *, time_limit_s: float, memory_bytes: int) -> Compilation:
    """Compile a program in the box and seal the result against every later run.

    Of the machine's toolchains it shows the language's own from then on.

    Raises ToolchainMissing, SandboxError.
    """
    language = program.language
    box.cover(foreign(language.id))
    box.put(contents(program))
    compilation = Compilation(ok=True, output=b"")
    if program.compile_command:
        compilation = _with_header(box, program, time_limit_s, memory_bytes)
    box.seal()
    return compilation


def compiled(box: Box, program: Program, *, time_limit_s: float, memory_bytes: int) -> Compilation:
    """As ``compile_in``, but what was compiled on this machine before is taken from where it is kept."""

    def compile_now() -> Compilation:
        return compile_in(box, program, time_limit_s=time_limit_s, memory_bytes=memory_bytes)

    if not program.compile_command:
        return compile_now()
    # What of the language plays a part, as the environment, is in its fingerprint.
    facts = fingerprint(program.language), program.compile_command, program.entry, time_limit_s, memory_bytes
    digest = artefacts.digest_of(facts, contents(program))
    output = artefacts.restore(box, digest)
    metrics.compilations.inc("miss" if output is None else "hit")
    if output is not None:
        box.cover(foreign(program.language.id))
        box.seal()
        return Compilation(ok=True, output=output)
    compilation = compile_now()
    if compilation.ok:
        artefacts.keep(box, digest, compilation.output, first=tuple(contents(program)))
    return compilation


def contents(program: Program) -> dict[str, bytes]:
    """The submission's files, and the language's own, which take the place of any of theirs."""
    theirs = {file.name: file.content.encode("utf-8", "surrogateescape") for file in program.files}
    ours = {name: text.encode() for name, text in program.language.files.items()}
    return dict(program.beside) | theirs | ours


def _with_header(box: Box, program: Program, time_limit_s: float, memory_bytes: int) -> Compilation:
    """Compile with a precompiled header where there is one for it.

    Only success is believed of that: whatever may be wrong with a file of ours, it makes no compile error.
    """
    language, command = program.language, program.compile_command
    options: Sequence[str] = ()
    includes_it = any(headers.INCLUDED in content for content in contents(program).values())
    if includes_it and not program.compile_options:  # it was made with none
        options = headers.options(language, box)
    spent_s = 0.0
    if options:
        began = time.monotonic()
        compilation = _run(box, language, [command[0], *options, *command[1:]], time_limit_s, memory_bytes)
        spent_s = time.monotonic() - began
        if compilation.ok or spent_s >= time_limit_s:
            return compilation
    return _run(box, language, command, time_limit_s, memory_bytes, spent_s=spent_s)


def _run(
    box: Box,
    language: Language,
    command: Sequence[str],
    time_limit_s: float,
    memory_bytes: int,
    *,
    spent_s: float = 0.0,
) -> Compilation:
    limits = Limits(
        cpu_time_s=time_limit_s - spent_s,
        wall_time_s=COMPILER_PATIENCE * (time_limit_s - spent_s),
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
