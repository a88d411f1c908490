"""What one stage of a submission may use."""

import math
from dataclasses import dataclass, fields


@dataclass(frozen=True)
class Limits:
    """The limits of one run; a figure without default 0 is greater than zero, or ValueError is raised.

    cpu_time_s is summed over all processes of the run; wall_time_s is counted from the start of the program;
    memory_bytes is that of the whole box beyond what it held before the run, and less than 16 MiB is as good
    as 16 MiB where a cgroup counts it. output_bytes bounds standard output, and standard error apart from it.
    file_bytes and file_count bound the writable folder that a run gets, in total; file_bytes bounds each
    single file as well, or one_file_bytes where that is not 0. stack_bytes: of the first thread; 0 is a
    little more than memory_bytes, so that a deep recursion meets that one first.
    """

    cpu_time_s: float
    wall_time_s: float
    memory_bytes: int
    output_bytes: int
    processes: int = 64  # processes and threads
    file_bytes: int = 64 << 20
    file_count: int = 4096
    open_files: int = 256
    one_file_bytes: int = 0
    stack_bytes: int = 0

    def __post_init__(self) -> None:
        for field in fields(self):
            value = getattr(self, field.name)
            if isinstance(value, bool) or not isinstance(value, (int, float)):
                raise ValueError(f"{field.name} is {value!r}, not a number")
            if field.type is int and not isinstance(value, int):
                raise ValueError(f"{field.name} is {value!r}, not a whole number")
            if not math.isfinite(value) or value < 0 or (value == 0 and field.default != 0):
                raise ValueError(f"{field.name} is {value!r}; it must be greater than zero and finite")
