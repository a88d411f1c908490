"""Accepts two words within the limits of the statement (exit code 42)."""

import re
import sys

assert re.fullmatch(r"[a-z]{1,1500}\n[a-z]{1,1500}\n", sys.stdin.read())
sys.exit(42)
