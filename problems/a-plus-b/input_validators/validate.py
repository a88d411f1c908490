"""Accepts one line with two integers from -10^18 to 10^18 (exit code 42)."""

import re
import sys

text = sys.stdin.read()
assert re.fullmatch(r"(0|-?[1-9][0-9]*) (0|-?[1-9][0-9]*)\n", text)
assert all(abs(int(word)) <= 10**18 for word in text.split())
sys.exit(42)
