"""What a run without a problem is to be and what came of it: a program on its caller's own input."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields

from judge.comparison import LINES, comparison
from judge.config import MIB, settings
from judge.languages import Language
from judge.manifest import COMPILER_PATIENCE, SETTLING_S, wall_limit_s
from judge.records import SourceFile
from judge.verdict import Verdict

MOST_ARGS, MOST_ARGS_BYTES = 1000, 32 * 1024
"""How many a program's arguments, or a compiler's options, may be, and how long in UTF-8 with their ends."""


@dataclass(frozen=True)
class RunLimits:
    """What a program, and before it its compiler, may use; every figure is greater than zero, or ValueError.

    What its runtime takes before it begins is added, as for a submission. cpu_time_s, memory_bytes and
    processes (threads, too) are summed over all processes. wall_time_s: by the clock; None is by cpu_time_s
    as for a submission, and where input comes while the program runs, the maximum. cpu_extra_time_s: how much
    longer a program is let run whose CPU time is over, to tell how long it takes; None is hardly.
    stack_bytes: the stack of the first thread; None is by memory_bytes. output_bytes: standard output, and
    apart from it standard error, of which 64 KiB are kept. file_bytes: the working folder; one_file_bytes:
    each single file in it, None is by file_bytes.
    """

    cpu_time_s: float = 5.0
    cpu_extra_time_s: float | None = None
    wall_time_s: float | None = None
    memory_bytes: int = 512 * MIB
    stack_bytes: int | None = None
    output_bytes: int = 1 * MIB
    processes: int = 64
    file_bytes: int = 64 * MIB
    one_file_bytes: int | None = None
    compile_time_s: float = 30.0
    compile_memory_bytes: int = 2048 * MIB

    def __post_init__(self) -> None:
        for limit in fields(self):
            value = getattr(self, limit.name)
            if value is not None and not (math.isfinite(value) and value > 0):
                raise ValueError(f"{limit.name} is {value!r}; it must be greater than zero and finite")

    def above_maxima(self, *, is_fed: bool = False) -> dict[str, float]:
        """The fields that ask for more than this server allows, each with what it allows.

        is_fed: input comes while the program runs, for which it may wait longer.
        """
        most = maxima(is_fed=is_fed)
        asked = {name: getattr(self, name) for name in most}
        return {name: most[name] for name, value in asked.items() if value is not None and value > most[name]}


def maxima(*, is_fed: bool = False) -> Mapping[str, float]:
    """The largest that each of ``RunLimits`` may be on this server."""
    most = {limit.name: getattr(settings(), f"max_run_{limit.name}") for limit in fields(RunLimits)}
    return most | {"wall_time_s": settings().max_fed_run_wall_time_s} if is_fed else most


@dataclass(frozen=True)
class Execution:
    """What is to be run.

    entry_point: a file or a class to begin in, where the language does not tell. compile_options: of those
    that the language allows. expected_output: what is to be printed; comparison: how that is compared, as
    arguments of the format's default output validator, such as ("float_tolerance", "1e-6"), or LINES. repeat:
    how often the program, compiled once, is run. merge_stderr: whether what goes to standard error comes as
    standard output, in order. archive: a zip of files that lie beside the sources, and in the working folder
    of each run; none of them is compiled for itself.

    Raises ValueError, in a sentence for whoever asked, for what can never be run.
    """

    language: Language
    files: Sequence[SourceFile]
    entry_point: str | None = None
    args: tuple[str, ...] = ()
    stdin: bytes = b""
    compile_options: tuple[str, ...] = ()
    limits: RunLimits = field(default_factory=RunLimits)
    expected_output: bytes | None = None
    comparison: tuple[str, ...] = ()
    repeat: int = 1
    merge_stderr: bool = False
    archive: bytes | None = None

    def __post_init__(self) -> None:
        if not self.files and self.archive is None:
            raise ValueError("there is no file to be run")
        for name, words in (("args", self.args), ("compile_options", self.compile_options)):
            if len(words) > MOST_ARGS or sum(len(word.encode()) + 1 for word in words) > MOST_ARGS_BYTES:
                raise ValueError(f"{name} are more than {MOST_ARGS}, or than {MOST_ARGS_BYTES} bytes")
            if any("\0" in word for word in words):
                raise ValueError(f"{name} must be without NUL")
        if refused := self.language.refused(self.compile_options):
            raise ValueError(f"{self.language.id} is not compiled with {', '.join(refused)}")
        if self.repeat < 1:
            raise ValueError("repeat must be 1 or more")
        if self.comparison != LINES:
            comparison(self.comparison)

    def longest_s(self, *, is_fed: bool = False) -> float:
        """No execution lasts longer than this, in seconds, if our machine keeps up."""
        runs_s = self.repeat * self.wall_time_s(is_fed=is_fed)
        return COMPILER_PATIENCE * self.limits.compile_time_s + runs_s + SETTLING_S

    @property
    def cpu_time_s(self) -> float:
        """The time limit, with what the language adds."""
        return self.language.time_limit_s(self.limits.cpu_time_s)

    @property
    def memory_bytes(self) -> int:
        """The memory limit, with what the language adds."""
        return self.language.memory_bytes(self.limits.memory_bytes)

    def wall_time_s(self, *, is_fed: bool = False) -> float:
        """How long one run may last by the clock, with what the language adds."""
        if self.limits.wall_time_s is not None:
            return self.language.time_limit_s(self.limits.wall_time_s)
        return settings().max_fed_run_wall_time_s if is_fed else wall_limit_s(self.cpu_time_s)


@dataclass(frozen=True)
class Repetition:
    """One of the runs of a program, and what it used; exit_code or signal is None."""

    verdict: Verdict
    exit_code: int | None
    signal: int | None
    cpu_time_s: float
    wall_time_s: float
    memory_bytes: int


@dataclass(frozen=True)
class ExecutionResult:
    """What came of an execution.

    verdict: as for a submission; where no output was expected, `accepted` says that the program ended by
    itself with exit code 0. The first repetition that is not accepted ends the execution and decides.
    stdout (cut at its limit), stderr (cut at 64 KiB), exit_code, signal and message are those of the last
    repetition, which is the deciding one where one was not accepted. cpu_time_s, wall_time_s and memory_bytes
    are the mean over all repetitions of an accepted program, and otherwise the deciding one's. All of these
    are empty or None after a compile error. compile_output: what the compiler printed, None for nothing.
    message: a sentence of ours about what went wrong. repetitions: in their order.
    """

    verdict: Verdict
    stdout: bytes = b""
    stderr: bytes = b""
    exit_code: int | None = None
    signal: int | None = None
    cpu_time_s: float | None = None
    wall_time_s: float | None = None
    memory_bytes: int | None = None
    compile_output: bytes | None = None
    message: str | None = None
    repetitions: tuple[Repetition, ...] = ()
