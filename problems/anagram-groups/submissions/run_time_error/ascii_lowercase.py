# Crashes: str.index raises ValueError for upper-case letters.
import sys
from collections import Counter
from string import ascii_lowercase


def key(word):
    counts = [0] * 26
    for letter in word:
        counts[ascii_lowercase.index(letter)] += 1
    return tuple(counts)


groups = Counter(map(key, sys.stdin.read().split()[1:]))
print(len(groups), max(groups.values()))
