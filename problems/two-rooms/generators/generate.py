"""Writes the secret test data: python3 generators/generate.py

The answers come from submissions/accepted/move_the_unhappy.py.
"""

import random
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SECRET = ROOT / "data" / "secret"
SOLUTION = ROOT / "submissions" / "accepted" / "move_the_unhappy.py"

rng = random.Random(20250917)  # noqa: S311 - the data must be repeatable
count = 0


def write(name, n, quarrels):
    global count
    count += 1
    base = SECRET / f"{count:02d}-{name}"
    quarrels = sorted({(min(pair), max(pair)) for pair in quarrels})
    text = "".join(f"{a} {b}\n" for a, b in [(n, len(quarrels)), *quarrels])
    base.with_suffix(".in").write_text(text)
    answer = subprocess.run(
        [sys.executable, SOLUTION], input=text, capture_output=True, text=True, check=True
    )
    base.with_suffix(".ans").write_text(answer.stdout)


def some(n, m):
    pairs = set()
    while len(pairs) < m:
        a, b = rng.sample(range(1, n + 1), 2)
        pairs.add((min(a, b), max(a, b)))
    return pairs


def everybody(first, last):
    return [(a, b) for a in range(first, last + 1) for b in range(first, a)]


def shuffled(n, quarrels):
    names = rng.sample(range(1, n + 1), n)
    return [(names[a - 1], names[b - 1]) for a, b in quarrels]


SECRET.mkdir(exist_ok=True)
write("one-singer", 1, [])
write("one-quarrel", 2, [(1, 2)])
write("all-of-nine", 9, everybody(1, 9))
# One after the other into the better room: 5 and 6, for fear of 2 and 3, come to where 4 is already.
write("first-come", 6, [(1, 2), (1, 3), (2, 5), (3, 5), (4, 5), (2, 6), (3, 6), (4, 6)])
write("star", 3_000, shuffled(3_000, [(1, a) for a in range(2, 3_001)]))
write("odd-ring", 4_999, shuffled(4_999, [(a, a % 4_999 + 1) for a in range(1, 5_000)]))
write("all-of-two-hundred", 200, everybody(1, 200))
write("random-60", 60, some(60, 400))
write("random-5000", 5_000, some(5_000, 20_000))
write("two-crowds", 290, shuffled(290, everybody(1, 140) + everybody(141, 280)))
