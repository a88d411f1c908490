"""Writes the secret test data: python3 generators/generate.py

The answers come from submissions/accepted/stack.py.
"""

import random
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SECRET = ROOT / "data" / "secret"
SOLUTION = ROOT / "submissions" / "accepted" / "stack.py"
PAIRS = ("()", "[]", "{}")

rng = random.Random(20250906)  # noqa: S311 - the data must be repeatable
count = 0


def write(name, brackets):
    global count
    count += 1
    base = SECRET / f"{count:02d}-{name}"
    text = brackets + "\n"
    base.with_suffix(".in").write_text(text)
    answer = subprocess.run(
        [sys.executable, SOLUTION], input=text, capture_output=True, text=True, check=True
    )
    base.with_suffix(".ans").write_text(answer.stdout)


def valid(pairs, opening=0.5):
    """A valid sequence; the larger the chance of opening, the deeper it nests."""
    out = []
    waiting = []
    opened = 0
    while opened < pairs or waiting:
        if opened < pairs and (not waiting or rng.random() < opening):
            pair = rng.choice(PAIRS)
            out.append(pair[0])
            waiting.append(pair[1])
            opened += 1
        else:
            out.append(waiting.pop())
    return "".join(out)


def nested(depth):
    pairs = [rng.choice(PAIRS) for _ in range(depth)]
    return "".join(pair[0] for pair in pairs) + "".join(pair[1] for pair in reversed(pairs))


write("pair", "{}")
write("lone-opening", "[")
write("lone-closing", ")")
write("crossed", "{[(])}")
write("closed-before-opened", ")(")
write("left-open", "(()[]")
write("closed-too-often", "()[]{}}")
write("wrong-kind", "(]")
write("mirror-of-one-kind", "((((((()))))))")
write("random-40", valid(20))
write("random-2000", valid(1000, 0.6))
write("full-size-nested", nested(100_000))
write("flat", "".join(rng.choice(PAIRS) for _ in range(25_000)))
text = valid(100_000)
middle = text.index("(", 100_000)
write("full-size-one-wrong", text[:middle] + "[" + text[middle + 1 :])
write("only-opening", "".join(rng.choice("([{") for _ in range(20_000)))
