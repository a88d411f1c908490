"""What became of one run: a value, whatever the program did."""

from dataclasses import dataclass
from enum import StrEnum


class Status(StrEnum):
    """How a run ended; where several are true, the one named last here that holds."""

    EXITED = "exited"
    SIGNALED = "signaled"
    WALL_TIME_EXCEEDED = "wall_time_exceeded"
    CPU_TIME_EXCEEDED = "cpu_time_exceeded"
    OUTPUT_EXCEEDED = "output_exceeded"
    MEMORY_EXCEEDED = "memory_exceeded"


@dataclass(frozen=True)
class Outcome:
    """The end of one run and what it used.

    exit_code is set when the main program left by itself, signal when one ended it (also when that was the
    sandbox's own, for a limit). cpu_time_s covers all processes of the run; memory_bytes is the peak of all
    of them, with files in the run's own folder and without cached files of the toolchain. stdout is cut at
    ``Limits.output_bytes``, stderr at ``STDERR_BYTES`` if that is less. When could_not_start is set there was
    no program to be executed: exit_code is 127, and stderr says why; did_not_fit says that it was for the
    limits, which left no room for the program with its arguments.
    """

    status: Status
    exit_code: int | None
    signal: int | None
    cpu_time_s: float
    wall_time_s: float
    memory_bytes: int
    stdout: bytes
    stderr: bytes
    could_not_start: bool = False
    did_not_fit: bool = False


STDERR_BYTES = 64 << 10
