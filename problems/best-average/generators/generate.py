"""Writes the secret test data: python3 generators/generate.py

The answers come from submissions/accepted/convex_hull.py.
"""

import math
import random
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SECRET = ROOT / "data" / "secret"
SOLUTION = ROOT / "submissions" / "accepted" / "convex_hull.py"

rng = random.Random(20250903)  # noqa: S311 - the data must be repeatable
count = 0


def write(name, k, temperatures):
    global count
    count += 1
    base = SECRET / f"{count:02d}-{name}"
    text = f"{len(temperatures)} {k}\n" + " ".join(map(str, temperatures)) + "\n"
    base.with_suffix(".in").write_text(text)
    answer = subprocess.run(
        [sys.executable, SOLUTION], input=text, capture_output=True, text=True, check=True
    )
    base.with_suffix(".ans").write_text(answer.stdout)


def uniform(n, lowest=-10_000, highest=10_000):
    return [rng.randint(lowest, highest) for _ in range(n)]


def seasons(n, period, height):
    return [round(height * math.sin(2 * math.pi * i / period)) + rng.randint(-300, 300) for i in range(n)]


write("one-day", 1, [-10_000])
write("whole-run", 5, [3, -1, 4, -1, 5])
write("longer-is-better", 2, [1, 10, 0, 10, 1])
write("third", 3, [0, 0, 1, 0, 0])
write("all-negative", 2, [-5, -3, -9, -4, -4, -7])
write("at-the-start", 2, [9, 9, 8, 0, 0, 0, 0])
write("at-the-end", 2, [0, 0, 0, 0, 8, 9, 9])
write("random-50", 7, uniform(50))
write("random-1000", 37, uniform(1000))
write("falling", 1000, sorted(uniform(2000), reverse=True))
# Neighbouring averages differ by about 10^-3 only: sums need more than 24 bits.
write("almost-constant", 8_000, [9_999 + (i % 7 == 3) for i in range(20_000)])
write("full-size", 50, uniform(100_000, 1000, 10_000))
write("seasons-50000", 700, seasons(50_000, 2_000, 90))
write("one-day-stands-out", 1, [-9] * 39_999 + [-8])
