"""Writes the secret test data: python3 generators/generate.py

The answers come from submissions/accepted/sum.py.
"""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SECRET = ROOT / "data" / "secret"
SOLUTION = ROOT / "submissions" / "accepted" / "sum.py"

CASES = {
    "01-zeros": (0, 0),
    "02-small": (17, 25),
    "03-negative": (-1234, -8766),
    "04-mixed-signs": (-1_000_003, 999_983),
    "05-past-32-bits": (2_147_483_647, 1),
    "06-past-32-bits-down": (-2_147_483_648, -1),
    "07-past-53-bits": (9_007_199_254_740_993, 2),
    "08-largest": (10**18, 10**18),
    "09-smallest": (-(10**18), -(10**18)),
    "10-cancel": (10**18, -(10**18)),
}

for name, (a, b) in CASES.items():
    text = f"{a} {b}\n"
    (SECRET / f"{name}.in").write_text(text)
    answer = subprocess.run(
        [sys.executable, SOLUTION], input=text, capture_output=True, text=True, check=True
    )
    (SECRET / f"{name}.ans").write_text(answer.stdout)
