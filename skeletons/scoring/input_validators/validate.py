"""Accepts the input that the statement describes, by exit code 42; an argument bounds the length further."""

import re
import sys

most = int(sys.argv[1]) if len(sys.argv) > 1 else 20_000
text = sys.stdin.read()
if not re.fullmatch(r"[1-9]\d*\n\d+( \d+)*\n", text):
    sys.exit("not two lines of integers")
length, *numbers = map(int, text.split())
if not 1 <= length <= most or length != len(numbers):
    sys.exit(f"{length} is not from 1 to {most}, or not the length of the list")
if max(numbers) > 10**9:
    sys.exit("a number is too large")
sys.exit(42)
