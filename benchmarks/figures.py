"""Measures how true a box's figures are: CPU time beside getrusage, and what neighbours do to it.

A program that computes for a fixed number of steps is run bare and in a box in turns; then in a box with a
processor of its own while all other processors are idle, and while each of them runs the same in a box.
"""

import os
import resource
import statistics
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path

from benchmarks.report import compiled, show
from judge.sandbox import Box, Limits, Status

LIMITS = Limits(cpu_time_s=60, wall_time_s=120, memory_bytes=256 << 20, output_bytes=1 << 20)
TURNS = 9
STEPS = 60_000_000
COMPUTES = """
int main(int argc, char **argv) {
    unsigned state = argc;
    for (long i = 0; i < %d; i++) state = state * 1664525u + 1013904223u;
    return state == 1;
}
"""
CHILDREN = """
#include <sys/wait.h>
#include <unistd.h>
int main(void) {
    unsigned state = 1;
    for (int child = 0; child < 4; child++)
        if (!fork()) {
            for (long i = 0; i < %d; i++) state = state * 1664525u + 1013904223u;
            _exit(state == 1);
        }
    while (wait(0) > 0) {}
}
"""


HEADING = f"{'case':44} {'n':>3} {'median':>12} {'beside':>12} {'difference':>11}"


@dataclass(frozen=True)
class Figure:
    """One line of the result: a median of CPU times, another one, and how far the first is off."""

    bench: str
    case: str
    n: int
    median_s: float
    compared_with_s: float
    difference: float

    def __str__(self) -> str:
        times = f"{self.median_s * 1e3:9.2f} ms {self.compared_with_s * 1e3:9.2f} ms"
        return f"{self.case:44} {self.n:3} {times} {self.difference:10.2%}"


def measured(folder: Path) -> Iterator[Figure]:
    """Every case."""
    alone = compiled(folder, "computes", COMPUTES % STEPS, "-O1")
    children = compiled(folder, "children", CHILDREN % STEPS, "-O1")
    yield from truth("one process", alone)
    yield from truth("four children", children)
    yield from neighbours(alone)


def truth(case: str, program: str) -> Iterator[Figure]:
    """What the box says of a program, beside what getrusage says of it bare, in turns on one processor."""
    cpus = os.sched_getaffinity(0)
    cpu = min(cpus)
    os.sched_setaffinity(0, {cpu})
    try:
        with Box(cpus={cpu}) as box:
            box.put({"program": Path(program).read_bytes()})
            pairs = [(boxed(box), bare(program)) for _ in range(TURNS)]
    finally:
        os.sched_setaffinity(0, cpus)
    yield compared(f"CPU time, {case}", [box for box, _ in pairs], [bare for _, bare in pairs])


def bare(program: str) -> float:
    """The CPU time of a program and its children, by getrusage."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    os.waitpid(os.posix_spawn(program, [program], {}), 0)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def boxed(box: Box) -> float:
    """The CPU time of the program in a box, by its outcome."""
    outcome = box.run(["/code/program"], LIMITS)
    assert outcome.status is Status.EXITED, outcome
    return outcome.cpu_time_s


def neighbours(program: str) -> Iterator[Figure]:
    """The CPU time of a program on one processor while the others are idle, and while they compute."""
    first, *others = sorted(os.sched_getaffinity(0))
    context = get_context("spawn")
    with ProcessPoolExecutor(len(others) + 1, mp_context=context) as executor:
        quiet = executor.submit(times_on, program, first, TURNS).result()
        busy = [executor.submit(times_on, program, cpu, 3 * TURNS) for cpu in others]
        disturbed = executor.submit(times_on, program, first, TURNS).result()
        assert not all(one.done() for one in busy), "the neighbours were idle again too soon"
        for one in busy:
            one.result()
    yield compared("CPU time, every other core busy", disturbed, quiet)


def times_on(program: str, cpu: int, turns: int) -> list[float]:
    """The CPU times of so many runs in a box on that processor."""
    with Box(cpus={cpu}) as box:
        box.put({"program": Path(program).read_bytes()})
        return [boxed(box) for _ in range(turns)]


def compared(case: str, times: list[float], others: list[float]) -> Figure:
    """The medians of both, and how far they are apart."""
    median, other = statistics.median(times), statistics.median(others)
    return Figure("figures", case, len(times), median, other, median / other - 1)


if __name__ == "__main__":
    show(__doc__, HEADING, measured)
