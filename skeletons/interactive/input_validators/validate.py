"""Accepts an integer from 1 to 1000 on a line, by exit code 42."""

import re
import sys

text = sys.stdin.read()
if not re.fullmatch(r"[1-9]\d*\n", text) or int(text) > 1000:
    sys.exit("not an integer from 1 to 1000 on a line")
sys.exit(42)
