"""Accepts a list of words within the limits of the statement (exit code 42)."""

import re
import sys

lines = sys.stdin.read().split("\n")
assert lines.pop() == ""
assert re.fullmatch(r"[1-9][0-9]*", lines[0])
assert 1 <= int(lines[0]) <= 20_000
assert len(lines) == int(lines[0]) + 1
assert all(re.fullmatch(r"[a-zA-Z]{1,20}", word) for word in lines[1:])
sys.exit(42)
