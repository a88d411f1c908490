"""Accepts the first pass of the statement, by exit code 42."""

import re
import sys

if not re.fullmatch(r"write\n[a-z]{1,100}\n", sys.stdin.read()):
    sys.exit("not a word of 1 to 100 letters to be written")
sys.exit(42)
