"""Accepts heights within the limits of the statement (exit code 42)."""

import re
import sys

lines = sys.stdin.read().split("\n")
assert lines.pop() == ""
assert len(lines) == 2
assert all(re.fullmatch(r"(0|[1-9][0-9]*)( (0|[1-9][0-9]*))*", line) for line in lines)
n = int(lines[0])
heights = list(map(int, lines[1].split(" ")))
assert 1 <= n <= 200_000
assert len(heights) == n
assert all(0 <= h <= 10**6 for h in heights)
sys.exit(42)
