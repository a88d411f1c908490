"""Accepts every division in which nobody has more opponents in the own room than in the other."""

import sys
from pathlib import Path
from typing import NoReturn

input_file, _, feedback = map(Path, sys.argv[1:4])


def reject(reason: str) -> NoReturn:
    """Tell the judges why."""
    (feedback / "judgemessage.txt").write_text(f"{reason}\n")
    sys.exit(43)


(n, _), *quarrels = (tuple(map(int, line.split())) for line in input_file.read_text().splitlines())
words = sys.stdin.buffer.read().split()
if len(words) != 1:
    reject(f"{len(words)} words instead of one")
rooms = words[0]
if len(rooms) != n or set(rooms) - set(b"AB"):
    reject(f"not {n} characters from A and B")
others = [0] * (n + 1)
for a, b in quarrels:
    change = 1 if rooms[a - 1] != rooms[b - 1] else -1
    others[a] += change
    others[b] += change
if min(others) < 0:
    singer = others.index(min(others))
    reject(f"singer {singer} has {-others[singer]} more opponents in the own room than in the other")
sys.exit(42)
