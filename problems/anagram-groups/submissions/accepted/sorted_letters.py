import sys
from collections import Counter

words = sys.stdin.read().lower().split()[1:]
groups = Counter("".join(sorted(word)) for word in words)
print(len(groups), max(groups.values()))
