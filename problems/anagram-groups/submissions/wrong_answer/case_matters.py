# Wrong: regards upper and lower case as different letters.
import sys
from collections import Counter

words = sys.stdin.read().split()[1:]
groups = Counter("".join(sorted(word)) for word in words)
print(len(groups), max(groups.values()))
