"""Accepts a number of runners, at most as many as an argument says, and their order (exit code 42)."""

import re
import sys

most = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
lines = sys.stdin.read().split("\n")
assert lines.pop() == ""
assert len(lines) == 2
assert re.fullmatch(r"[1-9][0-9]*", lines[0])
assert re.fullmatch(r"[1-9][0-9]*( [1-9][0-9]*)*", lines[1])
n, order = int(lines[0]), list(map(int, lines[1].split(" ")))
assert n <= most
assert sorted(order) == list(range(1, n + 1))
sys.exit(42)
