"""Writes the secret test data: python3 generators/generate.py

The answers come from submissions/accepted/sorted_letters.py.
"""

import random
import subprocess
import sys
from itertools import permutations
from pathlib import Path
from string import ascii_lowercase, ascii_uppercase

ROOT = Path(__file__).resolve().parent.parent
SECRET = ROOT / "data" / "secret"
SOLUTION = ROOT / "submissions" / "accepted" / "sorted_letters.py"

rng = random.Random(20250908)  # noqa: S311 - the data must be repeatable
count = 0


def write(name, words):
    global count
    count += 1
    base = SECRET / f"{count:02d}-{name}"
    text = f"{len(words)}\n" + "".join(word + "\n" for word in words)
    base.with_suffix(".in").write_text(text)
    answer = subprocess.run(
        [sys.executable, SOLUTION], input=text, capture_output=True, text=True, check=True
    )
    base.with_suffix(".ans").write_text(answer.stdout)


def word(length, letters=ascii_lowercase):
    return "".join(rng.choice(letters) for _ in range(length))


def mixed(text):
    """Another order of the letters."""
    return "".join(rng.sample(text, len(text)))


def cased(text):
    return "".join(rng.choice((letter, letter.upper())) for letter in text)


def groups(n, number, length, letters=ascii_lowercase):
    """n words, each an anagram of one of the given number of random words."""
    roots = [word(length, letters) for _ in range(number)]
    return [mixed(rng.choice(roots)) for _ in range(n)]


write("one-word", ["z"])
write("same-word-twice", ["noon", "noon"])
write("same-letter-sum", ["ad", "bc", "cb", "aad", "bbb"])
write("same-set-of-letters", ["aab", "abb", "ab", "bba", "aba", "b"])
write("pairs-that-cancel", ["aabb", "ccdd", "aa", "bb", "c", "acc"])
write("permutations", ["".join(p) for p in permutations("aeprs")])
write("short-words", [word(rng.randint(1, 3), "abc") for _ in range(300)])
write("groups-2000", groups(2000, 150, 8))
write("full-size-distinct", [word(10) for _ in range(20_000)])
write("upper-case", ["Listen", "SILENT", "enlist", "Inlets", "google", "Gogole"])
write("full-size-groups", [cased(text) for text in groups(20_000, 5000, 10)])
write("one-group", [cased(mixed("crosswordpuzzle")) for _ in range(4_000)])
write("two-letters", [word(rng.randint(15, 20), "aB") for _ in range(4_000)])
write(
    "all-letters",
    [mixed(ascii_lowercase[:20]) for _ in range(200)] + [mixed(ascii_uppercase[6:]) for _ in range(300)],
)
