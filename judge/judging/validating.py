"""An output validator in a box of its own: what it is given, and what it says of an output.

https://www.kattis.com/problem-package-format/spec/2025-09.html, "Output validator"
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import BinaryIO

from judge.errors import JudgeError
from judge.judging.installing import install, size_of
from judge.manifest import Manifest, Program, TestSpec
from judge.sandbox import Box, Limits, Outcome, Status

ACCEPT, REJECT = 42, 43
"""The exit codes that say something of the output; every other one says that the validator has failed."""

MESSAGE_BYTES = 64 * 1024
_SCORE_BYTES = 1024
_SHOWN_BYTES = 2000

INPUT, ANSWER, FEEDBACK = "input", "answer", "feedback/"
"""What a validator finds in its working folder, which is /tmp."""


class ValidatorFailed(JudgeError):
    """A validator did not say whether an output is right: a fault of the problem, and no verdict.

    told: with its own words, for the author alone: they may quote a secret test, and the text of an exception
    goes into logs.
    """

    def __init__(self, reason: str, said: str = "") -> None:
        super().__init__(reason)
        self.told = f"{reason}: {said}" if said else reason


@dataclass(frozen=True)
class Opinion:
    """What a validator says. score, multiplier: texts of its files, as they are; None where it wrote none."""

    accepted: bool
    judge_message: str | None = None
    team_message: str | None = None
    score: str | None = None
    multiplier: str | None = None
    next_input: bytes | None = None


class Validator:
    """A validator that is compiled and ready in a box, for one test after another."""

    def __init__(
        self, program: Program, manifest: Manifest, box: Box, opened: Callable[[str], BinaryIO]
    ) -> None:
        """Raises ValidatorFailed where it does not compile."""
        self._name = program.name
        self._manifest = manifest
        self._opened = opened
        self.box = box
        self._ready = install(program, box, opened, manifest)

    @property
    def environment(self) -> Mapping[str, str]:
        """The variables that its language wants."""
        return self._ready.environment

    def command(self, spec: TestSpec) -> tuple[str, ...]:
        """The argument list for a test."""
        files = (f"/tmp/{name}" for name in (INPUT, ANSWER, FEEDBACK))  # noqa: S108  in the box
        return (*self._ready.command, *files, *spec.validator_args)

    @property
    def limits(self) -> Limits:
        """What one run of it may use, on the test that was begun."""
        manifest = self._manifest
        return Limits(
            cpu_time_s=manifest.validation_time_s,
            wall_time_s=2 * manifest.validation_time_s,
            memory_bytes=manifest.validation_memory_bytes,
            output_bytes=manifest.validation_output_bytes,
            file_bytes=self._file_bytes,
        )

    def begin(self, spec: TestSpec) -> None:
        """Put a test's files into a fresh folder, where all passes of that test leave their feedback."""
        with self._opened(spec.input) as test_input, self._opened(spec.answer) as answer:
            self._file_bytes = (
                size_of(test_input) + size_of(answer) + self._manifest.validation_output_bytes + (1 << 20)
            )
            self.box.clear()
            self.box.place({INPUT: test_input, ANSWER: answer, FEEDBACK: b""})

    def check(self, spec: TestSpec, output: bytes) -> Opinion:
        """What it says of an output. Raises ValidatorFailed."""
        outcome = self.box.run(self.command(spec), self.limits, stdin=output, env=self.environment, keep=True)
        return self.opinion(spec, outcome)

    def opinion(self, spec: TestSpec, outcome: Outcome) -> Opinion:
        """What it has said by its end and in its feedback folder. Raises ValidatorFailed."""
        if outcome.status is not Status.EXITED or outcome.exit_code not in (ACCEPT, REJECT):
            raise self._failed(spec, outcome)
        accepted = outcome.exit_code == ACCEPT
        return Opinion(
            accepted=accepted,
            judge_message=self._text("judgemessage.txt"),
            team_message=self._text("teammessage.txt"),
            score=self._text("score.txt", _SCORE_BYTES) if self._manifest.scoring else None,
            multiplier=self._text("score_multiplier.txt", _SCORE_BYTES) if self._manifest.scoring else None,
            next_input=self._next_input(spec, accepted=accepted) if self._manifest.passes > 1 else None,
        )

    def _text(self, name: str, most_bytes: int = MESSAGE_BYTES) -> str | None:
        found = self.box.fetch(FEEDBACK + name, most_bytes)
        if found is None:
            return None
        # Postgres takes no NUL in a text.
        return found.content.decode("utf-8", "replace").replace("\0", "\ufffd")

    def _next_input(self, spec: TestSpec, *, accepted: bool) -> bytes | None:
        """The input of the next pass, which is not to be found again after that."""
        name = FEEDBACK + "nextpass.in"
        found = self.box.fetch(name, self._manifest.validation_output_bytes)
        if found is None:
            return None
        if not accepted or found.cut:
            reason = "is too long" if accepted else "comes with a rejection"
            raise ValidatorFailed(
                f"output validator {self._name} on {spec.author_name}: nextpass.in {reason}"
            )
        self.box.discard(name)
        return found.content

    def _failed(self, spec: TestSpec, outcome: Outcome) -> ValidatorFailed:
        ending = f"exit code {outcome.exit_code}" if outcome.status is Status.EXITED else str(outcome.status)
        said = outcome.stderr[-_SHOWN_BYTES:].decode("utf-8", "replace").strip()
        where = f"output validator {self._name} on {spec.author_name}"
        return ValidatorFailed(f"{where}: {ending}, not {ACCEPT} or {REJECT}", said)
