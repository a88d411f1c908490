"""Writes the secret test data: python3 generators/generate.py

The answers come from submissions/accepted/fenwick.py.
"""

import random
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SECRET = ROOT / "data" / "secret"
SOLUTION = ROOT / "submissions" / "accepted" / "fenwick.py"

rng = random.Random(20251004)  # noqa: S311 - the data must be repeatable


def write(name, order):
    base = SECRET / name
    text = f"{len(order)}\n" + " ".join(map(str, order)) + "\n"
    base.with_suffix(".in").write_text(text)
    answer = subprocess.run(
        [sys.executable, SOLUTION], input=text, capture_output=True, text=True, check=True
    )
    base.with_suffix(".ans").write_text(answer.stdout)


def shuffled(n):
    return rng.sample(range(1, n + 1), n)


def nearly_sorted(n, far):
    """Nobody is more than some places from where they started."""
    return sorted(range(1, n + 1), key=lambda runner: runner + rng.random() * far)


write("1-eight/1-alone", [1])
write("1-eight/2-last-first", [8, 1, 2, 3, 4, 5, 6, 7])
write("1-eight/3-first-last", [2, 3, 4, 5, 6, 1])
write("1-eight/4-any", [3, 1, 8, 4, 6, 2, 7, 5])
write("2-two-thousand/1-reversed", list(range(2_000, 0, -1)))
write("2-two-thousand/2-random", shuffled(1_999))
write("2-two-thousand/3-neighbours", [pair + k for pair in range(1, 2_000, 2) for k in (1, 0)])
write("3-all/1-reversed", list(range(100_000, 0, -1)))
write("3-all/2-random", shuffled(100_000))
write("3-all/3-nearly-sorted", nearly_sorted(100_000, 30))
