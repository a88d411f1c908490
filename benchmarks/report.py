"""What the benchmarks share: actions timed in turns, figures beside a baseline, a table or lines of JSON."""

import argparse
import json
import math
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, redirect_stdout
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

Times = dict[str, list[float]]
Action = Callable[[], object]

HEADING = f"{'case':52} {'n':>5} {'median':>12} {'99 of 100':>12} {'of bare':>8}"


@dataclass(frozen=True)
class Figure:
    """One line of the result: seconds, and the median as a ratio to that of the bare baseline."""

    bench: str
    case: str
    n: int
    median_s: float
    p99_s: float
    bare_median_s: float
    ratio: float

    def __str__(self) -> str:
        times = f"{self.median_s * 1e3:9.3f} ms {self.p99_s * 1e3:9.3f} ms"
        return f"{self.case:52} {self.n:5} {times} {self.ratio:8.2f}"


def show(about: str | None, heading: str, measured: Callable[[Path], Iterable[Any]]) -> bool:
    """Measure with a folder for files, and print figures, dataclasses, for people or as JSON (--json).

    Returns whether it was for people.
    """
    parser = argparse.ArgumentParser(description=about, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--json", action="store_true", help="one JSON object a figure")
    as_json: bool = parser.parse_args().json
    output = sys.stdout
    with tempfile.TemporaryDirectory() as folder, redirect_stdout(sys.stderr):  # what is measured may print
        Path(folder).chmod(0o755)
        if not as_json:
            print(heading, file=output)
        for figure in measured(Path(folder)):
            print(json.dumps(asdict(figure)) if as_json else figure, file=output, flush=True)
    return not as_json


def compiled(folder: Path, name: str, source: str, *options: str) -> str:
    """The path of a static C program."""
    path = folder / name
    path.with_suffix(".c").write_text(source)
    subprocess.run(["gcc", *(options or ["-O2"]), "-static", "-o", path, path.with_suffix(".c")], check=True)
    return str(path)


def spawn(argv: Sequence[str]) -> None:
    """The least that starting a program and waiting for it can cost."""
    _, status = os.waitpid(os.posix_spawn(argv[0], list(argv), {}), 0)
    if status:
        sys.exit(f"{argv} ended with {status}")


@contextmanager
def timed(times: list[float]) -> Iterator[None]:
    """Note how long the block takes."""
    began = time.perf_counter()
    yield
    times.append(time.perf_counter() - began)


def in_turns(n: int, seconds: float, actions: Mapping[str, Action], before: Action | None = None) -> Times:
    """Each action up to n times, one after the other, for about so long.

    before: what is done before each of them, and not timed.
    """
    times: Times = {way: [] for way in actions}
    for action in actions.values():
        action()  # what the first of each finds cold is not its own
    deadline = time.monotonic() + seconds
    while min(map(len, times.values())) < n and time.monotonic() < deadline:
        for way, action in actions.items():
            if before:
                before()
            with timed(times[way]):
                action()
    return times


def compared(bench: str, case: str, times: Times) -> Iterator[Figure]:
    """Every way as a figure, with its ratio to the one called "bare"."""
    bare = statistics.median(times["bare"])
    for way, taken in times.items():
        median, p99 = statistics.median(taken), sorted(taken)[math.ceil(len(taken) * 0.99) - 1]
        yield Figure(bench, f"{case}, {way}", len(taken), median, p99, bare, median / bare)
