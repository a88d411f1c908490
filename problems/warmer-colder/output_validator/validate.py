"""Plays Ada: accepts an egg found with at most 70 stones, and nothing printed after that."""

import contextlib
import os
import re
import sys
from pathlib import Path
from typing import NoReturn

STONES = 70
input_file, _, feedback = map(Path, sys.argv[1:4])
n, egg = map(int, input_file.read_text().split())


def reject(reason: str) -> NoReturn:
    """Tell the judges why."""
    (feedback / "judgemessage.txt").write_text(f"{reason}\n")
    sys.exit(43)


def say(word: object) -> None:
    """Tell the submission; if it has ended, so will its output, and that is what counts."""
    with contextlib.suppress(BrokenPipeError):
        os.write(1, f"{word}\n".encode())  # not print: what it could not write, it tries again at the end


def lifted() -> int:
    """The next stone."""
    line = sys.stdin.readline(1000)
    if not re.fullmatch(r"[ \t]*[0-9]{1,10}\s*", line, re.ASCII):
        reject(f"{line!r} is no stone")
    if not 1 <= int(line) <= n:
        reject(f"stone {int(line)} is not from 1 to {n}")
    return int(line)


say(n)
before = None
for count in range(1, STONES + 1):
    distance = abs(lifted() - egg)
    if distance == 0:
        say("found")
        if sys.stdin.read(1):
            reject("the egg is found, and the search goes on")
        (feedback / "judgemessage.txt").write_text(f"found with {count} stones\n")
        sys.exit(42)
    if before is None or distance == before:
        say("same")
    else:
        say("warmer" if distance < before else "colder")
    before = distance
reject(f"{STONES} stones were lifted in vain")
