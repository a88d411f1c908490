"""A problem's own programs, made ready to run: in a language of the table, or by their scripts."""

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import BinaryIO

from judge.errors import JudgeError
from judge.judging import artefacts
from judge.judging.compiling import MIB, compiled
from judge.judging.fingerprints import whole_machine
from judge.judging.programs import arranged
from judge.languages import table
from judge.manifest import COMPILER_PATIENCE, Manifest, Program
from judge.records import SourceFile
from judge.sandbox import Box, Limits

_BUILD = ("sh", "-c", "cd /code && exec ./build")


class NotInstalled(JudgeError):
    """A program of the problem does not compile: a fault of the problem.

    told: with the compiler's words, for the author alone: they quote the program, and an exception's text
    goes into logs.
    """

    def __init__(self, reason: str, said: str) -> None:
        super().__init__(reason)
        self.told = f"{reason}: {said}"


@dataclass(frozen=True)
class Installed:
    """How a program is run in the box that it was installed in."""

    command: tuple[str, ...]
    environment: Mapping[str, str] = field(default_factory=dict)


def install(program: Program, box: Box, opened: Callable[[str], BinaryIO], manifest: Manifest) -> Installed:
    """Compile a program in a box and seal the result. Raises NotInstalled, ToolchainMissing."""
    files: dict[str, bytes] = {}
    for name, digest in program.files:
        with opened(digest) as file:
            files[name] = file.read()
    if program.language is None:
        return _by_scripts(program, box, files, manifest)
    sources = [
        SourceFile(name, content.decode("utf-8", "surrogateescape")) for name, content in files.items()
    ]
    ready = arranged(table()[program.language], sources, program.entry_point)
    compilation = compiled(
        box, ready, time_limit_s=manifest.compile_time_s, memory_bytes=manifest.compile_memory_bytes
    )
    if not compilation.ok:
        said = compilation.output.decode("utf-8", "replace")
        raise NotInstalled(f"{program.name}: does not compile", said)
    return Installed(ready.run_command(manifest.validation_memory_bytes), ready.language.environment)


def _by_scripts(program: Program, box: Box, files: Mapping[str, bytes], manifest: Manifest) -> Installed:
    """The format's way for everything else: ``build`` makes ``run``, or ``run`` is there already."""
    if "build" not in files:
        box.put(files)
        box.seal()
        return Installed(("/code/run",))
    # A script may call any program of the machine.
    limits = manifest.compile_time_s, manifest.compile_memory_bytes
    digest = artefacts.digest_of([whole_machine(), _BUILD, limits], files)
    if artefacts.restore(box, digest) is None:
        box.put(files)
        _build(program, box, manifest)
        artefacts.keep(box, digest, b"", first=tuple(files))
    box.seal()
    return Installed(("/code/run",))


def _build(program: Program, box: Box, manifest: Manifest) -> None:
    limits = Limits(
        cpu_time_s=manifest.compile_time_s,
        wall_time_s=COMPILER_PATIENCE * manifest.compile_time_s,
        memory_bytes=manifest.compile_memory_bytes,
        output_bytes=MIB,
        file_bytes=512 * MIB,
        processes=256,
    )
    outcome = box.run(_BUILD, limits, merge_stderr=True)
    if outcome.exit_code != 0:
        said = outcome.stdout.decode("utf-8", "replace")
        raise NotInstalled(f"{program.name}: build ended with {outcome.status}, {outcome.exit_code}", said)


def size_of(file: BinaryIO) -> int:
    """How many bytes a file at its beginning has."""
    size = file.seek(0, os.SEEK_END)
    file.seek(0)
    return size
