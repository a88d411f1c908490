"""Accepts a tree within the limits of the statement (exit code 42)."""

import re
import sys

lines = sys.stdin.read().split("\n")
assert lines.pop() == ""
n = int(lines[0])
assert lines[0] == str(n)
assert 1 <= n <= 50_000
assert len(lines) == n

# n - 1 tunnels without a cycle join all modules.
parent = list(range(n + 1))


def root(module):
    while parent[module] != module:
        parent[module] = parent[parent[module]]
        module = parent[module]
    return module


for line in lines[1:]:
    assert re.fullmatch(r"[1-9][0-9]* [1-9][0-9]*", line)
    u, v = map(int, line.split(" "))
    assert 1 <= u <= n
    assert 1 <= v <= n
    assert root(u) != root(v)
    parent[root(u)] = root(v)
sys.exit(42)
