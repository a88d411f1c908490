"""The order of a judging: compile, then the tests until one fails, each told as it ends."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from judge import blobs
from judge.judging.comparing import matches
from judge.judging.compiling import ToolchainMissing, compile_in
from judge.judging.grading import grade, message
from judge.languages import Language
from judge.manifest import Manifest, TestSpec
from judge.records import Judgement, SourceFile, TestResult
from judge.sandbox import Box, Limits
from judge.verdict import Verdict


@dataclass(frozen=True)
class Judging:
    """What is to be judged, and by which rules."""

    manifest: Manifest
    language: Language
    files: Sequence[SourceFile]


class Progress(Protocol):
    """Whoever wants to know of each step; what it raises ends the judging."""

    def compiled(self, output: bytes | None) -> None:
        """The program is compiled; its tests begin."""

    def tested(self, result: TestResult) -> None:
        """A test has ended."""


def judge(judging: Judging, box: Box, progress: Progress) -> Judgement:
    """Judge one submission in a box of its own.

    Raises SandboxError, ToolchainMissing, BlobDamaged: failures of ours, none of which is a verdict.
    """
    manifest = judging.manifest
    compilation = compile_in(
        box,
        judging.language,
        judging.files,
        time_limit_s=manifest.compile_time_s,
        memory_bytes=manifest.compile_memory_bytes,
    )
    if not compilation.ok:
        return Judgement(Verdict.COMPILE_ERROR, compile_output=compilation.output)
    compile_output = compilation.output or None
    progress.compiled(compile_output)
    results: list[TestResult] = []
    for spec in manifest.tests:
        result = _test(judging, box, spec)
        results.append(result)
        progress.tested(result)
        if result.verdict != Verdict.ACCEPTED:
            break
    return Judgement(
        Verdict(results[-1].verdict),
        cpu_time_s=max(result.cpu_time_s for result in results),
        wall_time_s=max(result.wall_time_s for result in results),
        memory_bytes=max(result.memory_bytes for result in results),
        compile_output=compile_output,
    )


def _test(judging: Judging, box: Box, spec: TestSpec) -> TestResult:
    manifest = judging.manifest
    limits = Limits(
        cpu_time_s=manifest.time_limit_s,
        wall_time_s=manifest.wall_limit_s,
        memory_bytes=manifest.memory_bytes,
        output_bytes=manifest.output_bytes,
    )
    command, env = judging.language.run_command(manifest.memory_bytes), judging.language.environment
    with blobs.opened(spec.answer) as file:
        answer = file.read()
    with blobs.opened(spec.input) as stdin:
        outcome = box.run(command, limits, stdin=stdin, env=env)
    # An interpreter that is gone is no failure of the program; an artefact that cannot be executed is.
    if outcome.could_not_start and "/" not in command[0]:
        raise ToolchainMissing(f"{judging.language.id}: {outcome.stderr.decode(errors='replace')}")
    verdict = grade(
        outcome, manifest.time_limit_s, lambda output: matches(output, answer, manifest.comparison)
    )
    return TestResult(
        index=spec.index,
        name=spec.name,
        author_name=spec.author_name,
        verdict=verdict,
        cpu_time_s=outcome.cpu_time_s,
        wall_time_s=outcome.wall_time_s,
        memory_bytes=outcome.memory_bytes,
        exit_code=outcome.exit_code,
        signal=outcome.signal,
        message=message(verdict, outcome),
    )
