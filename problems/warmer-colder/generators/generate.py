"""Writes the secret test data: python3 generators/generate.py"""

from pathlib import Path

SECRET = Path(__file__).resolve().parent.parent / "data" / "secret"
TESTS = {
    "one-stone": (1, 1),
    "two-stones": (2, 2),
    "in-the-middle": (101, 51),
    "first": (10**9, 1),
    "last": (10**9, 10**9),
    "a-little-off-the-middle": (10**9, 5 * 10**8 + 1),
    "a-third": (10**9 - 1, 333_333_333),
    "anywhere": (987_654_321, 602_214_076),
}

SECRET.mkdir(exist_ok=True)
for number, (name, (n, egg)) in enumerate(TESTS.items(), start=1):
    (SECRET / f"{number:02d}-{name}.in").write_text(f"{n} {egg}\n")
    (SECRET / f"{number:02d}-{name}.ans").write_text("")
