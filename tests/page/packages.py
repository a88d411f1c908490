"""Packages for authors' pages: small, and as good or as bad as they are asked for."""

import io
import zipfile
from collections.abc import Mapping
from pathlib import Path

PROBLEM = """problem_format_version: 2025-09
name: Say it again
uuid: 5ca6ba5b-9d9d-4c0b-9ad5-c9a0c4bb1a02
limits: {time_limit: 2}
"""
VALIDATOR = "import sys\nsys.exit(42 if sys.stdin.read().strip().isdigit() else 43)\n"
ECHO = "print(input())\n"
SLOW = f"import time\ntime.sleep(0.4)\n{ECHO}"
WRONG = "print(int(input()) % 5)\n"
TESTS = 8

GOOD: Mapping[str, str] = {
    "problem.yaml": PROBLEM,
    "statement/problem.en.md": "Say it again.",
    "input_validators/validate.py": VALIDATOR,
    "data/sample/1.in": "1\n",
    "data/sample/1.ans": "1\n",
    **{f"data/secret/{n}.in": f"{n}\n" for n in range(2, TESTS + 1)},
    **{f"data/secret/{n}.ans": f"{n}\n" for n in range(2, TESTS + 1)},
    "submissions/accepted/echo.py": ECHO,
    "submissions/wrong_answer/small.py": WRONG,
}
LIVE = GOOD | {
    "submissions/accepted/echo.py": SLOW,
    "submissions/wrong_answer/small.py": f"import time\ntime.sleep(0.4)\n{WRONG}",
}
DISAGREES = GOOD | {"submissions/accepted/echo.py": WRONG}
MISTAKEN = GOOD | {
    "data/secret/3.ans": "0\n",
    "submissions/accepted/echo.py": "n = int(input())\nprint(n * (n != 3))\n",
    "submissions/wrong_answer/small.py": "print(77)\n",
}
"""Everybody's right programs are wrong by it."""
BROKEN = {name: text for name, text in GOOD.items() if name != "data/secret/3.ans"} | {
    "problem.yaml": f"{PROBLEM}colour: red\n"
}


def packed(files: Mapping[str, str]) -> bytes:
    """A package as a zip."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in files.items():
            archive.writestr(name, text)
    return file.getvalue()


def written(folder: Path, files: Mapping[str, str], name: str = "echo.zip") -> Path:
    """That zip as a file somebody may choose."""
    path = folder / name
    path.write_bytes(packed(files))
    return path
