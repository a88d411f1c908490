"""Answers guesses: exit code 42 for the number found in ten of them, 43 for everything else."""

import contextlib
import os
import sys
from pathlib import Path
from typing import NoReturn

GUESSES = 10
input_file, _, feedback = map(Path, sys.argv[1:4])
number = int(input_file.read_text())


def reject(reason: str) -> NoReturn:
    """Tell the judges why."""
    (feedback / "judgemessage.txt").write_text(f"{reason}\n")
    sys.exit(43)


def say(word: str) -> None:
    """Tell the submission; where that has ended, the end of its output will tell."""
    with contextlib.suppress(BrokenPipeError):
        os.write(1, f"{word}\n".encode())  # not print: what it could not write, it tries again at the end


for _ in range(GUESSES):
    line = sys.stdin.readline(100)
    try:
        guess = int(line)
    except ValueError:
        reject(f"{line!r} is no guess")
    if not 1 <= guess <= 1000:
        reject(f"{guess} is not from 1 to 1000")
    if guess == number:
        say("correct")
        if sys.stdin.read(1):
            reject("the submission goes on after it has found the number")
        sys.exit(42)
    say("lower" if number < guess else "higher")
reject(f"{number} was not found with {GUESSES} guesses")
