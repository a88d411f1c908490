"""Accepts what the assistant is told (exit code 42)."""

import re
import sys

text = sys.stdin.read()
assert re.fullmatch(r"assistant\n(0|[1-9][0-9]{0,5})\n", text)
sys.exit(42)
