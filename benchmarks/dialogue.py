"""Measures what two programs pay for talking through the judge: round trips beside one pair of pipes.

Everything is on one processor, as in a slot of a worker; bare pairs and dialogues in boxes take turns.
"""

import argparse
import json
import os
import statistics
import subprocess
import tempfile
import time
from dataclasses import asdict, dataclass
from pathlib import Path

from judge.sandbox import Box, Limits, Side, interact

LIMITS = Limits(cpu_time_s=20, wall_time_s=40, memory_bytes=256 << 20, output_bytes=64 << 20)
TURNS = 9
ROUND_TRIPS = 5000
ASKS = """
#include <unistd.h>
int main(void) {
    char line[5];
    for (int left = %d; left; left--)
        if (write(1, "ping\\n", 5) != 5 || read(0, line, 5) != 5) return 1;
}
"""
REPLIES = """
#include <unistd.h>
int main(void) {
    char line[5];
    while (read(0, line, 5) == 5)
        if (write(1, line, 5) != 5) return 1;
}
"""


@dataclass(frozen=True)
class Figure:
    """One line of the result: what a dialogue takes bare and boxed, and what that is for a round trip."""

    bench: str
    case: str
    n: int
    median_s: float
    bare_median_s: float
    more_a_round_trip_s: float


def main() -> None:
    """Measure everything, and print it as a table or as one JSON object a line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true", help="one JSON object a figure")
    as_json = parser.parse_args().json
    cpu = min(os.sched_getaffinity(0))
    os.sched_setaffinity(0, {cpu})
    with tempfile.TemporaryDirectory() as folder, Box(cpus={cpu}) as one, Box(cpus={cpu}) as other:
        Path(folder).chmod(0o755)
        figures = [measured(Path(folder), round_trips, one, other) for round_trips in (1, ROUND_TRIPS)]
    if not as_json:
        print(f"{'case':28} {'n':>3} {'boxed':>12} {'bare':>12} {'more a round trip':>18}")
    for figure in figures:
        print(json.dumps(asdict(figure)) if as_json else row(figure))


def measured(folder: Path, round_trips: int, one: Box, other: Box) -> Figure:
    """So many round trips, bare and boxed in turns."""
    asks, replies = compiled(folder, "asks", ASKS % round_trips), compiled(folder, "replies", REPLIES)
    for box, program in ((one, asks), (other, replies)):
        box.put({program.name: program.read_bytes()})
    sides = Side(one, [f"/code/{asks.name}"], LIMITS), Side(other, [f"/code/{replies.name}"], LIMITS)
    boxed, bare = [], []
    for _ in range(TURNS):
        began = time.perf_counter()
        found = interact(*sides)
        boxed.append(time.perf_counter() - began)
        assert (found.program.exit_code, found.interactor.exit_code) == (0, 0), found
        began = time.perf_counter()
        talk(asks, replies)
        bare.append(time.perf_counter() - began)
    median, beside = statistics.median(boxed), statistics.median(bare)
    more = (median - beside) / round_trips
    return Figure("dialogue", f"round trips: {round_trips}", TURNS, median, beside, more)


def compiled(folder: Path, name: str, source: str) -> Path:
    """The path of a static program."""
    path = folder / name
    path.with_suffix(".c").write_text(source)
    subprocess.run(["gcc", "-O2", "-static", "-o", path, path.with_suffix(".c")], check=True)
    return path


def talk(asks: Path, replies: Path) -> None:
    """Both programs bare, with a pair of pipes between them."""
    there, back = os.pipe(), os.pipe()
    pairs = ((asks, back[0], there[1]), (replies, there[0], back[1]))
    started = [
        os.posix_spawn(
            program,
            [str(program)],
            {},
            file_actions=[(os.POSIX_SPAWN_DUP2, source, 0), (os.POSIX_SPAWN_DUP2, sink, 1)],
        )
        for program, source, sink in pairs
    ]
    for end in (*there, *back):
        os.close(end)
    for pid in started:
        os.waitpid(pid, 0)


def row(figure: Figure) -> str:
    """A line of the table for people."""
    times = f"{figure.median_s * 1e3:9.2f} ms {figure.bare_median_s * 1e3:9.2f} ms"
    return f"{figure.case:28} {figure.n:3} {times} {figure.more_a_round_trip_s * 1e6:15.1f} µs"


if __name__ == "__main__":
    main()
