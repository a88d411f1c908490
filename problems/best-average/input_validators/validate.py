"""Accepts temperatures within the limits of the statement (exit code 42)."""

import re
import sys

lines = sys.stdin.read().split("\n")
assert lines.pop() == ""
assert len(lines) == 2
assert all(re.fullmatch(r"(0|-?[1-9][0-9]*)( (0|-?[1-9][0-9]*))*", line) for line in lines)
n, k = map(int, lines[0].split(" "))
temperatures = list(map(int, lines[1].split(" ")))
assert 1 <= k <= n <= 100_000
assert len(temperatures) == n
assert all(-10_000 <= t <= 10_000 for t in temperatures)
sys.exit(42)
