"""Writes the secret test data: python3 generators/generate.py"""

from pathlib import Path

SECRET = Path(__file__).resolve().parent.parent / "data" / "secret"
TESTS = {
    "zero": (0, 3),
    "one": (1, 0),
    "all-ones": (2**19 - 1, 7),
    "largest": (999_999, -1),
    "in-the-middle": (262_144, 10),
    "first-card": (123_456, 0),
    "second-card": (654_321, 1),
    "last-card": (524_288, -1),
    "last-but-one": (777_777, -2),
    "any": (314_159, 6),
}

SECRET.mkdir(exist_ok=True)
for place, (name, (number, drawn)) in enumerate(TESTS.items(), start=1):
    (SECRET / f"{place:02d}-{name}.in").write_text(f"assistant\n{number}\n")
    (SECRET / f"{place:02d}-{name}.ans").write_text(f"{drawn}\n")
