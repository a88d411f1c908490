"""Accepts the input that the statement describes, by exit code 42, and nothing else."""

import re
import sys

text = sys.stdin.read()
if not re.fullmatch(r"[1-9]\d*\n-?\d+( -?\d+)*\n", text):
    sys.exit("not two lines of integers")
length, *numbers = map(int, text.split())
if not 1 <= length <= 100 or length != len(numbers):
    sys.exit(f"{length} is not from 1 to 100, or not the length of the list")
if not all(-1000 <= number <= 1000 for number in numbers):
    sys.exit("a number is out of bounds")
sys.exit(42)
