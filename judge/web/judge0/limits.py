"""The limits that a client of Judge0 may ask for, and those of a run that they become."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from judge.config import settings
from judge.execution import RunLimits, maxima

KIB = 1024


@dataclass(frozen=True)
class Number:
    """A field that is a number; least and most are what Judge0 allows, a least one of 0 stands for no limit.

    ours: the limit of a run that it becomes, of which there are ``units`` in one, or ``repeat``.
    """

    default: float
    least: float
    most: float
    ours: str
    whole: bool = True
    units: int = 1
    above: bool = False  # beyond ``least``, not from it on

    @property
    def allowed(self) -> float:
        """The most that is allowed here: no more than there, and no more than any run may have."""
        here = settings().max_run_repeat if self.ours == "repeat" else maxima()[self.ours] / self.units
        return min(self.most, here)


NUMBERS = {
    "number_of_runs": Number(1, 0, 20, "repeat", above=True),
    "cpu_time_limit": Number(5, 0, 15, "cpu_time_s", whole=False),
    "cpu_extra_time": Number(1, 0, 5, "cpu_extra_time_s", whole=False),
    "wall_time_limit": Number(10, 1, 20, "wall_time_s", whole=False),
    "memory_limit": Number(128_000, 2048, 512_000, "memory_bytes", units=KIB),
    "stack_limit": Number(64_000, 0, 128_000, "stack_bytes", units=KIB),
    "max_processes_and_or_threads": Number(60, 0, 120, "processes", above=True),
    "max_file_size": Number(1024, 0, 4096, "one_file_bytes", units=KIB),
}


def to_number(value: Any) -> float | None:
    """A number, or the text of one."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        number = float(value)
    except (ValueError, OverflowError):
        return None
    return number if abs(number) < 2**53 else None  # what is no number is not less


def of_run(numbers: Mapping[str, float]) -> RunLimits:
    """The limits of a run; 0, which is no limit there, is as much as any run may have."""
    most = maxima()
    ours: dict[str, Any] = {
        name: min(getattr(RunLimits, name), most[name])
        for name in ("file_bytes", "compile_time_s", "compile_memory_bytes")
    }
    for name, kind in NUMBERS.items():
        if kind.ours != "repeat":
            unlimited = most["cpu_time_s"] if kind.ours == "cpu_time_s" else None
            ours[kind.ours] = numbers[name] * kind.units or unlimited
    ours["output_bytes"] = int(min(ours["one_file_bytes"] or most["output_bytes"], most["output_bytes"]))
    return RunLimits(**ours)
