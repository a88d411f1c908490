"""The order of a judging: compile, then test by test as the groups have it, each told as it ends."""

from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from typing import BinaryIO, Protocol

from judge import blobs, log_lines
from judge.judging.belongings import hidden_from
from judge.judging.compiling import compiled
from judge.judging.contestant import Contestant
from judge.judging.pools import Take
from judge.judging.programs import arranged
from judge.judging.scoring import Marking
from judge.judging.testing import Tester
from judge.judging.turns import Turns
from judge.judging.validating import Validator
from judge.languages import Language
from judge.manifest import Manifest
from judge.records import Judgement, SourceFile, TestResult
from judge.verdict import Verdict


@dataclass(frozen=True)
class Judging:
    """What is to be judged, and by which rules.

    entry_point: what is run first, where the language does not tell. opened: the bytes of a digest of the
    manifest. thorough: every test is run, whatever became of others.
    """

    manifest: Manifest
    language: Language
    files: Sequence[SourceFile]
    entry_point: str | None = None
    opened: Callable[[str], BinaryIO] = blobs.opened
    thorough: bool = False


class Progress(Protocol):
    """Whoever wants to know of each step; what it raises ends the judging."""

    def compiled(self, output: bytes | None) -> None:
        """The program is compiled; its tests begin."""

    def tested(self, result: TestResult) -> None:
        """A test has ended."""


def judge(judging: Judging, take: Take, progress: Progress) -> Judgement:
    """Judge one submission; ``take`` gives a fresh box for it, and one for each validator.

    Raises SandboxError, ToolchainMissing, BlobDamaged, and where the problem is at fault NotInstalled,
    ValidatorFailed, ScoreOutOfRange: failures of ours, none of which is a verdict.
    """
    manifest = judging.manifest
    with ExitStack() as stack:
        turns = stack.enter_context(Turns())
        box = stack.enter_context(take(hidden_from(judging.language.id)))
        log_lines.note(box=box.name, stage="compile")
        program = arranged(judging.language, _files(judging), judging.entry_point)
        with turns.beside_others():
            compilation = compiled(
                box, program, time_limit_s=manifest.compile_time_s, memory_bytes=manifest.compile_memory_bytes
            )
        if not compilation.ok:
            score = 0.0 if manifest.scoring else None
            return Judgement(Verdict.COMPILE_ERROR, score=score, compile_output=compilation.output)
        compile_output = compilation.output or None
        progress.compiled(compile_output)
        with turns.beside_others():
            validators = [
                Validator(own, manifest, stack.enter_context(take(hidden_from(own.language))), judging.opened)
                for own in manifest.validators
            ]
        contestant = Contestant(program, manifest, box, judging.opened)
        tester = Tester(manifest, contestant, validators, judging.opened, turns)
        return _judgement(judging, tester, progress, compile_output)


def _files(judging: Judging) -> list[SourceFile]:
    """The submission's files, and over them those that the problem puts beside every submission."""
    files = {file.name: file for file in judging.files}
    for name, digest in judging.manifest.included(*judging.language.lineage):
        with judging.opened(digest) as file:
            files[name] = SourceFile(name, file.read().decode("utf-8", "surrogateescape"))
    return list(files.values())


def _judgement(
    judging: Judging, tester: Tester, progress: Progress, compile_output: bytes | None
) -> Judgement:
    marking = Marking(judging.manifest, thorough=judging.thorough)
    results: list[TestResult] = []
    for spec in judging.manifest.tests:
        if not marking.due(spec):
            continue
        log_lines.note(stage=f"test {spec.index}")
        result = tester.test(spec, marking)
        results.append(result)
        progress.tested(result)
    verdict, score = marking.ended()
    return Judgement(
        verdict,
        cpu_time_s=max(result.cpu_time_s for result in results),
        wall_time_s=max(result.wall_time_s for result in results),
        memory_bytes=max(result.memory_bytes for result in results),
        score=score,
        groups=marking.results() if judging.manifest.groups else None,
        compile_output=compile_output,
    )
