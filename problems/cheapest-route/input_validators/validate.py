"""Accepts a road map within the limits of the statement (exit code 42)."""

import re
import sys

lines = sys.stdin.read().split("\n")
assert lines.pop() == ""
assert all(re.fullmatch(r"(0|[1-9][0-9]*)( (0|[1-9][0-9]*))*", line) for line in lines)
n, m = map(int, lines[0].split(" "))
assert 2 <= n <= 20_000
assert 0 <= m <= 40_000
assert len(lines) == m + 1
for line in lines[1:]:
    u, v, c = map(int, line.split(" "))
    assert 1 <= u <= n
    assert 1 <= v <= n
    assert 1 <= c <= 10**6
sys.exit(42)
