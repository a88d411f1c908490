"""Writes the secret test data: python3 generators/generate.py

The answers come from submissions/accepted/dijkstra.py.
"""

import random
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SECRET = ROOT / "data" / "secret"
SOLUTION = ROOT / "submissions" / "accepted" / "dijkstra.py"

rng = random.Random(20250901)  # noqa: S311 - the data must be repeatable
count = 0


def write(name, n, roads):
    global count
    count += 1
    base = SECRET / f"{count:02d}-{name}"
    text = f"{n} {len(roads)}\n" + "".join(f"{u} {v} {c}\n" for u, v, c in roads)
    base.with_suffix(".in").write_text(text)
    answer = subprocess.run(
        [sys.executable, SOLUTION], input=text, capture_output=True, text=True, check=True
    )
    base.with_suffix(".ans").write_text(answer.stdout)


def renamed(n, roads):
    """The same map with all towns but the first and the last renumbered and the roads shuffled."""
    middle = list(range(2, n))
    rng.shuffle(middle)
    name = [0, 1, *middle, n]
    roads = [(name[u], name[v], c) for u, v, c in roads]
    rng.shuffle(roads)
    return roads


def uniform(n, m, highest=10**6):
    return [(rng.randint(1, n), rng.randint(1, n), rng.randint(1, highest)) for _ in range(m)]


def chain(n, m, highest=10**6, reach=20):
    """A long road through all towns, and shortcuts that never save anything or a little only."""
    roads = [(i, i + 1, rng.randint(1, highest // reach)) for i in range(1, n)]
    while len(roads) < m:
        u = rng.randint(1, n - 1)
        v = min(n, u + rng.randint(2, reach))
        roads.append((u, v, rng.randint(highest // 3, highest)))
    return renamed(n, roads)


def layers(depth, width, highest=10**6):
    """Town 1, then layers where every town leads to every town of the next layer, then town n."""
    n = depth * width + 2
    roads = [(1, 2 + j, rng.randint(1, highest)) for j in range(width)]
    for i in range(depth - 1):
        for j in range(width):
            for k in range(width):
                roads.append((2 + i * width + j, 2 + (i + 1) * width + k, rng.randint(1, highest)))
    roads += [(2 + (depth - 1) * width + j, n, rng.randint(1, highest)) for j in range(width)]
    return n, renamed(n, roads)


def grid(rows, columns, highest=1000):
    """Streets in all four directions, from one corner to the other."""
    roads = []
    for r in range(rows):
        for c in range(columns):
            for dr, dc in ((0, 1), (1, 0), (0, -1), (-1, 0)):
                if 0 <= r + dr < rows and 0 <= c + dc < columns:
                    there = (r + dr) * columns + c + dc + 1
                    roads.append((r * columns + c + 1, there, rng.randint(1, highest)))
    return rows * columns, renamed(rows * columns, roads)


def split(n, m):
    """Roads within two halves, and roads from the far half back only: no route exists."""
    half = n // 2
    roads = []
    while len(roads) < m:
        u, v, c = rng.randint(1, n), rng.randint(1, n), rng.randint(1, 10**6)
        if u > half or v <= half:
            roads.append((u, v, c))
    return roads


# Small cases, each with one idea.
write("no-roads", 2, [])
write("one-road", 2, [(1, 2, 1_000_000)])
write("wrong-way", 3, [(2, 1, 5), (3, 2, 5), (1, 1, 1)])
write("parallel-roads", 2, [(1, 2, 9), (1, 2, 4), (1, 2, 7), (2, 1, 1)])
write("detour-is-cheaper", 5, [(1, 5, 100), (1, 2, 20), (2, 3, 20), (3, 4, 20), (4, 5, 20)])
write("tempting-first-road", 4, [(1, 2, 1), (2, 4, 50), (1, 3, 10), (3, 4, 10)])
write("one-way-matters", 4, [(2, 1, 1), (2, 4, 1), (1, 3, 10), (3, 4, 10)])
write("sink-on-the-way", 4, [(1, 2, 1), (1, 3, 5), (3, 4, 5)])
# Large cases that stop slow and careless solutions early.
n, roads = layers(60, 8)
write("layers", n, roads)
write("chain-full-size", 20_000, chain(20_000, 25_000))
# Random maps of growing size.
for n, m in ((10, 20), (50, 150), (100, 300), (200, 800), (300, 1500), (500, 1500)):
    write(f"random-{n}", n, uniform(n, m))
for n, m in ((600, 1800), (700, 2500), (800, 2400), (900, 3000), (1000, 3000), (1200, 3500)):
    write(f"random-{n}", n, uniform(n, m, 1000))
for n, m in ((500, 1000), (1000, 2000), (1500, 3000), (2000, 3000)):
    write(f"chain-{n}", n, chain(n, m))
for rows, columns in ((2, 300), (10, 60), (20, 40), (30, 30), (35, 35)):
    n, roads = grid(rows, columns)
    write(f"grid-{rows}-by-{columns}", n, roads)
for depth, width in ((100, 4), (5, 20), (30, 8), (12, 14)):
    n, roads = layers(depth, width)
    write(f"layers-{depth}-by-{width}", n, roads)
for n, m in ((100, 400), (1000, 2500), (2000, 3000)):
    write(f"split-{n}", n, split(n, m))
for n, m in ((500, 800), (1000, 1600), (2000, 3100)):
    write(f"sparse-{n}", n, uniform(n, m))
for n, m in ((40, 3000), (100, 4000)):
    write(f"dense-{n}", n, uniform(n, m))
write("equal-tolls", 1500, [(u, v, 7) for u, v, _ in uniform(1500, 4000)])
write(
    "star",
    2000,
    renamed(2000, [(1, v, v) for v in range(2, 2000)] + [(v, 2000, 2000 - v) for v in range(2, 2000)]),
)
n, roads = grid(40, 45)
write("grid-40-by-45", n, roads)
write("random-5000", 5000, uniform(5000, 9000))
write("chain-4000", 4000, chain(4000, 6000))
write("most-expensive", 6000, renamed(6000, [(i, i + 1, 10**6) for i in range(1, 6000)]))
write("random-full-size", 20_000, uniform(20_000, 40_000, 1000))
