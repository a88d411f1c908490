"""A submission, compiled and ready in its box: what it is given on a test, and what it may use."""

from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import replace
from typing import BinaryIO

from judge.judging.compiling import ToolchainMissing
from judge.judging.installing import size_of
from judge.judging.programs import Program
from judge.manifest import FOLDER_BYTES, STOP_FACTOR, Manifest, TestSpec, wall_limit_s
from judge.sandbox import Box, Limits, Outcome

_PAGE_BYTES = 4096


class Contestant:
    """Runs on one test after another, by the limits of the problem and those that its language adds."""

    def __init__(
        self,
        program: Program,
        manifest: Manifest,
        box: Box,
        opened: Callable[[str], BinaryIO],
    ) -> None:
        language = self._language = program.language
        self._manifest = manifest
        self._opened = opened
        self.box = box
        self.time_limit_s = language.time_limit_s(manifest.time_limit_s)
        memory_bytes = language.memory_bytes(manifest.memory_bytes)
        self._command = program.run_command(memory_bytes)
        self._beside = [file for file in manifest.included(*language.lineage) if not self._is_source(file[0])]
        self._limits = Limits(
            cpu_time_s=STOP_FACTOR * self.time_limit_s,
            wall_time_s=wall_limit_s(self.time_limit_s),
            memory_bytes=memory_bytes,
            output_bytes=manifest.output_bytes,
            file_bytes=FOLDER_BYTES,
        )

    @property
    def environment(self) -> Mapping[str, str]:
        """The variables that the language wants."""
        return self._language.environment

    @property
    def limits(self) -> Limits:
        """What one run may use: it is stopped a little above its time limit."""
        return self._limits

    def command(self, spec: TestSpec) -> tuple[str, ...]:
        """The argument list for a test."""
        return (*self._command, *spec.args)

    def begin(self, spec: TestSpec) -> None:
        """Put what belongs into the working folder of the next run: mostly nothing."""
        files = {**dict(self._beside), **dict(spec.files)}
        if not files:
            return
        with ExitStack() as stack:
            opened = {name: stack.enter_context(self._opened(digest)) for name, digest in files.items()}
            # The program has as much room as ever beside them.
            room = FOLDER_BYTES + sum(size_of(file) + _PAGE_BYTES for file in opened.values())
            self._limits = replace(self._limits, file_bytes=room)
            self.box.place(opened)

    def run(self, spec: TestSpec, stdin: bytes | BinaryIO) -> Outcome:
        """Run it. Raises ToolchainMissing, SandboxError."""
        outcome = self.box.run(self.command(spec), self._limits, stdin=stdin, env=self.environment)
        self.check_start(outcome)
        return outcome

    def check_start(self, outcome: Outcome) -> None:
        """Raise ToolchainMissing where it was not the submission that could not be executed.

        An interpreter that is gone is no failure of the program; an artefact that cannot be executed is.
        """
        if outcome.could_not_start and "/" not in self._command[0]:
            raise ToolchainMissing(f"{self._language.id}: {outcome.stderr.decode(errors='replace')}")

    def _is_source(self, name: str) -> bool:
        return name.endswith(self._language.sources)
