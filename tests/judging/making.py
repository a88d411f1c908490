"""Small problems made in memory, and submissions judged by them in real boxes."""

import hashlib
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, BinaryIO

from judge.judging import Judging, judge
from judge.languages import table
from judge.manifest import Manifest, Program, TestSpec
from judge.records import Judgement, SourceFile, TestResult
from judge.sandbox import Pool

MIB = 1024 * 1024


@dataclass
class Told:
    """What a judging has told of its steps."""

    steps: list[str] = field(default_factory=list)
    tests: list[TestResult] = field(default_factory=list)

    def compiled(self, output: bytes | None) -> None:
        self.steps.append("compiled")

    def tested(self, result: TestResult) -> None:
        self.steps.append(result.name)
        self.tests.append(result)


class Data:
    """Contents by their SHA-256."""

    def __init__(self) -> None:
        self._contents: dict[str, bytes] = {}

    def keep(self, content: str | bytes) -> str:
        raw = content.encode() if isinstance(content, str) else content
        digest = hashlib.sha256(raw).hexdigest()
        self._contents[digest] = raw
        return digest

    def opened(self, digest: str) -> BinaryIO:
        return io.BytesIO(self._contents[digest])


@dataclass
class Made:
    """A problem, and its data."""

    manifest: Manifest
    data: Data

    def judged(
        self,
        source: str | Mapping[str, str],
        language: str = "python3",
        *,
        thorough: bool = False,
        entry_point: str | None = None,
    ) -> tuple[Judgement, Told]:
        """Judge a program, or some files, in boxes of their own."""
        spec, told = table()[language], Told()
        files = {spec.source: source} if isinstance(source, str) else source
        judging = Judging(
            self.manifest,
            spec,
            [SourceFile(*file) for file in files.items()],
            entry_point,
            self.data.opened,
            thorough,
        )
        with Pool() as pool:
            return judge(judging, pool.take, told), told


def made(
    tests: Sequence[tuple[str, str]],
    *,
    validators: Sequence[str | Mapping[str, str]] = (),
    specs: Mapping[str, Any] | None = None,
    includes: Mapping[str, Mapping[str, str]] | None = None,
    **manifest: Any,
) -> Made:
    """A problem of inputs and answers; validators in Python, or files with scripts; specs: of every test."""
    data = Data()

    def files_of(files: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
        return tuple((name, data.keep(content)) for name, content in files.items())

    programs = [
        Program("validator", "python3", files_of({"validate.py": one}))
        if isinstance(one, str)
        else Program("validator", None, files_of(one))
        for one in validators
    ]
    named = [(f"secret/{number}", *both) for number, both in enumerate(tests, start=1)]
    more = dict(specs or {})
    if "files" in more:
        more["files"] = files_of(more["files"])
    defaults: dict[str, Any] = {
        "time_limit_s": 1.0,
        "memory_bytes": 128 * MIB,
        "output_bytes": MIB,
        "validation_time_s": 5.0,
        "validation_memory_bytes": 256 * MIB,
    }
    return Made(
        Manifest(
            name="Made",
            tests=tuple(
                TestSpec(index, name, name, data.keep(given), data.keep(answer), **more)
                for index, (name, given, answer) in enumerate(named, start=1)
            ),
            validators=tuple(programs),
            includes=tuple((language, files_of(files)) for language, files in (includes or {}).items()),
            **defaults | manifest,
        ),
        data,
    )
