"""Accepts quarrels within the limits of the statement (exit code 42)."""

import re
import sys

lines = sys.stdin.read().split("\n")
assert lines.pop() == ""
assert all(re.fullmatch(r"(0|[1-9][0-9]*) (0|[1-9][0-9]*)", line) for line in lines)
(n, m), *quarrels = (tuple(map(int, line.split(" "))) for line in lines)
assert 1 <= n <= 5_000
assert 0 <= m <= 20_000
assert len(quarrels) == len(set(quarrels)) == m
assert all(1 <= a < b <= n for a, b in quarrels)
sys.exit(42)
