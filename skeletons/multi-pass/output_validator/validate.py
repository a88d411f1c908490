"""Passes digits on from the first pass to the second: exit code 42 for a good pass, 43 for a wrong one."""

import re
import sys
from pathlib import Path
from typing import NoReturn

input_file, _, feedback = map(Path, sys.argv[1:4])
word = input_file.read_text().split()[1]
output = sys.stdin.read(1000).strip()
second = feedback / "second"  # what is left here in one pass is there in the next


def reject(reason: str) -> NoReturn:
    """Tell the judges why."""
    (feedback / "judgemessage.txt").write_text(f"{reason}\n")
    sys.exit(43)


if second.exists():
    if output != word:
        reject(f"the word is {word!r}, not {output!r}")
else:
    if not re.fullmatch(r"[0-9]{1,200}", output):
        reject(f"{output!r} is no line of 1 to 200 digits")
    second.touch()
    (feedback / "nextpass.in").write_text(f"read\n{output}\n")
sys.exit(42)
