"""Writes the secret test data: python3 generators/generate.py

The answers come from submissions/accepted/table.py.
"""

import random
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SECRET = ROOT / "data" / "secret"
SOLUTION = ROOT / "submissions" / "accepted" / "table.py"

rng = random.Random(20250907)  # noqa: S311 - the data must be repeatable
count = 0


def write(name, first, second):
    global count
    count += 1
    base = SECRET / f"{count:02d}-{name}"
    text = f"{first}\n{second}\n"
    base.with_suffix(".in").write_text(text)
    answer = subprocess.run(
        [sys.executable, SOLUTION], input=text, capture_output=True, text=True, check=True
    )
    base.with_suffix(".ans").write_text(answer.stdout)


def word(length, letters="abcdefghijklmnopqrstuvwxyz"):
    return "".join(rng.choice(letters) for _ in range(length))


def typed(meant, mistakes, letters="abcdefghijklmnopqrstuvwxyz"):
    """The word after some random insertions, removals and replacements, no longer than 1500 letters."""
    out = list(meant)
    for _ in range(mistakes):
        position = rng.randrange(len(out))
        kind = rng.randrange(3)
        if kind == 0 and len(out) < 1500:
            out.insert(position, rng.choice(letters))
        elif kind == 1 and len(out) > 1:
            del out[position]
        else:
            out[position] = rng.choice(letters)
    return "".join(out)


write("equal", "judge", "judge")
write("one-letter", "a", "z")
write("only-insertions", "ae", "abcde")
write("only-removals", "corrector", "core")
write("replace-beats-insert", "abcd", "bxyz")
write("shifted", "abcdefgh", "habcdefg")
write("random-12", word(12, "ab"), word(10, "ab"))
write("random-200", word(200, "abc"), word(180, "abc"))
write("typed-900", first := word(900), typed(first, 60))
write("full-size-two-letters", word(1500, "ab"), word(1500, "ab"))
write("full-size-typed", first := word(1490), typed(first, 400))
write("full-size-shifted", "ab" * 750, "ba" * 750)
write("full-size-nothing-in-common", "a" * 1500, "b" * 1500)
write("long-and-short", word(1500, "abcd"), word(3, "abcd"))
