"""Writes the secret test data: python3 generators/generate.py

The answers come from submissions/accepted/stack.py.
"""

import random
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SECRET = ROOT / "data" / "secret"
SOLUTION = ROOT / "submissions" / "accepted" / "stack.py"

rng = random.Random(20250904)  # noqa: S311 - the data must be repeatable
count = 0


def write(name, heights):
    global count
    count += 1
    base = SECRET / f"{count:02d}-{name}"
    text = f"{len(heights)}\n" + " ".join(map(str, heights)) + "\n"
    base.with_suffix(".in").write_text(text)
    answer = subprocess.run(
        [sys.executable, SOLUTION], input=text, capture_output=True, text=True, check=True
    )
    base.with_suffix(".ans").write_text(answer.stdout)


def uniform(n, highest):
    return [rng.randint(0, highest) for _ in range(n)]


write("empty-lot", [0])
write("one-warehouse", [1_000_000])
write("equal", [4] * 9)
write("rising", list(range(1, 11)))
write("falling", list(range(10, 0, -1)))
write("valley", [6, 5, 4, 3, 2, 3, 4, 5, 6])
write("empty-lots-between", [3, 3, 0, 5, 0, 2, 2, 2, 0, 4])
write("random-60", uniform(60, 20))
write("random-2000", uniform(2000, 10**6))
# Every warehouse sees all the others to its right, or half of them to either side.
write("full-size-rising", list(range(1, 200_001)))
write("hill-60000", [min(i, 60_000 - i) // 31 + 1 for i in range(60_000)])
write("past-32-bits", [999_999, 1_000_000] * 1500 + [10**6] * 2000)
write("low-100000", uniform(100_000, 1))
