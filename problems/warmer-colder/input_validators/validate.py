"""Accepts the number of stones and the place of the egg (exit code 42)."""

import re
import sys

text = sys.stdin.read()
assert re.fullmatch(r"[1-9][0-9]* [1-9][0-9]*\n", text)
n, egg = map(int, text.split())
assert egg <= n <= 10**9
sys.exit(42)
