"""Measures what a box costs: a run in it beside the bare program, and how long until a box is there.

Bare and boxed runs take turns, so that whatever else the machine does falls on both; the ratios are what
can be compared between machines.
"""

import os
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path

from benchmarks.report import HEADING, Figure, Times, compared, compiled, in_turns, show, spawn, timed
from judge.sandbox import Box, Limits, Pool, Report, Status, link

BENCH = "sandbox"
SECONDS_A_CASE = 6.0
NOBODY = 65534
LIMITS = Limits(cpu_time_s=5, wall_time_s=10, memory_bytes=256 << 20, output_bytes=1 << 20)
RETURNS_AT_ONCE = "int main(void) { return 0; }\n"
PYTHON = "/usr/bin/python3"
BUBBLEWRAP = (
    *("bwrap", "--unshare-all", "--die-with-parent", "--clearenv", "--ro-bind", "/usr", "/usr"),
    *("--symlink", "usr/bin", "/bin", "--symlink", "usr/lib", "/lib", "--symlink", "usr/lib64", "/lib64"),
    *("--proc", "/proc", "--dev", "/dev", "--tmpfs", "/tmp"),  # noqa: S108  in its own tree
)


def main() -> None:
    """Measure everything, and print it as a table or as one JSON object a line."""
    if show(__doc__, HEADING, measured):
        print(f"\na pool of one box: {held()}")
        if not shutil.which(BUBBLEWRAP[0]):
            print("no peer beside it: bubblewrap is not there (Debian: apt-get install bubblewrap)")


def measured(folder: Path) -> Iterator[Figure]:
    """Every case."""
    program = compiled(folder, "at_once", RETURNS_AT_ONCE)
    for case in (sequential, one_a_core, as_nobody, opening):
        yield from case(program)


def sequential(program: str) -> Iterator[Figure]:
    """One run at a time, in a box with one processor, as a slot of a worker has it.

    First with us on that processor as well, then where the kernel likes: there the time to wake another
    processor is in it, which differs much from one moment to the next.
    """
    cpu = min(os.sched_getaffinity(0))
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as executor:
        for language, times in executor.submit(pinned_runs, program, cpu).result().items():
            yield from compared(BENCH, language, times)
    for language, times in runs(program, cpu).items():
        yield from compared(BENCH, f"{language}, we elsewhere", times)


def one_a_core(program: str) -> Iterator[Figure]:
    """As many loops at once as there are processors, each with one of its own."""
    cpus = sorted(os.sched_getaffinity(0))
    with ProcessPoolExecutor(len(cpus), mp_context=get_context("spawn")) as executor:
        parts = list(executor.map(pinned_runs, [program] * len(cpus), cpus))
    for language in parts[0]:
        merged = {way: [t for part in parts for t in part[language][way]] for way in parts[0][language]}
        yield from compared(BENCH, f"{language}, one a core", merged)


def as_nobody(program: str) -> Iterator[Figure]:
    """The first case once more as an ordinary user, who has no cgroup here, where we are root."""
    if os.geteuid() != 0:
        return
    with tempfile.TemporaryDirectory() as folder:
        # Forked, as our interpreter and modules may lie where that user cannot go; the agent is started.
        agent = shutil.copy(link.AGENT, folder)
        Path(folder).chmod(0o755)
        context = get_context("fork")
        with ProcessPoolExecutor(1, mp_context=context, initializer=become_nobody, initargs=(agent,)) as one:
            parts = one.submit(pinned_runs, program, min(os.sched_getaffinity(0))).result()
    for language, times in parts.items():
        yield from compared(BENCH, f"{language}, as nobody", times)


def become_nobody(agent: str) -> None:
    """Be an ordinary user from now on, with the agent at that path."""
    os.setgroups([])
    os.setresgid(NOBODY, NOBODY, NOBODY)
    os.setresuid(NOBODY, NOBODY, NOBODY)
    link.AGENT = Path(agent)


def pinned_runs(program: str, cpu: int) -> dict[str, Times]:
    """The same with the judging process and the bare programs on that processor as well."""
    os.sched_setaffinity(0, {cpu})
    return runs(program, cpu)


def runs(program: str, cpu: int) -> dict[str, Times]:
    """Both programs, bare, boxed and by bubblewrap where that is there, in turns."""
    with Box(cpus={cpu}) as box:
        box.put({"at_once": Path(program).read_bytes()})
        box.seal()
        c = Program([program], ["/code/at_once"], ["--ro-bind", program, program])
        python = Program([PYTHON, "-c", "pass"], [PYTHON, "-c", "pass"], [])
        return {"C": beside_bare(400, c, box), "python3 -c pass": beside_bare(120, python, box)}


@dataclass(frozen=True)
class Program:
    """How a program is started bare and in a box, and what bubblewrap has to bind for it."""

    bare: Sequence[str]
    boxed: Sequence[str]
    bind: Sequence[str]


def beside_bare(n: int, program: Program, box: Box) -> Times:
    """The bare program in turns with the box, then with the peer, whose clearing up would fall on the box."""

    def run_boxed() -> None:
        outcome = box.run(program.boxed, LIMITS)
        if outcome.status is not Status.EXITED or outcome.exit_code:
            sys.exit(f"{program.boxed} ended as {outcome}")

    times = in_turns(n, SECONDS_A_CASE, {"bare": lambda: spawn(program.bare), "box": run_boxed})
    if peer := shutil.which(BUBBLEWRAP[0]):
        argv = [peer, *BUBBLEWRAP[1:], *program.bind, *program.bare]
        times |= in_turns(
            n,
            SECONDS_A_CASE,
            {"bare beside it": lambda: spawn(program.bare), "bubblewrap": lambda: spawn(argv)},
        )
    return times


def opening(program: str) -> Iterator[Figure]:
    """How long until a box is there: alone, first of a pool, asked for too soon, waiting."""
    times: Times = {
        case: [] for case in ("bare", "alone", "first of a pool", "next at once", "next, waited for")
    }
    deadline = time.monotonic() + SECONDS_A_CASE
    while len(times["bare"]) < 40 and time.monotonic() < deadline:
        with timed(times["bare"]):
            spawn([program])
        with timed(times["alone"]):
            box = Box()
        box.close()
        with timed(times["first of a pool"]):
            pool = Pool()
            box = pool.take()
        with timed(times["next at once"]):
            following = pool.take()
        following.run(["true"], LIMITS)  # the pool makes the next one meanwhile
        pool.wait()
        with timed(times["next, waited for"]):
            last = pool.take()
        for opened in (last, following, box, pool):
            opened.close()
    yield from compared(BENCH, "open", times)


def held() -> Report:
    """What a pool holds while its box waits."""
    with Pool() as pool:
        pool.wait()
        return pool.report()


if __name__ == "__main__":
    main()
