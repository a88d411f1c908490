"""Writes the secret test data: python3 generators/generate.py

The answers come from submissions/accepted/two_searches.py.
"""

import random
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SECRET = ROOT / "data" / "secret"
SOLUTION = ROOT / "submissions" / "accepted" / "two_searches.py"

rng = random.Random(20250905)  # noqa: S311 - the data must be repeatable
count = 0


def write(name, parents, mix=True):
    """parents[i] is the parent of module i + 1; modules count from 0."""
    global count
    count += 1
    base = SECRET / f"{count:02d}-{name}"
    n = len(parents) + 1
    label = list(range(1, n + 1))
    tunnels = [(i + 1, parent) for i, parent in enumerate(parents)]
    if mix:
        rng.shuffle(label)
        rng.shuffle(tunnels)
        tunnels = [edge if rng.random() < 0.5 else edge[::-1] for edge in tunnels]
    text = f"{n}\n" + "".join(f"{label[u]} {label[v]}\n" for u, v in tunnels)
    base.with_suffix(".in").write_text(text)
    answer = subprocess.run(
        [sys.executable, SOLUTION], input=text, capture_output=True, text=True, check=True
    )
    base.with_suffix(".ans").write_text(answer.stdout)


def bushy(n):
    return [rng.randrange(i) for i in range(1, n)]


def lanky(n, reach):
    return [rng.randrange(max(0, i - reach), i) for i in range(1, n)]


def caterpillar(n, spine):
    return [i - 1 for i in range(1, spine)] + [rng.randrange(spine) for _ in range(spine, n)]


def branch_away_from_root(n):
    """The longest way does not touch module 0: a long stalk with two long arms at its end."""
    stalk = n // 10
    arm = (n - stalk) // 2
    parents = [i - 1 for i in range(1, stalk)]
    parents += [stalk - 1] + [i - 1 for i in range(stalk + 1, stalk + arm)]
    parents += [stalk - 1] + [i - 1 for i in range(stalk + arm + 1, n)]
    return parents


write("one-module", [])
write("two-modules", [0])
write("path-from-1", [i - 1 for i in range(1, 8)], mix=False)
write("star-around-1", [0] * 9, mix=False)
write("root-off-the-way", branch_away_from_root(30), mix=False)
write("bushy-100", bushy(100))
write("lanky-800", lanky(800, 4))
write("path-900", [i - 1 for i in range(1, 900)])
write("full-size-path", [i - 1 for i in range(1, 50_000)])
write("lanky-10000", lanky(10_000, 50))
write("branch-10000", branch_away_from_root(10_000))
write("star-10000", [0] * 9_999)
write("caterpillar-10000", caterpillar(10_000, 4_000))
write("bushy-20000", bushy(20_000))
